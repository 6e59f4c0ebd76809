"""``/readyz``: does everything work, and if not, what does not; ``/healthz``: are we alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Response, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from statushub.core import clock
from statushub.core.db import db
from statushub.core.paths import resource
from statushub.incidents.page import find_page
from statushub.publishing.models import WorkerHeartbeat
from statushub.site.blueprint import site
from statushub.web.guards import public

WORKER_SILENT_AFTER = timedelta(seconds=30)


@site.get("/healthz")
@public
def healthz() -> Response:
    """The process lives. In service the hot path answers this without the application."""
    return jsonify(status="ok")


@site.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """200 when everything works; 503 with the reasons otherwise. Says nothing secret."""
    try:
        reasons = list(_reasons())
    except (DBAPIError, SQLAlchemyError):
        reasons = ["The database does not answer."]
    status = "ready" if not reasons else "not ready"
    return jsonify(status=status, reasons=reasons), 200 if not reasons else 503


def _reasons() -> Iterator[str]:
    with db.engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present != set(ScriptDirectory(str(resource("migrations"))).get_heads()):
        yield "The tables are not up to date: run `statushub db upgrade`."
        return
    if find_page() is None:
        yield "The set-up is not done: open the link that the start printed."
    seen = db.session.scalar(select(func.max(WorkerHeartbeat.seen_at)))
    if seen is None or clock.now() - seen > WORKER_SILENT_AFTER:
        yield "No delivery worker is running: nothing is being sent."
