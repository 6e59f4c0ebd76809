"""The pages that tell of a failure must not fail themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from statushub.core.db import db, transaction
from statushub.factory import create_app
from statushub.incidents.models import Component
from statushub.publishing import drafts
from tests.attacks.conftest import Target


@pytest.fixture
def in_service(app: Flask, target: Target) -> Iterator[Flask]:
    """The same database under an application with every handler, as in service."""
    made = create_app(app.config["SETTINGS"])
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def owner(app: Flask, target: Target, client: FlaskClient, in_service: Flask) -> FlaskClient:
    """The owner's browser there."""
    from statushub.accounts.service import find_user

    found = find_user("boss@example.com")
    assert found is not None
    browser = in_service.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = found.get_id(), True
    db.session.remove()
    return browser


def fails_late(_actor: Any, _incident_id: str) -> Any:
    """A mistake of ours, after the writing began: who is signed in must be read again."""
    with transaction():
        raise ZeroDivisionError


def clashes(_actor: Any, _incident_id: str) -> Any:
    """Two do the same in the same moment, and nobody thought of it."""
    with transaction() as session:
        twin = {"id": "twin", "name": "Twin"}
        session.add_all([Component(**twin), Component(**twin)])
        session.flush()


@pytest.mark.parametrize(("deed", "status"), [(fails_late, 500), (clashes, 409)])
def test_a_failure_within_a_transaction_ends_on_a_page_in_words(
    target: Target,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[..., Any],
    status: int,
) -> None:
    monkeypatch.setattr(drafts, "open_draft", deed)
    answer = owner.post(f"/desk/incidents/{target.values['incident_id']}/draft")
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text
    assert IntegrityError.__name__ not in answer.text


def test_what_no_text_can_hold_ends_on_a_page_in_words(target: Target, owner: FlaskClient) -> None:
    place = f"/desk/feedback/{target.values['item_id']}/incident"
    answer = owner.post(place, data={"incident": "\x00"})
    assert answer.status_code in {400, 422}  # PostgreSQL refuses it; to SQLite it is no id
    assert "<h1>" in answer.text
