"""Subscribing: nothing is told to strangers, nothing is changed by them, leaving is at once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.core.errors import Conflict, Invalid, NotFound
from statushub.incidents.components import add_component
from statushub.subscribers import queries, service, tokens
from statushub.subscribers.addresses import normal_email
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from tests.conftest import Clock


@pytest.fixture
def api(app: Flask, actor: Actor) -> str:
    return add_component(actor, name="API").id


@pytest.fixture
def web(app: Flask, actor: Actor) -> str:
    return add_component(actor, name="Website").id


def _ann(*component_ids: str) -> Subscriber:
    return service.subscribe_email("ann@example.com", locale="en", component_ids=component_ids)


def _chosen(subscriber: Subscriber) -> list[str]:
    return sorted(row.component_id for row in subscriber.subscriptions)


def test_an_address_is_the_same_however_its_domain_is_written() -> None:
    assert normal_email("  Ann@EXAMPLE.com ") == "Ann@example.com"


@pytest.mark.parametrize(
    "text", ["", "ann", "ann@localhost", "ann@example", "a@b@c.com", "あ@例え.jp"]
)
def test_what_cannot_be_written_to_is_refused(sqlite_app: Flask, text: str) -> None:
    with pytest.raises(Invalid):
        normal_email(text)


def test_subscribing_twice_makes_one_subscriber(app: Flask) -> None:
    assert _ann().id == _ann().id
    assert len(db.session.scalars(select(Subscriber)).all()) == 1


def test_nobody_is_active_before_saying_yes(app: Flask) -> None:
    ann = _ann()
    assert ann.state is SubscriberState.UNCONFIRMED
    assert db.session.scalars(queries.who_gets([])).all() == []
    service.confirm(ann.id)
    service.confirm(ann.id)
    assert [one.id for one in db.session.scalars(queries.who_gets([]))] == [ann.id]
    assert ann.confirmed_at is not None


def test_asking_again_before_the_yes_changes_the_choice(api: str, web: str) -> None:
    _ann(api)
    assert _chosen(_ann(web)) == [web]


def test_a_stranger_cannot_change_what_somebody_chose(api: str, web: str) -> None:
    ann = _ann(api)
    service.confirm(ann.id)
    _ann(web)
    service.subscribe_email("ann@example.com", locale="ja", component_ids=[web])
    assert _chosen(ann) == [api]
    assert ann.locale == "en"


def test_who_left_may_come_back_and_says_yes_again(app: Flask) -> None:
    ann = _ann()
    service.confirm(ann.id)
    service.unsubscribe(ann.id, "had enough")
    assert ann.ended_at is not None
    with pytest.raises(Conflict):
        service.confirm(ann.id)  # an old mail's link does not bring anybody back
    again = _ann()
    assert again.id == ann.id
    assert again.state is SubscriberState.UNCONFIRMED
    assert again.ended_at is None


def test_leaving_twice_is_leaving_once(app: Flask) -> None:
    ann = _ann()
    ended = service.unsubscribe(ann.id).ended_at
    assert service.unsubscribe(ann.id).ended_at == ended


def test_a_quarantined_address_can_subscribe_again(app: Flask) -> None:
    ann = _ann()
    service.confirm(ann.id)
    service.quarantine(ann.id, "No such user")
    assert ann.state is SubscriberState.QUARANTINED
    assert _ann().state is SubscriberState.UNCONFIRMED


def test_choosing_components_and_going_back_to_everything(api: str, web: str) -> None:
    ann = _ann()
    assert _chosen(service.update_subscriptions(ann.id, [api, web])) == sorted([api, web])
    assert _chosen(service.update_subscriptions(ann.id, [web])) == [web]
    assert _chosen(service.update_subscriptions(ann.id, [])) == []


def test_an_unknown_language_is_english(app: Flask) -> None:
    ann = _ann()
    assert service.set_locale(ann.id, "ja").locale == "ja"
    assert service.set_locale(ann.id, "tlh").locale == "en"


def test_who_gets_follows_components(api: str, web: str) -> None:
    chosen = {"all": (), "api": (api,), "web": (web,), "both": (api, web)}
    for name, components in chosen.items():
        one = service.subscribe_email(f"{name}@example.com", locale="en", component_ids=components)
        service.confirm(one.id)

    def names(*ids: str) -> set[str]:
        found = db.session.scalars(queries.who_gets(ids))
        return {one.endpoint.partition("@")[0] for one in found}

    assert names(api) == {"all", "api", "both"}
    assert names(web) == {"all", "web", "both"}
    assert names(api, web) == names() == set(chosen)
    assert queries.reach([api]) == {SubscriberKind.EMAIL: 3, SubscriberKind.WEBHOOK: 0}


def test_counting_by_kind_and_state(app: Flask) -> None:
    service.confirm(_ann().id)
    service.subscribe_webhook("https://example.com/hook", locale="en")
    counts = queries.counts()
    assert counts[SubscriberKind.EMAIL][SubscriberState.ACTIVE] == 1
    assert counts[SubscriberKind.WEBHOOK][SubscriberState.UNCONFIRMED] == 1
    assert counts[SubscriberKind.WEBHOOK][SubscriberState.ACTIVE] == 0


def test_the_list_is_searched_and_paged(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for name in ("cy", "ann", "b_n"):
        service.subscribe_email(f"{name}@example.com", locale="en")
    first = queries.subscribers_page()
    assert [one.endpoint for one in first] == ["ann@example.com", "b_n@example.com"]
    rest = queries.subscribers_page(after=(first[-1].endpoint, first[-1].id))
    assert [one.endpoint for one in rest] == ["cy@example.com"]
    assert [one.endpoint for one in queries.subscribers_page(q="B_")] == ["b_n@example.com"]
    assert queries.subscribers_page(state=SubscriberState.ACTIVE) == []


def test_a_webhook_has_a_secret_and_an_address_has_none(app: Flask) -> None:
    hook = service.subscribe_webhook("https://example.com/hook", locale="en")
    secret = service.signing_secret(hook)
    assert secret.startswith("whsec_")
    assert secret not in hook.sealed
    assert service.signing_secret(_ann()) == ""


def test_links_open_what_they_are_for_and_nothing_else(app: Flask) -> None:
    ann = _ann()
    assert tokens.read_confirm_token(tokens.confirm_token(ann)).id == ann.id
    assert tokens.read_manage_token(tokens.manage_token(ann)).id == ann.id
    assert tokens.read_manage_token(tokens.unsubscribe_token(ann)).id == ann.id
    with pytest.raises(NotFound):
        tokens.read_confirm_token(tokens.manage_token(ann))
    with pytest.raises(NotFound):
        tokens.read_manage_token(tokens.confirm_token(ann))
    with pytest.raises(NotFound):
        tokens.read_manage_token(tokens.manage_token(ann) + "x")


def test_a_confirmation_link_grows_old(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.confirm_token(_ann())
    monkeypatch.setattr(tokens, "CONFIRM_SECONDS", -1)
    with pytest.raises(NotFound, match="expired"):
        tokens.read_confirm_token(token)


def test_nobody_is_asked_twice_within_ten_minutes(app: Flask, frozen_time: Clock) -> None:
    ann = _ann()
    assert service.may_ask_again(ann)
    ann.confirmation_sent_at = frozen_time.now
    assert not service.may_ask_again(ann)
    frozen_time.advance(minutes=10)
    assert service.may_ask_again(ann)
    db.session.rollback()


def test_who_is_not_there_is_said_so(sqlite_app: Flask) -> None:
    for deed in (service.confirm, service.unsubscribe):
        with pytest.raises(NotFound):
            deed("nobody")
