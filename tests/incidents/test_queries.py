"""What the public and the desk read: the right incidents, in order, in few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.incidents import queries, service
from statushub.incidents.models import AffectedComponent, Component, Incident, IncidentUpdate
from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus, Kind


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def many(count: int) -> None:
    """Resolved incidents, an hour apart, each with three updates and two components."""
    now = clock.now()
    starts = [now - timedelta(hours=n) for n in range(count)]
    with transaction() as session:
        session.add_all(Component(id=f"c{n}", name=f"c{n}") for n in range(2))
        session.flush()
        session.execute(
            insert(Incident),
            [
                {
                    "id": f"i{n:05}", "name": f"Incident {n}", "kind": Kind.INCIDENT,
                    "status": IncidentStatus.RESOLVED, "impact": Impact.MINOR,
                    "started_at": start, "created_at": start, "updated_at": start,
                    "published_at": start, "resolved_at": start,
                }
                for n, start in enumerate(starts)
            ],
        )  # fmt: skip
        session.execute(
            insert(IncidentUpdate),
            [
                {
                    "incident_id": f"i{n:05}", "number": k, "status": IncidentStatus.INVESTIGATING,
                    "body": "x", "body_html": "<p>x</p>", "display_at": start,
                }
                for n, start in enumerate(starts)
                for k in range(3)
            ],
        )  # fmt: skip
        session.execute(
            insert(AffectedComponent),
            [
                {
                    "incident_id": f"i{n:05}",
                    "component_id": f"c{k}",
                    "status": ComponentStatus.OPERATIONAL,
                }
                for n in range(count)
                for k in range(2)
            ],
        )


READS: list[Callable[[], Any]] = [
    queries.open_incidents,
    queries.active_maintenances,
    queries.upcoming_maintenances,
    lambda: queries.recent_incidents(20),
    lambda: queries.incidents_page(limit=20).items,
    lambda: [one for day in queries.incidents_by_day(3) for one in day.incidents],
    lambda: [one for month in queries.history_months().months for one in month.incidents],
    lambda: queries.desk_incidents(20),
    lambda: [update.incident for update in queries.recent_updates(20)],
]


@pytest.mark.parametrize("read", READS)
def test_the_number_of_statements_does_not_grow_with_the_number_of_incidents(
    page: Any, declare: Any, say: Any, plan: Any, read: Callable[[], list[Incident]]
) -> None:
    many(40)
    for incident in (declare({"c0": "major_outage"}), declare({"c1": "major_outage"})):
        say(incident)
    for status in ("scheduled", "in_progress"):
        work = plan(clock.now(), clock.now() + timedelta(hours=1), "c0")
        say(work, status)
    db.session.expire_all()
    db.session.remove()
    with counted() as statements:
        for incident in read():
            assert [update.body for update in incident.updates]
            assert [(row.component.name, row.component.group) for row in incident.affected]
    bound = 60 if read is READS[-1] else 9  # an update brings its incident, not the whole story
    assert len(statements) <= bound


def test_what_is_not_published_is_nowhere_to_be_read(
    page: Any, declare: Any, plan: Any, say: Any
) -> None:
    hidden = [declare(), plan(clock.now(), clock.now() + timedelta(hours=1))]
    public = declare()
    say(public)
    for read in READS:
        found = read()
        assert not set(hidden) & set(found) or read is READS[7]
    assert set(queries.desk_incidents()) == {*hidden, public}


def test_pages_of_incidents_follow_each_other_without_gaps(page: Any) -> None:
    many(23)
    with transaction():  # several at the very same moment
        for n in range(5, 12):
            queries.get_incident(f"i{n:05}").started_at = clock.now() - timedelta(hours=5)
    seen: list[str] = []
    cursor = None
    while True:
        found = queries.incidents_page(cursor, limit=4)
        seen += [one.id for one in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 23
    assert seen == [one.id for one in queries.recent_incidents(50)]


@pytest.mark.parametrize("cursor", ["x", "20260302T140000.000000", "2026-03", "-", "%00"])
def test_a_cursor_that_is_not_ours_is_refused_or_finds_its_place(page: Any, cursor: str) -> None:
    try:
        queries.incidents_page(cursor)
    except Invalid as refusal:
        assert set(refusal.fields) == {"cursor"}


def test_lists_can_be_asked_for_one_kind_and_before_a_moment(
    page: Any, declare: Any, plan: Any, say: Any, frozen_time: Any
) -> None:
    incident = declare()
    say(incident)
    frozen_time.advance(hours=1)
    work = plan(clock.now(), clock.now() + timedelta(hours=1))
    say(work, "in_progress")
    assert queries.recent_incidents(kind=Kind.MAINTENANCE) == [work]
    assert queries.incidents_page(kind=Kind.INCIDENT).items == [incident]
    assert queries.recent_incidents(before=clock.now()) == [incident]
    assert queries.recent_incidents() == [work, incident]


def test_upcoming_work_comes_soonest_first(page: Any, plan: Any, say: Any) -> None:
    later, sooner = (
        plan(clock.now() + timedelta(hours=hours), clock.now() + timedelta(hours=9))
        for hours in (5, 2)
    )
    for work in (later, sooner):
        say(work, "scheduled")
    assert queries.upcoming_maintenances() == [sooner, later]


def test_what_does_not_exist_is_not_found(page: Any) -> None:
    for read in (queries.get_incident, queries.get_component, queries.get_update):
        with pytest.raises(NotFound):
            read("nothing")


def test_the_newest_update_s_time_is_known(
    page: Any, declare: Any, say: Any, frozen_time: Any
) -> None:
    assert queries.last_change() == clock.now()
    update = say(declare())
    frozen_time.advance(hours=1)
    assert queries.last_change() == update.display_at
    assert queries.get_update(update.id) is update


HOT = {
    "recent": lambda: queries.recent_incidents(50),
    "page": lambda: queries.incidents_page("20260301T000000.000000-i00100", 50),
    "days": lambda: queries.incidents_by_day(14),
    "months": queries.history_months,
    "open": queries.open_incidents,
    "updates": lambda: queries.recent_updates(50),
}


def test_ten_thousand_incidents_are_read_by_index(sqlite_app: Any, frozen_time: Any) -> None:
    service.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    many(10_000)
    for name, read in HOT.items():
        for statement, parameters in asked_of_incidents(read):
            plan = db.session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            steps = [row[3] for row in plan]
            whole = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
            assert not whole, (name, statement, steps)


def asked_of_incidents(read: Callable[[], object]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def listen(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM incident" in statement and statement.startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert found
    return found


def test_reading_the_desk_of_ten_thousand_takes_only_what_it_shows(
    sqlite_app: Any, frozen_time: Any, actor: Actor
) -> None:
    service.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    many(300)
    incident = service.declare_incident(actor, name="Now")
    found = queries.desk_incidents(limit=20)
    assert found[0] is incident
    assert len(found) == 20
