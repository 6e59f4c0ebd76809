"""Readiness says, with reasons, whether everything works."""

from __future__ import annotations

from collections.abc import Callable

import flask_migrate
from flask import Flask

from statushub.core import clock
from statushub.core.db import transaction
from statushub.incidents.models import Page
from statushub.publishing.models import WorkerHeartbeat


def test_a_fresh_database_is_not_ready_and_says_why(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    client = app.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "statushub db upgrade" in answer.json["reasons"][0]
    assert client.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_once_set_up_and_with_a_worker(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        flask_migrate.upgrade()
        reasons = app.test_client().get("/readyz").json["reasons"]
        assert len(reasons) == 2
        with transaction() as session:
            session.add(Page(name="Acme"))
            session.add(WorkerHeartbeat(name="w", started_at=clock.now(), seen_at=clock.now()))
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["reasons"]) == (200, [])


def test_a_database_that_is_away_is_a_reason_not_a_traceback(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(STATUSHUB_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["reasons"] == ["The database does not answer."]
