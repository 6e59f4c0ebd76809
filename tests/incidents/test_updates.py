"""Saying something, and what changes with it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.incidents import queries, service
from statushub.incidents.models import Component, ComponentStatusChange, IncidentUpdate
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import TRANSITIONS, Impact, IncidentStatus
from tests.incidents.test_declaring import refused


def changes(component: Component) -> list[tuple[str, Any]]:
    rows = db.session.scalars(
        select(ComponentStatusChange)
        .where(ComponentStatusChange.component_id == component.id)
        .order_by(ComponentStatusChange.at, ComponentStatusChange.id)
    )
    return [(row.status.value, row.at) for row in rows]


def test_the_first_update_makes_it_public_and_its_plan_takes_effect(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    before = current_revision()
    incident = declare({parts[0].id: "partial_outage"})
    update = say(incident, body="**Down**")
    assert incident.published_at == clock.now()
    assert status_of(parts[0]) == "partial_outage"
    assert update.body_html == "<p><strong>Down</strong></p>"
    assert update.affected_components == [
        {
            "code": parts[0].id,
            "name": "Region - API",
            "old_status": "operational",
            "new_status": "partial_outage",
        }
    ]
    assert incident.impact is Impact.MAJOR
    assert current_revision() > before
    assert queries.open_incidents() == [incident]
    assert queries.get_incident(incident.id).updates == [update]


def test_the_first_update_s_components_replace_the_plan(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident, components={parts[1].id: "degraded_performance"})
    assert [status_of(part) for part in parts[:2]] == ["operational", "degraded_performance"]
    assert [row.component_id for row in incident.affected] == [parts[1].id]
    assert incident.impact is Impact.MINOR


def test_an_incident_needs_no_components(page: Any, declare: Any, say: Any) -> None:
    incident = declare()
    assert say(incident).affected_components is None
    assert incident.impact is Impact.NONE


def test_a_component_left_out_stays_as_it_was(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage", parts[1].id: "partial_outage"})
    say(incident)
    say(incident, "identified", components={parts[1].id: "operational"})
    assert [status_of(part) for part in parts] == ["major_outage", "operational", "operational"]


def test_resolving_brings_components_back_but_keeps_the_impact(
    parts: list[Component], declare: Any, say: Any, status_of: Any, frozen_time: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    frozen_time.advance(minutes=30)
    update = say(incident, "resolved")
    assert status_of(parts[0]) == "operational"
    assert (incident.resolved_at, incident.impact) == (clock.now(), Impact.CRITICAL)
    assert update.affected_components is not None
    assert update.affected_components[0]["old_status"] == "major_outage"
    assert [status for status, _at in changes(parts[0])] == ["major_outage", "operational"]


def test_resolving_may_leave_a_component_as_the_update_says(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    say(incident, "resolved", components={parts[0].id: "degraded_performance"})
    assert status_of(parts[0]) == "degraded_performance"


def test_two_incidents_show_the_worse_and_the_end_of_one_leaves_the_other(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    one, two = (
        declare({parts[0].id: "degraded_performance"}),
        declare({parts[0].id: "major_outage"}),
    )
    say(one)
    say(two)
    assert status_of(parts[0]) == "major_outage"
    told = say(one, "identified", components={parts[0].id: "partial_outage"})
    assert status_of(parts[0]) == "major_outage"
    assert told.affected_components is not None
    assert told.affected_components[0]["new_status"] == "major_outage"
    say(two, "resolved")
    assert status_of(parts[0]) == "partial_outage"
    say(one, "resolved")
    assert status_of(parts[0]) == "operational"


def test_a_status_set_by_hand_overrules_what_incidents_claim(
    parts: list[Component], declare: Any, say: Any, status_of: Any, actor: Actor
) -> None:
    one, two = declare({parts[0].id: "major_outage"}), declare({parts[0].id: "partial_outage"})
    say(one)
    say(two)
    service.set_component_status(actor, parts[0].id, "degraded_performance")
    assert status_of(parts[0]) == "degraded_performance"
    say(one, "identified")
    assert status_of(parts[0]) == "degraded_performance"


def test_an_incident_that_is_told_only_when_over_touches_no_component(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident, "resolved")
    assert (status_of(parts[0]), incident.impact) == ("operational", Impact.CRITICAL)
    assert changes(parts[0]) == []


def test_a_resolved_incident_can_be_opened_again(
    parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    say(incident, "resolved")
    say(incident, "investigating", components={parts[0].id: "partial_outage"})
    assert incident.resolved_at is None
    assert status_of(parts[0]) == "partial_outage"
    assert queries.open_incidents() == [incident]


def test_a_word_after_the_end_keeps_the_end_s_time(
    page: Any, declare: Any, say: Any, frozen_time: Any
) -> None:
    incident = declare()
    say(incident, "resolved")
    ended = incident.resolved_at
    frozen_time.advance(hours=1)
    say(incident, "postmortem")
    assert (incident.resolved_at, incident.status) == (ended, IncidentStatus.POSTMORTEM)


def test_monitoring_since_is_when_it_was_first_said_in_a_row(
    page: Any, declare: Any, say: Any, frozen_time: Any
) -> None:
    incident = declare()
    say(incident, "monitoring")
    since = incident.monitoring_at
    frozen_time.advance(minutes=5)
    say(incident, "monitoring")
    assert incident.monitoring_at == since
    say(incident, "identified")
    frozen_time.advance(minutes=5)
    say(incident, "monitoring")
    assert incident.monitoring_at == clock.now()


def test_the_impact_stays_at_the_worst_it_reached(
    parts: list[Component], declare: Any, say: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    say(incident, "identified", components={parts[0].id: "degraded_performance"})
    assert incident.impact is Impact.CRITICAL


@pytest.mark.parametrize("current", list(TRANSITIONS))
def test_only_the_listed_statuses_may_follow(
    page: Any, declare: Any, plan: Any, say: Any, current: IncidentStatus
) -> None:
    incident = declare()
    incident_id = incident.id
    with transaction():
        incident.status, incident.published_at = current, clock.now()
    for status in set(IncidentStatus) - TRANSITIONS[current]:
        with pytest.raises(Invalid) as refusal:
            service.post_update(Actor("user", "u", "U"), incident_id, status=status, body="x")
        assert set(refusal.value.fields) == {"status"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"body": " "}, "body"),
        ({"body": "x" * 25_001}, "body"),
        ({"components": {"nobody": "operational"}}, "components"),
        ({"status": "completed"}, "status"),
        ({"status": "fine"}, "status"),
        ({"custom_tweet": "x" * 2_001}, "custom_tweet"),
        ({"impact_override": "huge"}, "impact_override"),
    ],
)
def test_a_refused_update_leaves_nothing_behind(
    parts: list[Component], declare: Any, say: Any, facts: dict[str, Any], field: str
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    before = current_revision()
    assert refused(lambda: say(incident, **facts)) == {field}
    db.session.refresh(incident)
    assert incident.published_at is None
    assert current_revision() == before
    assert db.session.scalars(select(IncidentUpdate)).all() == []


def test_an_update_of_nothing_is_not_found(page: Any, actor: Actor) -> None:
    with pytest.raises(NotFound):
        service.post_update(actor, "nothing", status="resolved", body="x")


def test_what_was_said_earlier_counts_from_then(
    parts: list[Component], declare: Any, say: Any, frozen_time: Any
) -> None:
    start = clock.now() - timedelta(hours=5)
    incident = declare({parts[0].id: "major_outage"}, started_at=start)
    say(incident, display_at=start)
    say(incident, "resolved", display_at=start + timedelta(hours=1))
    assert changes(parts[0]) == [
        ("major_outage", start),
        ("operational", start + timedelta(hours=1)),
    ]
    assert incident.resolved_at == start + timedelta(hours=1)


def test_the_past_cannot_be_told_around_what_was_recorded_since(
    parts: list[Component], declare: Any, say: Any, actor: Actor, frozen_time: Any
) -> None:
    start = clock.now()
    frozen_time.advance(hours=1)
    service.set_component_status(actor, parts[0].id, "degraded_performance")
    recorded = changes(parts[0])
    frozen_time.advance(hours=1)
    incident = declare({parts[0].id: "major_outage"}, started_at=start)
    assert refused(lambda: say(incident, display_at=start)) == {"display_at"}
    assert changes(parts[0]) == recorded
    say(incident, display_at=start, components={})
    assert changes(parts[0]) == recorded


def test_updates_come_in_the_order_in_which_they_were_said(
    page: Any, declare: Any, say: Any, frozen_time: Any
) -> None:
    start = clock.now()
    incident = declare()
    frozen_time.advance(hours=1)
    say(incident, display_at=start + timedelta(minutes=30))
    for wrong in (start + timedelta(minutes=29), start - timedelta(minutes=1)):
        assert refused(lambda at=wrong: say(incident, display_at=at)) == {"display_at"}
    assert refused(lambda: say(incident, display_at=clock.now() + timedelta(seconds=1))) == {
        "display_at"
    }
    first, second = say(incident, "identified"), say(incident, "monitoring")
    db.session.expire(incident)
    assert [update.id for update in incident.updates][:2] == [second.id, first.id]


def test_a_clock_that_steps_back_does_not_turn_history_around(
    parts: list[Component], declare: Any, say: Any, frozen_time: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    first = say(incident)
    frozen_time.advance(minutes=-5)
    second = say(incident, "resolved")
    assert second.display_at == first.display_at
    assert [status for status, _at in changes(parts[0])] == ["major_outage", "operational"]


def test_an_archived_component_can_still_recover_with_its_incident(
    parts: list[Component], declare: Any, say: Any, actor: Actor, status_of: Any
) -> None:
    incident = declare({parts[0].id: "major_outage"})
    say(incident)
    service.archive_component(actor, parts[0].id)
    say(incident, "resolved")
    assert status_of(parts[0]) == "operational"


def test_updates_of_two_incidents_at_once_agree_on_their_component(
    app: Flask, parts: list[Component], declare: Any, say: Any, status_of: Any
) -> None:
    """Each thread resolves or worsens its own incident; whoever is last sees the other."""
    part = parts[0].id
    one, two = declare({part: "major_outage"}).id, declare({part: "partial_outage"}).id
    problems: list[BaseException] = []

    def work(incident_id: str, start: threading.Barrier) -> None:
        actor = Actor("user", "u", "U")
        try:
            with app.app_context():
                for status in ("investigating", "identified", "resolved"):
                    start.wait(10)
                    service.post_update(actor, incident_id, status=status, body="x")
                    db.session.remove()
        except BaseException as error:
            problems.append(error)
            start.abort()

    db.session.commit()
    db.session.remove()
    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=work, args=(one_id, barrier)) for one_id in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []
    component = queries.get_component(part)
    assert component.status.value == "operational"
    shown = [status for status, _at in changes(component)]
    assert shown[-1] == "operational"
    assert "major_outage" in shown
