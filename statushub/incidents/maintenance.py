"""Planned work: announced ahead, and started and ended by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Invalid, NotFound
from statushub.core.text import require_title
from statushub.incidents import checks, claims
from statushub.incidents.models import AffectedComponent, Incident
from statushub.incidents.page import bump_revision
from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus, Kind
from statushub.incidents.updates import lock_incident


def schedule_maintenance(
    actor: Actor,
    *,
    name: str,
    customer_impact: str = "",
    component_ids: Iterable[str] = (),
    scheduled_for: datetime,
    scheduled_until: datetime,
    auto_start: bool = True,
    auto_complete: bool = True,
) -> Incident:
    """Plan work from ``scheduled_for`` to ``scheduled_until`` (both aware). Customers see it when
    its first update is published; it starts and ends by itself where ``auto_*`` says so.

    Raises Invalid by the fields name, customer_impact, components, scheduled_for, scheduled_until.
    """
    with transaction():
        begin, end = _span(scheduled_for, scheduled_until)
        components = claims.lock_components(component_ids)
        incident = Incident(
            kind=Kind.MAINTENANCE,
            name=require_title(name),
            status=IncidentStatus.SCHEDULED,
            impact=Impact.MAINTENANCE,
            customer_impact=checks.note(customer_impact, "customer_impact"),
            scheduled_for=begin,
            scheduled_until=end,
            auto_start=auto_start,
            auto_complete=auto_complete,
            created_by=actor.id,
        )
        incident.affected = [
            AffectedComponent(component_id=key, status=ComponentStatus.UNDER_MAINTENANCE)
            for key in components
        ]
        db.session.add(incident)
        db.session.flush()
        audit.record(actor, "maintenance.scheduled", "incident", incident.id, incident.name)
    return incident


def reschedule(
    actor: Actor,
    incident_id: str,
    *,
    scheduled_for: datetime,
    scheduled_until: datetime,
    auto_start: bool | None = None,
    auto_complete: bool | None = None,
) -> Incident:
    """Move planned work; once it has begun, only its end can move.

    Raises NotFound, Conflict when it is over, Invalid by field.
    """
    with transaction():
        incident = lock_incident(incident_id)
        if incident.kind is not Kind.MAINTENANCE:
            raise NotFound(_("There is no such maintenance."))
        if not incident.is_open:
            raise Conflict(_("This maintenance is over. Schedule a new one."), incident)
        begin, end = _span(scheduled_for, scheduled_until)
        if incident.status is not IncidentStatus.SCHEDULED and begin != incident.scheduled_for:
            message = _("The maintenance has begun; only its end can be moved.")
            raise Invalid(fields={"scheduled_for": message})
        incident.scheduled_for, incident.scheduled_until = begin, end
        incident.auto_start = incident.auto_start if auto_start is None else auto_start
        incident.auto_complete = incident.auto_complete if auto_complete is None else auto_complete
        incident.updated_at = clock.now()
        if incident.published_at is not None:
            bump_revision()
        audit.record(
            actor,
            "maintenance.rescheduled",
            "incident",
            incident.id,
            incident.name,
            {"scheduled_for": clock.to_iso(begin), "scheduled_until": clock.to_iso(end)},
        )
    return incident


def due_maintenances(now: datetime) -> list[tuple[str, IncidentStatus]]:
    """Published maintenances whose start or end has come, with the status that is due, oldest
    first. One that slept through both is due to start first, and to end when asked again."""
    planned = db.session.scalars(
        select(Incident)
        .where(
            Incident.kind == Kind.MAINTENANCE,
            Incident.resolved_at.is_(None),
            Incident.published_at.is_not(None),
        )
        .order_by(Incident.scheduled_for, Incident.id)
    )
    return [(one.id, due) for one in planned if (due := _due(one, now)) is not None]


def _due(incident: Incident, now: datetime) -> IncidentStatus | None:
    begin, end = incident.scheduled_for, incident.scheduled_until
    if incident.status is IncidentStatus.SCHEDULED:
        due = incident.auto_start and begin is not None and begin <= now
        return IncidentStatus.IN_PROGRESS if due else None
    if incident.status in {IncidentStatus.IN_PROGRESS, IncidentStatus.VERIFYING}:
        due = incident.auto_complete and end is not None and end <= now
        return IncidentStatus.COMPLETED if due else None
    return None


def _span(scheduled_for: datetime, scheduled_until: datetime) -> tuple[datetime, datetime]:
    begin = checks.near_moment(scheduled_for, "scheduled_for")
    end = checks.near_moment(scheduled_until, "scheduled_until")
    if end <= begin:
        raise Invalid(fields={"scheduled_until": _("The end must come after the start.")})
    if end <= clock.now():
        raise Invalid(fields={"scheduled_until": _("This end has already passed.")})
    return begin, end
