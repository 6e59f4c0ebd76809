"""A transaction is all or nothing, joins the one around it, and decides on fresh facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from statushub.core.db import db, transaction
from statushub.incidents.models import Page
from statushub.incidents.page import find_page


def _page(**facts: object) -> Page:
    return Page(id="one", name="Acme", **facts)


def test_an_error_undoes_everything(app: Flask) -> None:
    with pytest.raises(ValueError, match="no"), transaction() as session:
        session.add(_page())
        session.flush()
        raise ValueError("no")
    assert find_page() is None


def test_a_transaction_inside_another_joins_it(app: Flask) -> None:
    with pytest.raises(ValueError, match="no"), transaction():
        with transaction() as session:
            session.add(_page())
        raise ValueError("no")
    assert find_page() is None


def test_what_was_read_before_is_read_again(app: Flask) -> None:
    with transaction() as session:
        session.add(_page())
    page = find_page()
    assert page.revision == 0
    with db.engine.begin() as other:
        db.session.rollback() if other.dialect.name == "sqlite" else None
        other.execute(text("UPDATE page SET revision = 7"))
    with transaction():
        assert page.revision == 7


def test_a_change_outside_a_transaction_is_a_mistake_that_is_told(app: Flask) -> None:
    with transaction() as session:
        session.add(_page())
    find_page().name = "Sneaked in"
    with pytest.raises(RuntimeError, match="outside a transaction"), transaction():
        pass


def test_naive_datetimes_are_refused(app: Flask) -> None:
    with pytest.raises((StatementError, ValueError), match="naive"), transaction() as session:
        session.add(_page(created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point
        session.flush()


def test_times_come_back_aware_and_in_utc(app: Flask) -> None:
    moment = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
    with transaction() as session:
        session.add(_page(created_at=moment))
    db.session.expire_all()
    assert find_page().created_at == moment
    assert find_page().created_at.tzinfo is UTC
