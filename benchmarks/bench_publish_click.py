"""How long the publish click takes with 10,000 subscribers: the whole transaction, committed.

Reference: the same click with no subscriber at all. Goal: under 300 ms."""

from __future__ import annotations

import statistics
import time

from flask import Flask
from sqlalchemy import func, select

from benchmarks.crowd import SUBSCRIBERS, add_subscribers, declare, postgres_app, sqlite_app
from benchmarks.hub import table
from statushub.core.audit import SYSTEM
from statushub.core.db import db
from statushub.publishing import drafts, service
from statushub.publishing.models import Delivery

GOAL_MS = 300
TIMES = 9


def main() -> None:
    """Measure and print."""
    rows: list[tuple[object, ...]] = [("engine", "subscribers", "median ms", "worst ms", "goal")]
    with sqlite_app() as app:
        rows += _measure("SQLite", app)
    with postgres_app() as app:
        rows += _measure("PostgreSQL", app) if app else [("PostgreSQL", "-", "not there", "", "")]
    table(rows)


def _measure(engine: str, _app: Flask) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for crowd in (0, SUBSCRIBERS):
        if crowd:
            add_subscribers(crowd)
        times = [_click(declare(f"Incident {number}")) for number in range(TIMES)]
        median, worst = statistics.median(times), max(times)
        goal = "" if not crowd else ("met" if median < GOAL_MS else "MISSED")
        rows.append((engine, f"{crowd:,}", f"{median:.0f}", f"{worst:.0f}", goal))
    queued = db.session.scalar(select(func.count()).select_from(Delivery))
    assert queued == TIMES * SUBSCRIBERS, queued
    return rows


def _click(incident_id: str) -> float:
    draft = drafts.open_draft(SYSTEM, incident_id)
    draft_id, version = draft.id, draft.version
    db.session.remove()
    began = time.perf_counter()
    service.publish(SYSTEM, draft_id, version)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
