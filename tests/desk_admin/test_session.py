"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from statushub.accounts import service
from statushub.core.audit import SYSTEM
from statushub.desk.session import local_path
from tests.conftest import PASSWORD
from tests.desk_admin.conftest import House

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no query of their own
Page = Callable[..., str]


def cookie_of(client: FlaskClient) -> dict[str, Any]:
    """What the session holds."""
    with client.session_transaction() as session:
        return dict(session)


@pytest.fixture
def ada(house: House, make_user: Callable[..., Any]) -> Any:
    """Somebody with an account."""
    return make_user("owner", email="ada@example.com", name="Ada")


def test_one_signs_in_and_lands_where_one_was_going(ada: Any, client: FlaskClient) -> None:
    first = client.get("/desk/team?x=1")
    assert first.status_code == 302
    assert first.location == "/desk/sign-in?next=/desk/team?x%3D1"
    form = {"email": "Ada@Example.com", "password": PASSWORD, "next": "/desk/team?x=1"}
    assert client.post("/desk/sign-in", data=form).location == "/desk/team?x=1"
    assert client.get("/desk/team").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "desk/team",
        " /desk/team",
        "",
        None,
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert local_path(target) == "/desk/"


def test_a_wrong_password_keeps_the_address_and_says_so_by_the_field(ada: Any, send: Page) -> None:
    page = send("/desk/sign-in", 422, email="ada@example.com", password="wrong")
    assert 'value="ada@example.com"' in page
    assert "do not go together" in page
    assert "wrong" not in page.split("<form")[1].split("password")[2]


def test_an_empty_form_asks_for_both(ada: Any, send: Page) -> None:
    page = send("/desk/sign-in", 422)
    assert "Enter your e-mail address." in page
    assert "Enter your password." in page


def test_nobody_can_lock_somebody_elses_account(ada: Any, client: FlaskClient) -> None:
    """Whoever guesses from one place shuts out that place, not the person on call."""
    wrong = {"email": "ada@example.com", "password": "wrong"}
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    for _try in range(12):
        client.post("/desk/sign-in", data=wrong, environ_overrides=elsewhere)
    right = {"email": "ada@example.com", "password": PASSWORD}
    assert client.post("/desk/sign-in", data=right).status_code == 302


def test_ten_failures_at_one_account_from_one_place_are_enough(
    ada: Any, client: FlaskClient
) -> None:
    form = {"email": "ada@example.com", "password": "wrong"}
    statuses = [client.post("/desk/sign-in", data=form).status_code for _try in range(11)]
    assert statuses == [422] * 10 + [429]
    response = client.post("/desk/sign-in", data={**form, "password": PASSWORD})
    assert response.status_code == 429
    assert "Retry-After" in response.headers


def test_twenty_failures_from_one_address_are_enough(house: House, client: FlaskClient) -> None:
    service.add_user(SYSTEM, email="a@example.com", name="A", role="owner", password=PASSWORD)
    statuses = [
        client.post("/desk/sign-in", data={"email": f"{n}@example.com", "password": "x"})
        for n in range(21)
    ]
    assert [one.status_code for one in statuses] == [422] * 20 + [429]


def test_signing_in_rightly_never_counts(ada: Any, app: Flask) -> None:
    for _try in range(25):
        form = {"email": "ada@example.com", "password": PASSWORD}
        assert app.test_client().post("/desk/sign-in", data=form).status_code == 302


def test_nothing_of_the_session_before_stays(ada: Any, client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/desk/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
    assert "planted" not in cookie_of(client)
    assert cookie_of(client)["_user_id"] == ada.get_id()


def test_a_session_lasts_only_where_it_is_wanted(ada: Any, client: FlaskClient) -> None:
    form = {"email": "ada@example.com", "password": PASSWORD}
    client.post("/desk/sign-in", data=form)
    assert client.get_cookie("remember_token") is None
    client.post("/desk/sign-out")
    client.post("/desk/sign-in", data={**form, "remember": "y"})
    lasting = client.get_cookie("remember_token")
    assert lasting is not None
    assert lasting.http_only


def test_signing_out_ends_it_here_and_forgets_the_lasting_cookie(
    ada: Any, client: FlaskClient
) -> None:
    form = {"email": "ada@example.com", "password": PASSWORD, "remember": "y"}
    client.post("/desk/sign-in", data=form)
    client.post("/desk/sign-out")
    assert client.get_cookie("remember_token") is None
    assert client.get("/desk/").status_code == 302


def test_signing_out_is_a_post(ada: Any, client: FlaskClient) -> None:
    assert client.get("/desk/sign-out").status_code == 405


def test_a_new_password_keeps_this_session_and_ends_the_others(ada: Any, app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        form = {"email": "ada@example.com", "password": PASSWORD, "remember": "y"}
        browser.post("/desk/sign-in", data=form)
    change = {"old_password": PASSWORD, "new_password": "another quiet harbour"}
    assert here.post("/desk/account/password", data=change).status_code == 302
    assert here.get("/desk/account").status_code == 200
    assert there.get("/desk/account").status_code == 302


def test_sessions_can_be_ended_everywhere_else(ada: Any, app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        browser.post("/desk/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
    here.post("/desk/account/end-sessions")
    assert here.get("/desk/account").status_code == 200
    assert there.get("/desk/account").status_code == 302


def test_a_wrong_old_password_is_told_by_the_field(owner: Any, send: Page) -> None:
    page = send(
        "/desk/account/password", 422, old_password="no", new_password="another quiet harbour"
    )
    assert "This is not your password." in page
    assert 'id="old_password-error"' in page


def test_the_desk_speaks_the_language_of_who_is_there(owner: Any, send: Page) -> None:
    page = send("/desk/account", name="Ada Lovelace", locale="ja")
    assert '<html lang="ja">' in page
    assert "Ada Lovelace" in page


def test_who_forgot_the_password_is_told_whom_to_ask(house: House, fetch: Page) -> None:
    assert "administrator" in fetch("/desk/forgotten-password")
