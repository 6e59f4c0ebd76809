"""The first visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.accounts import service
from statushub.accounts.models import User
from statushub.accounts.permissions import Role
from statushub.core.audit import SYSTEM
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.desk.first_components import parse_lines
from statushub.incidents.models import Component, Page
from tests.conftest import PASSWORD
from tests.desk_admin.conftest import House

Fetch = Callable[..., str]
ANSWERS = {
    "page_name": "Acme Cloud",
    "time_zone": "Asia/Tokyo",
    "locale": "en",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "password": PASSWORD,
}


def test_before_the_setup_the_desk_says_where_the_link_is(app: Flask, fetch: Fetch) -> None:
    page = fetch("/desk/", follow_redirects=True)
    assert "not set up yet" in page
    assert "terminal" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "not set up yet"),
        ("/history", "not set up yet"),
        ("/uptime", "not set up yet"),
        ("/ja/", "初期設定前"),
    ],
)
def test_before_the_setup_visitors_are_told_so_kindly(
    app: Flask, fetch: Fetch, path: str, words: str
) -> None:
    page = fetch(path, 404)
    assert words in page
    assert "/desk/setup" in page


def test_a_wrong_link_is_refused_and_says_what_to_do(app: Flask, fetch: Fetch) -> None:
    assert "not complete" in fetch("/desk/setup?token=forged", 403)


def test_the_link_leads_to_owner_page_and_components(app: Flask, send: Fetch) -> None:
    page = send(f"/desk/setup?token={service.setup_token()}", **ANSWERS)
    assert "What is your service made of?" in page
    assert "Load the demo" in page
    stored = db.session.scalars(select(Page)).one()
    assert (stored.name, stored.time_zone) == ("Acme Cloud", "Asia/Tokyo")
    assert db.session.scalars(select(User)).one().role is Role.OWNER
    page = send("/desk/setup/components", lines="Website\n\n Payments : Cards\nPayments: Invoices")
    assert "Your page is ready" in page
    found = db.session.scalars(select(Component).order_by(Component.created_at)).all()
    assert [(one.name, one.group.name if one.group else "") for one in found] == [
        ("Website", ""),
        ("Cards", "Payments"),
        ("Invoices", "Payments"),
    ]


def test_what_was_typed_stays_when_something_is_wrong(app: Flask, send: Fetch) -> None:
    token = service.setup_token()
    page = send(f"/desk/setup?token={token}", 422, **{**ANSWERS, "password": "short"})
    assert "Use at least 12 characters." in page
    assert 'value="Acme Cloud"' in page
    assert 'value="ada@example.com"' in page
    assert '<option selected value="Asia/Tokyo">' in page
    assert not service.has_owner()
    assert db.session.scalars(select(Page)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [{"page_name": " "}, {"time_zone": "Mars/Base"}, {"locale": "tlh"}, {"email": "ada"}],
)
def test_neither_owner_nor_page_is_made_from_a_wrong_answer(
    app: Flask, send: Fetch, wrong: dict[str, str]
) -> None:
    page = send(f"/desk/setup?token={service.setup_token()}", 422, **{**ANSWERS, **wrong})
    assert f'id="{next(iter(wrong))}-error"' in page
    assert not service.has_owner()
    assert db.session.scalars(select(Page)).all() == []


def test_after_the_setup_the_link_leads_to_the_sign_in(
    house: House, make_user: Callable[..., Any], client: FlaskClient
) -> None:
    token = service.setup_token()
    make_user("owner")
    response = client.post(f"/desk/setup?token={token}", data=ANSWERS, follow_redirects=True)
    assert response.request.path == "/desk/sign-in"
    assert len(db.session.scalars(select(User)).all()) == 1


def test_an_owner_made_on_the_command_line_sets_up_the_page(
    app: Flask, client: FlaskClient, send: Fetch
) -> None:
    service.add_user(
        SYSTEM, email="ada@example.com", name="Ada", role=Role.OWNER, password=PASSWORD
    )
    page = send("/desk/sign-in", email="ada@example.com", password=PASSWORD)
    assert "Name of the status page" in page
    assert "Choose a password" not in page
    send("/desk/setup/page", page_name="Acme", time_zone="Etc/UTC", locale="ja")
    assert db.session.scalars(select(Page)).one().locale == "ja"


def test_the_demo_fills_an_empty_page_and_only_an_empty_one(app: Flask, send: Fetch) -> None:
    send(f"/desk/setup?token={service.setup_token()}", **ANSWERS)
    assert "The demo is loaded." in send("/desk/setup/demo")
    count = len(db.session.scalars(select(Component)).all())
    assert count > 0
    assert "needs an empty StatusHub" in send("/desk/setup/demo")
    assert len(db.session.scalars(select(Component)).all()) == count


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("Website\n: Cards", "Line 2"),
        ("Payments:", "Line 1"),
        ("\n \n", "at least one"),
        ("\n".join(f"c{n}" for n in range(201)), "at most 200"),
    ],
)
def test_lines_that_say_nothing_are_refused_by_number(
    sqlite_app: Flask, lines: str, complaint: str
) -> None:
    with pytest.raises(Invalid, match=complaint):
        parse_lines(lines)


def test_one_bad_line_adds_nothing_and_keeps_what_was_typed(owner: Any, send: Fetch) -> None:
    before = len(db.session.scalars(select(Component)).all())
    page = send("/desk/setup/components", 422, lines=f"Good one\n{'x' * 256}")
    assert "Good one" in page
    assert len(db.session.scalars(select(Component)).all()) == before


def test_more_lines_join_a_group_that_is_there(owner: Any, house: House, send: Fetch) -> None:
    send("/desk/setup/components", lines="Payments: Refunds")
    added = db.session.scalars(select(Component).where(Component.name == "Refunds")).one()
    assert added.group_id == house.group.id
