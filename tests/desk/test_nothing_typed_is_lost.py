"""When the database does not answer, what was typed comes back to be sent again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from statushub.core.db import db
from statushub.publishing import drafts
from tests.desk.conftest import Acme, form_of

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def locked(app: Flask) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Holds the database's one writer's lock, as a backup or a hung process would."""
    held: list[sqlite3.Connection] = []

    def hold() -> sqlite3.Connection:
        db.session.rollback()
        connection = sqlite3.connect(db.engine.url.database or "", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.append(connection)
        return connection

    yield hold
    for connection in held:
        connection.close()


def test_a_draft_comes_back_while_the_database_is_locked(
    acme: Acme, client: FlaskClient, sign_in: Any, locked: Callable[[], Any]
) -> None:
    sign_in("responder")
    draft = acme.draft(acme.declare(), body="Before.")
    form, draft_id = form_of(draft, body="Typed at 3 a.m.\nTwo lines."), draft.id
    connection = locked()
    answer = client.post(f"/desk/drafts/{draft_id}", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "Typed at 3 a.m.\nTwo lines.</textarea>" in page
    assert f'name="base_version" value="{form["base_version"]}"' in page
    g.pop("_login_user")  # the test's own context outlives the request
    script = client.post(
        f"/desk/drafts/{draft_id}", data=form, headers={"Accept": "application/json"}
    )
    assert script.status_code == 503
    assert script.json is not None
    connection.execute("ROLLBACK")
    g.pop("_login_user")
    assert client.post(f"/desk/drafts/{draft_id}", data=form).status_code == 302
    db.session.rollback()
    assert drafts.get_draft(draft_id).content["body"] == "Typed at 3 a.m.\nTwo lines."


def test_an_old_form_comes_back_with_a_token_that_works(
    app: Flask, acme: Acme, client: FlaskClient, sign_in: Any
) -> None:
    sign_in("responder")
    draft = acme.draft(acme.declare(), body="Before.")
    form = form_of(draft, body="Half a day later.", csrf_token="old")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        page = client.post(f"/desk/drafts/{draft.id}", data=form)
        text = page.get_data(as_text=True)
        assert page.status_code == 400
        assert "the database is away" not in text
        assert "Half a day later." in text
        token = text.split('name="csrf_token" value="')[1].split('"')[0]
        g.pop("csrf_valid", None)
        again = client.post(f"/desk/drafts/{draft.id}", data={**form, "csrf_token": token})
        assert again.status_code == 302
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    db.session.rollback()
    assert drafts.get_draft(draft.id).content["body"] == "Half a day later."
