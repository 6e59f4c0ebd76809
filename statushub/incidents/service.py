"""The incidents room's verbs, in one place: what doors and the rooms above call.

All write inside ``with transaction()``, record an audit entry, and bump the page's revision
when a visitor can see the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import EllipsisType

from flask_babel import gettext as _

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid
from statushub.core.text import require_title
from statushub.incidents import checks, claims, impacts
from statushub.incidents.components import (
    add_component,
    add_group,
    archive_component,
    edit_component,
    edit_group,
    remove_group,
    reorder,
    restore_component,
    set_component_status,
)
from statushub.incidents.maintenance import due_maintenances, reschedule, schedule_maintenance
from statushub.incidents.models import AffectedComponent, Incident
from statushub.incidents.page import bump_revision, set_up_page, update_page
from statushub.incidents.statuses import (
    ComponentStatus,
    Impact,
    IncidentStatus,
    Kind,
    first_statuses,
    impact_of,
)
from statushub.incidents.updates import lock_incident, post_update

__all__ = [
    "add_component",
    "add_group",
    "archive_component",
    "declare_incident",
    "due_maintenances",
    "edit_component",
    "edit_group",
    "edit_incident",
    "post_update",
    "remove_group",
    "reorder",
    "reschedule",
    "restore_component",
    "schedule_maintenance",
    "set_component_status",
    "set_up_page",
    "update_page",
]


def declare_incident(
    actor: Actor,
    *,
    name: str,
    customer_impact: str = "",
    components: Mapping[str, ComponentStatus | str] | None = None,
    status: IncidentStatus | str = IncidentStatus.INVESTIGATING,
    impact_override: Impact | str | None = None,
    started_at: datetime | None = None,
) -> Incident:
    """Open an incident inside the house. Customers see it, and components change, when its first
    update is published. ``started_at`` (aware) is now by default.

    Raises Invalid by the fields name, customer_impact, components, status, impact_override,
    started_at.
    """
    with transaction():
        planned = checks.statuses(components or {})
        claims.lock_components(planned)
        first = checks.member(IncidentStatus, status, "status")
        if first not in first_statuses(Kind.INCIDENT):
            raise Invalid(fields={"status": _("An incident cannot begin with this status.")})
        incident = Incident(
            kind=Kind.INCIDENT,
            name=require_title(name),
            status=first,
            impact=impact_of(planned.values()),
            customer_impact=checks.note(customer_impact, "customer_impact"),
            started_at=checks.past_moment(started_at or clock.now(), "started_at"),
            created_by=actor.id,
        )
        incident.affected = [
            AffectedComponent(component_id=key, status=value) for key, value in planned.items()
        ]
        impacts.override(incident, impact_override)
        db.session.add(incident)
        db.session.flush()
        audit.record(actor, "incident.declared", "incident", incident.id, incident.name)
    return incident


def edit_incident(
    actor: Actor,
    incident_id: str,
    *,
    name: str | None = None,
    customer_impact: str | None = None,
    impact_override: Impact | str | EllipsisType | None = ...,
    started_at: datetime | None = None,
) -> Incident:
    """Change facts of an incident without saying anything new; None leaves a fact as it is.

    Raises NotFound, and Invalid by field.
    """
    with transaction():
        incident = lock_incident(incident_id)
        if name is not None:
            incident.name = require_title(name)
        if customer_impact is not None:
            incident.customer_impact = checks.note(customer_impact, "customer_impact")
        if not isinstance(impact_override, EllipsisType):
            impacts.override(incident, impact_override)
        if started_at is not None:
            incident.started_at = _start(incident, started_at)
        incident.updated_at = clock.now()
        if incident.published_at is not None:
            bump_revision()
        audit.record(actor, "incident.edited", "incident", incident.id, incident.name)
    return incident


def _start(incident: Incident, started_at: datetime) -> datetime:
    start = checks.past_moment(started_at, "started_at")
    if incident.resolved_at is not None and start > incident.resolved_at:
        message = _("The incident cannot start after it was resolved.")
        raise Invalid(fields={"started_at": message})
    return start
