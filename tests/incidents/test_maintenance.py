"""Planned work: announced, moved, started and ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.errors import Conflict, NotFound
from statushub.incidents import queries, service
from statushub.incidents.models import Component
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import Impact, IncidentStatus
from tests.incidents.test_declaring import refused

HOUR = timedelta(hours=1)


def due() -> list[str]:
    return [status.value for _id, status in service.due_maintenances(clock.now())]


def test_planned_work_goes_through_its_life(
    parts: list[Component], plan: Any, say: Any, status_of: Any, frozen_time: Any
) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR, parts[0].id)
    assert (work.impact, work.status) == (Impact.MAINTENANCE, IncidentStatus.SCHEDULED)
    announced = say(work, "scheduled")
    assert announced.affected_components is not None
    assert announced.affected_components[0]["new_status"] == "operational"
    assert (status_of(parts[0]), queries.upcoming_maintenances()) == ("operational", [work])
    frozen_time.advance(hours=1)
    say(work, "in_progress")
    assert (status_of(parts[0]), queries.active_maintenances()) == ("under_maintenance", [work])
    assert queries.upcoming_maintenances() == []
    say(work, "verifying")
    say(work, "completed")
    assert (status_of(parts[0]), work.resolved_at) == ("operational", clock.now())
    assert queries.active_maintenances() == []
    assert work.impact is Impact.MAINTENANCE


def test_the_clock_says_what_is_due(page: Any, plan: Any, say: Any, frozen_time: Any) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR)
    frozen_time.advance(hours=1)
    assert due() == []  # nobody announced it yet
    say(work, "scheduled")
    assert due() == ["in_progress"]
    say(work, "in_progress")
    assert due() == []
    frozen_time.advance(hours=1)
    assert due() == ["completed"]
    say(work, "verifying")
    assert due() == ["completed"]
    say(work, "completed")
    assert due() == []


def test_work_that_was_slept_through_starts_and_then_ends(
    page: Any, plan: Any, say: Any, frozen_time: Any
) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR)
    say(work, "scheduled")
    frozen_time.advance(hours=9)
    assert due() == ["in_progress"]
    say(work, "in_progress")
    assert due() == ["completed"]


def test_what_people_want_to_start_and_end_themselves_is_never_due(
    page: Any, plan: Any, say: Any, frozen_time: Any
) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR, auto_start=False, auto_complete=False)
    say(work, "scheduled")
    frozen_time.advance(hours=3)
    assert due() == []
    say(work, "in_progress")
    assert due() == []


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_work_that_never_began_leaves_its_components_alone(
    parts: list[Component], plan: Any, say: Any, status_of: Any, actor: Actor, status: str
) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR, parts[0].id)
    say(work, "scheduled")
    service.set_component_status(actor, parts[0].id, "degraded_performance")
    say(work, status)
    assert status_of(parts[0]) == "degraded_performance"
    assert work.resolved_at == clock.now()


def test_an_incident_during_maintenance_shows_the_worse(
    parts: list[Component], plan: Any, declare: Any, say: Any, status_of: Any
) -> None:
    work = plan(clock.now() + HOUR, clock.now() + 2 * HOUR, parts[0].id)
    say(work, "in_progress")
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    assert status_of(parts[0]) == "major_outage"
    say(incident, "resolved")
    assert status_of(parts[0]) == "under_maintenance"
    say(work, "completed")
    assert status_of(parts[0]) == "operational"


def test_work_can_be_moved_until_it_is_over(page: Any, plan: Any, say: Any, actor: Actor) -> None:
    begin = clock.now() + HOUR
    work = plan(begin, begin + HOUR)
    say(work, "scheduled")
    before = current_revision()
    service.reschedule(
        actor, work.id, scheduled_for=begin + HOUR, scheduled_until=begin + 3 * HOUR,
        auto_complete=False,
    )  # fmt: skip
    assert (work.scheduled_for, work.occurred_at, work.auto_complete, work.auto_start) == (
        begin + HOUR,
        begin + HOUR,
        False,
        True,
    )
    assert current_revision() > before
    say(work, "in_progress")
    move = {"scheduled_for": begin, "scheduled_until": begin + 3 * HOUR}
    assert refused(lambda: service.reschedule(actor, work.id, **move)) == {"scheduled_for"}
    service.reschedule(actor, work.id, scheduled_for=begin + HOUR, scheduled_until=begin + 9 * HOUR)
    say(work, "completed")
    with pytest.raises(Conflict):
        service.reschedule(actor, work.id, **move)


def test_an_incident_cannot_be_rescheduled(page: Any, declare: Any, actor: Actor) -> None:
    times = {"scheduled_for": clock.now(), "scheduled_until": clock.now() + HOUR}
    with pytest.raises(NotFound):
        service.reschedule(actor, declare().id, **times)


@pytest.mark.parametrize(
    ("begin", "end", "field"),
    [
        (HOUR, HOUR, "scheduled_until"),
        (2 * HOUR, HOUR, "scheduled_until"),
        (-2 * HOUR, -HOUR, "scheduled_until"),
        (timedelta(days=3700), timedelta(days=3701), "scheduled_for"),
        (HOUR, timedelta(days=3701), "scheduled_until"),
    ],
)
def test_impossible_times_are_refused_by_their_field(
    page: Any, plan: Any, begin: timedelta, end: timedelta, field: str
) -> None:
    assert refused(lambda: plan(clock.now() + begin, clock.now() + end)) == {field}


def test_naive_times_are_refused(page: Any, plan: Any) -> None:
    naive = datetime(2026, 3, 3, 10, 0)  # noqa: DTZ001 - naive is the point
    assert refused(lambda: plan(naive, clock.now() + HOUR)) == {"scheduled_for"}
    assert refused(lambda: plan(clock.now(), naive)) == {"scheduled_until"}


def test_unknown_components_are_refused(page: Any, plan: Any) -> None:
    assert refused(lambda: plan(clock.now(), clock.now() + HOUR, "nothing")) == {"components"}
