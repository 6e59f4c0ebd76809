"""Declaring an incident and changing facts about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from statushub.core import clock
from statushub.core.audit import Actor, AuditEntry
from statushub.core.db import db
from statushub.core.errors import Invalid, NotFound
from statushub.incidents import queries, service
from statushub.incidents.models import Component, Incident
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import Impact


def refused(work: Callable[[], Any]) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        work()
    assert all(refusal.value.fields.values())
    return set(refusal.value.fields)


def test_a_declared_incident_is_not_public_and_changes_nothing(
    parts: list[Component], declare: Any, status_of: Any
) -> None:
    before = current_revision()
    incident = declare({parts[0].id: "major_outage"})
    assert (incident.published_at, incident.impact) == (None, Impact.CRITICAL)
    assert status_of(parts[0]) == "operational"
    assert current_revision() == before
    assert queries.open_incidents() == []
    with pytest.raises(NotFound):
        queries.get_incident(incident.id)
    assert queries.get_incident(incident.id, public=False) is incident
    assert queries.desk_incidents() == [incident]


def test_declaring_leaves_an_audit_entry(declare: Any, page: Any, actor: Actor) -> None:
    incident = declare()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.verb, entry.subject_id, entry.actor_id) == (
        "incident.declared",
        incident.id,
        actor.id,
    )


def test_a_person_may_say_another_impact(parts: list[Component], declare: Any) -> None:
    incident = declare({parts[0].id: "major_outage"}, impact_override="minor")
    assert incident.impact is Impact.MINOR


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"customer_impact": "x" * 2001}, "customer_impact"),
        ({"components": {"nobody": "major_outage"}}, "components"),
        ({"status": "scheduled"}, "status"),
        ({"status": "nonsense"}, "status"),
        ({"impact_override": "huge"}, "impact_override"),
        ({"started_at": datetime(2026, 3, 2, 13, 0)}, "started_at"),  # noqa: DTZ001 - naive is the point
        ({"started_at": datetime(2026, 3, 2, 14, 1, tzinfo=UTC)}, "started_at"),
        ({"started_at": datetime(2016, 1, 1, tzinfo=UTC)}, "started_at"),
        ({"started_at": datetime.min.replace(tzinfo=UTC)}, "started_at"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    page: Any, declare: Any, facts: dict[str, Any], field: str
) -> None:
    assert refused(lambda: declare(**facts)) == {field}
    assert db.session.scalars(select(Incident)).all() == []


def test_a_status_that_no_component_has_is_refused(parts: list[Component], declare: Any) -> None:
    assert refused(lambda: declare({parts[0].id: "on_fire"})) == {"components"}


def test_an_archived_component_cannot_be_affected_anew(
    parts: list[Component], declare: Any, actor: Actor
) -> None:
    service.archive_component(actor, parts[0].id)
    assert refused(lambda: declare({parts[0].id: "major_outage"})) == {"components"}


def test_text_is_cleaned_before_it_is_stored(page: Any, declare: Any) -> None:
    incident = declare(name="API\x00 \u202e down\n now", customer_impact="slow\r\n\x07pages ")
    assert (incident.name, incident.customer_impact) == ("API down now", "slow\npages")


def test_editing_what_is_public_bumps_the_revision(page: Any, declare: Any, say: Any) -> None:
    incident = declare()
    actor = Actor("user", "u", "U")
    before = current_revision()
    service.edit_incident(actor, incident.id, name="Other name")
    assert current_revision() == before
    say(incident)
    before = current_revision()
    service.edit_incident(actor, incident.id, name="Third name", customer_impact="none")
    assert current_revision() > before
    assert queries.get_incident(incident.id).name == "Third name"


def test_moving_the_start_moves_the_incident_in_history(
    page: Any, declare: Any, say: Any, actor: Actor
) -> None:
    incident = declare()
    say(incident)
    earlier = clock.now() - timedelta(days=3)
    service.edit_incident(actor, incident.id, started_at=earlier)
    db.session.refresh(incident)
    assert incident.occurred_at == incident.started_at == earlier


def test_an_incident_cannot_start_after_it_was_resolved(
    page: Any, declare: Any, say: Any, actor: Actor, frozen_time: Any
) -> None:
    incident = declare()
    say(incident, "resolved")
    frozen_time.advance(hours=1)
    edit = lambda: service.edit_incident(actor, incident.id, started_at=clock.now())  # noqa: E731
    assert refused(edit) == {"started_at"}


def test_taking_an_override_back_brings_the_computed_impact(
    parts: list[Component], declare: Any, say: Any, actor: Actor
) -> None:
    incident = declare({parts[0].id: "partial_outage"})
    say(incident)
    service.edit_incident(actor, incident.id, impact_override="none")
    assert incident.impact is Impact.NONE
    service.edit_incident(actor, incident.id, impact_override=None)
    assert incident.impact is Impact.MAJOR


def test_editing_what_does_not_exist_is_not_found(page: Any, actor: Actor) -> None:
    with pytest.raises(NotFound):
        service.edit_incident(actor, "nothing", name="x")
