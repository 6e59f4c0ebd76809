"""/subscribe and the signed links: asked for, confirmed, changed, ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.core.db import db
from statushub.publishing.models import Delivery
from statushub.subscribers import service, tokens
from statushub.subscribers.models import Subscriber, SubscriberState
from tests.site import scenes

Read = Callable[..., str]
ADDRESS = "ann@example.com"


def _only() -> Subscriber:
    db.session.expire_all()
    return db.session.scalars(select(Subscriber)).one()


def _subscribe(client: FlaskClient, **fields: Any) -> Any:
    return client.post("/subscribe", data={"email": ADDRESS, **fields})


def _deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery)))


def test_the_ways_to_subscribe_are_three_valid_pages(read: Read, frozen_time: Any) -> None:
    scenes.page()
    scenes.components()
    assert "API – REST API" in read("/subscribe")
    assert "https address" in read("/subscribe/webhook")
    assert "http://localhost/history.atom" in read("/subscribe/feeds")


def test_an_address_is_asked_first_and_written_to_after(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    answer = _subscribe(client)
    assert answer.status_code == 200
    assert ADDRESS in answer.get_data(as_text=True)
    assert _only().state is SubscriberState.UNCONFIRMED
    assert [row.kind for row in _deliveries()] == ["confirmation"]


def test_the_answer_is_the_same_for_a_known_address(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    first = _subscribe(client)
    service.confirm(_only().id)
    again = _subscribe(client)
    assert again.status_code == first.status_code == 200
    assert again.data == first.data


def test_components_can_be_chosen(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    _subscribe(client, components=[parts["rest"].id, parts["cart"].id])
    chosen = {row.component_id for row in _only().subscriptions}
    assert chosen == {parts["rest"].id, parts["cart"].id}


def test_an_unknown_component_is_refused_beside_the_field(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    scenes.components()
    answer = _subscribe(client, components=["nosuchthing1"])
    assert answer.status_code == 422
    assert "Choose from the list." in answer.get_data(as_text=True)
    assert db.session.scalars(select(Subscriber)).first() is None


@pytest.mark.parametrize("address", ["", "ann", "ann@", "a@b@c", "x" * 300 + "@example.com"])
def test_what_is_no_address_is_refused_and_kept(
    client: FlaskClient, frozen_time: Any, address: str
) -> None:
    scenes.page()
    answer = client.post("/subscribe", data={"email": address})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert f'value="{address}"' in html


def test_a_robot_gets_thanks_and_nothing_else(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    person = _subscribe(client, email="p@example.com")
    robot = _subscribe(client, email="p@example.com", website="https://spam.example")
    assert robot.data == person.data
    assert len(_deliveries()) == 1


def test_too_many_wishes_are_refused_with_the_text_kept(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    for number in range(10):
        assert (
            client.post("/subscribe", data={"email": f"a{number}@example.com"}).status_code == 200
        )
    answer = _subscribe(client)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert f'value="{ADDRESS}"' in html
    assert "very often" in html


def test_one_mailbox_is_not_flooded_from_many_places(app: Flask, frozen_time: Any) -> None:
    scenes.page()
    codes = [
        app.test_client()
        .post("/subscribe", data={"email": ADDRESS}, environ_base={"REMOTE_ADDR": f"10.0.0.{one}"})
        .status_code
        for one in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]


def test_a_webhook_is_subscribed_the_same_way(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    answer = client.post("/subscribe/webhook", data={"url": "http://127.0.0.1:9/hook"})
    assert answer.status_code == 200
    assert _only().endpoint == "http://127.0.0.1:9/hook"


@pytest.mark.parametrize("url", ["", "ftp://example.com", "http://10.1.2.3/", "http://[::1]/", "x"])
def test_a_webhook_to_nowhere_or_inside_is_refused_beside_the_field(
    client: FlaskClient, frozen_time: Any, url: str
) -> None:
    scenes.page()
    answer = client.post("/subscribe/webhook", data={"url": url})
    assert answer.status_code == 422
    assert 'id="url-error"' in answer.get_data(as_text=True)
    assert db.session.scalars(select(Subscriber)).first() is None


def test_opening_the_confirmation_link_changes_nothing_but_the_button_does(
    client: FlaskClient, read: Read, frozen_time: Any
) -> None:
    scenes.page()
    _subscribe(client)
    path = f"/subscriptions/confirm/{tokens.confirm_token(_only())}"
    assert ADDRESS in read(path)
    assert _only().state is SubscriberState.UNCONFIRMED
    answer = client.post(path)
    assert "You are subscribed" in answer.get_data(as_text=True)
    assert _only().state is SubscriberState.ACTIVE
    assert client.post(path).status_code == 200


def test_a_confirmed_webhook_is_shown_its_secret(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    client.post("/subscribe/webhook", data={"url": "http://127.0.0.1:9/hook"})
    subscriber = _only()
    answer = client.post(f"/subscriptions/confirm/{tokens.confirm_token(subscriber)}")
    assert service.signing_secret(subscriber) in answer.get_data(as_text=True)
    page = client.get(f"/subscriptions/{tokens.manage_token(subscriber)}")
    assert "whsec_" in page.get_data(as_text=True)


@pytest.mark.parametrize("verb", ["confirm/{}", "{}", "{}/unsubscribe"])
def test_a_forged_link_opens_nothing(client: FlaskClient, frozen_time: Any, verb: str) -> None:
    scenes.page()
    for token in ("x", "a.b.c", "ImFiYyI.aaaa.bbbb"):
        assert client.get("/subscriptions/" + verb.format(token)).status_code == 404
        assert client.post("/subscriptions/" + verb.format(token)).status_code in {404, 405}


def test_a_link_for_one_thing_does_not_open_another(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    _subscribe(client)
    manage = tokens.manage_token(_only())
    assert client.post(f"/subscriptions/confirm/{manage}").status_code == 404
    assert _only().state is SubscriberState.UNCONFIRMED


def test_an_old_confirmation_link_says_that_it_has_expired(
    client: FlaskClient, frozen_time: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.page()
    _subscribe(client)
    token = tokens.confirm_token(_only())
    monkeypatch.setattr("statushub.subscribers.tokens.CONFIRM_SECONDS", -1)
    answer = client.get(f"/subscriptions/confirm/{token}")
    assert answer.status_code == 404
    assert "expired" in answer.get_data(as_text=True)


def _active(client: FlaskClient) -> Subscriber:
    _subscribe(client)
    return service.confirm(_only().id)


def test_the_choice_and_the_language_can_be_changed(
    client: FlaskClient, read: Read, frozen_time: Any
) -> None:
    scenes.page()
    parts = scenes.components()
    path = f"/subscriptions/{tokens.manage_token(_active(client))}"
    assert ADDRESS in read(path)
    answer = client.post(path, data={"components": [parts["cart"].id], "locale": "ja"})
    assert answer.status_code == 302
    assert "Saved." in client.get(answer.headers["Location"]).get_data(as_text=True)
    kept = _only()
    assert [row.component_id for row in kept.subscriptions] == [parts["cart"].id]
    assert kept.locale == "ja"


def test_opening_the_unsubscribe_link_never_unsubscribes(
    client: FlaskClient, read: Read, frozen_time: Any
) -> None:
    scenes.page()
    subscriber = _active(client)
    read(f"/subscriptions/{tokens.unsubscribe_token(subscriber)}/unsubscribe")
    assert _only().state is SubscriberState.ACTIVE


def test_a_mail_providers_one_click_unsubscribes_without_cookie_or_token(
    app: Flask, client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    path = f"/subscriptions/{tokens.unsubscribe_token(_active(client))}/unsubscribe"
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        provider = app.test_client(use_cookies=False)
        answer = provider.post(path, data={"List-Unsubscribe": "One-Click"})
        again = provider.post(path, data={"List-Unsubscribe": "One-Click"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == again.status_code == 200
    assert _only().state is SubscriberState.UNSUBSCRIBED


def test_the_signed_pages_are_private(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    token = tokens.manage_token(_active(client))
    for path in (f"/subscriptions/{token}", f"/subscriptions/{token}/unsubscribe"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex"
        assert "X-StatusHub-Cache" not in headers


def test_without_the_token_of_the_form_nothing_is_stored(
    app: Flask, client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = _subscribe(client)
        html = client.get("/subscribe").get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found is not None
        taken = _subscribe(client, csrf_token=found[1])
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert refused.status_code == 400
    assert ADDRESS in refused.get_data(as_text=True)
    assert taken.status_code == 200
    assert _only().endpoint == ADDRESS
