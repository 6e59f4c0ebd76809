"""Saying something: one update, and everything that changes with it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import EllipsisType
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.core.markdown import render
from statushub.core.text import require_body
from statushub.incidents import checks, claims, impacts
from statushub.incidents.models import AffectedComponent, Component, Incident, IncidentUpdate
from statushub.incidents.page import bump_revision
from statushub.incidents.statuses import (
    CLOSED,
    IN_FORCE,
    TRANSITIONS,
    ComponentStatus,
    Impact,
    IncidentStatus,
    Kind,
    first_statuses,
    worst,
)


def post_update(
    actor: Actor,
    incident_id: str,
    *,
    status: IncidentStatus | str,
    body: str,
    components: Mapping[str, ComponentStatus | str] | None = None,
    deliver: bool = True,
    display_at: datetime | None = None,
    custom_tweet: str | None = None,
    author_id: str | None = None,
    impact_override: Impact | str | EllipsisType | None = ...,
) -> IncidentUpdate:
    """Publish an update: status, text, components and history change together, or not at all.

    ``components``: what the update says of them. None or a component left out means unchanged;
    but the first update's mapping replaces what was planned when the incident was declared. An
    update that ends the incident sets the others operational (claims.py, rule 3).
    ``display_at``: when it was said (aware), now by default; never before the incident's newest
    update, nor before a later recorded change of a component it changes.
    Raises NotFound, and Invalid by the fields status, body, components, display_at.
    """
    with transaction():
        incident = lock_incident(incident_id)
        wanted = None if components is None else checks.statuses(components)
        status = _next_status(incident, status)
        text = require_body(body)
        at = _moment(incident, display_at)
        if not isinstance(impact_override, EllipsisType):
            impacts.override(incident, impact_override)
        told = _change_components(incident, status, wanted, at, strict=display_at is not None)
        _change_incident(incident, status, at)
        update = IncidentUpdate(
            incident=incident,
            number=_next_number(incident_id),
            status=status,
            body=text,
            body_html=render(text),
            display_at=at,
            affected_components=told or None,
            deliver_notifications=deliver,
            custom_tweet=custom_tweet and checks.note(custom_tweet, "custom_tweet"),
            author_id=author_id if author_id is not None else _person(actor),
        )
        _publish(actor, update)
    return update


def _publish(actor: Actor, update: IncidentUpdate) -> None:
    incident = update.incident
    db.session.add(update)
    bump_revision()
    audit.record(
        actor,
        "update.published",
        "incident",
        incident.id,
        f"{incident.name}: {update.status.value}",
        {"status": update.status.value, "components": update.affected_components or []},
    )
    db.session.flush()


def lock_incident(incident_id: str) -> Incident:
    """The incident as it is now, locked until the transaction ends. Raises NotFound."""
    incident = db.session.scalars(
        select(Incident)
        .where(Incident.id == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if incident is None:
        raise NotFound(_("There is no such incident."))
    db.session.expire(incident, ["affected", "updates"])
    return incident


def _person(actor: Actor) -> str | None:
    return actor.id if actor.kind == "user" else None


def _next_number(incident_id: str) -> int:
    last = db.session.scalar(
        select(func.max(IncidentUpdate.number)).where(IncidentUpdate.incident_id == incident_id)
    )
    return (last or 0) + 1


def _next_status(incident: Incident, status: IncidentStatus | str) -> IncidentStatus:
    wanted = checks.member(IncidentStatus, status, "status")
    if incident.published_at is None:
        allowed = wanted in first_statuses(incident.kind)
    else:
        allowed = wanted in TRANSITIONS[incident.status]
    if not allowed:
        message = _("This status cannot follow the present one. Choose another.")
        raise Invalid(fields={"status": message})
    return wanted


def _moment(incident: Incident, display_at: datetime | None) -> datetime:
    newest = db.session.scalar(
        select(func.max(IncidentUpdate.display_at)).where(IncidentUpdate.incident_id == incident.id)
    )
    if display_at is None:
        return max(clock.now(), newest or clock.now())  # a clock may step back; history may not
    at = checks.past_moment(display_at, "display_at")
    if newest is not None and at < newest:
        message = _("An update cannot be older than the one before it.")
        raise Invalid(fields={"display_at": message})
    if incident.kind is Kind.INCIDENT and at < incident.started_at:
        message = _("This is before the incident started. Move its start first.")
        raise Invalid(fields={"display_at": message})
    return at


def _change_incident(incident: Incident, status: IncidentStatus, at: datetime) -> None:
    if status in CLOSED:
        incident.resolved_at = incident.resolved_at or at
    else:
        incident.resolved_at = None
    if status is IncidentStatus.MONITORING and (
        incident.status is not status or incident.monitoring_at is None
    ):
        incident.monitoring_at = at
    incident.status = status
    incident.published_at = incident.published_at or clock.now()
    incident.updated_at = clock.now()


def _change_components(
    incident: Incident,
    status: IncidentStatus,
    wanted: dict[str, ComponentStatus] | None,
    at: datetime,
    *,
    strict: bool,
) -> list[dict[str, Any]]:
    first = incident.published_at is None
    was_in_force = not first and incident.status in IN_FORCE
    said = wanted or {}
    components = _lock_affected(incident, said)
    if first and wanted is not None:
        incident.affected = [row for row in incident.affected if row.component_id in said]
    affected = _note_claims(incident, said)
    impacts.follow(incident, status, [claim.status for claim in affected.values()])
    if was_in_force and status in CLOSED:
        for component_id, claim in affected.items():
            claim.status = said.get(component_id, ComponentStatus.OPERATIONAL)
    shown = _what_shows(incident, status, affected, set(said), was_in_force)
    told = [components[component_id] for component_id in affected]
    return _show(incident, told, shown, at, strict=strict)


def _lock_affected(incident: Incident, said: Iterable[str]) -> dict[str, Component]:
    """Lock what the incident affects or will, and only then read its claims: a status set by hand
    changes claims too (claims.py, rule 2)."""
    already = db.session.scalars(
        select(AffectedComponent.component_id).where(AffectedComponent.incident_id == incident.id)
    ).all()
    components = claims.lock_components({*already, *said}, known=already)
    db.session.scalars(
        select(AffectedComponent)
        .where(AffectedComponent.incident_id == incident.id)
        .execution_options(populate_existing=True)
    ).all()
    return components


def _note_claims(
    incident: Incident, said: Mapping[str, ComponentStatus]
) -> dict[str, AffectedComponent]:
    affected = {row.component_id: row for row in incident.affected}
    for component_id, status in said.items():
        if component_id in affected:
            affected[component_id].status = status
        else:
            affected[component_id] = AffectedComponent(component_id=component_id, status=status)
            incident.affected.append(affected[component_id])
    return affected


def _what_shows(
    incident: Incident,
    status: IncidentStatus,
    affected: dict[str, AffectedComponent],
    spoken_of: set[str],
    was_in_force: bool,
) -> dict[str, ComponentStatus]:
    """What the components that this update touches show after it."""
    others = claims.claims_in_force(affected, without=incident.id)
    if status in IN_FORCE:
        return {
            key: worst((claim.status, others.get(key, claim.status)))
            for key, claim in affected.items()
        }
    if status not in CLOSED:
        return {}  # planned work: nothing changes yet
    touched = set(affected) if was_in_force else spoken_of
    return {key: others.get(key, affected[key].status) for key in touched}


def _show(
    incident: Incident,
    components: list[Component],
    shown: dict[str, ComponentStatus],
    at: datetime,
    *,
    strict: bool,
) -> list[dict[str, Any]]:
    """Change what changes; tell all of it in the wire's shape."""
    last = claims.last_changes(shown)
    told = []
    for component in sorted(components, key=lambda one: (one.position, one.id)):
        old = component.status
        new = shown.get(component.id, old)
        recorded = last.get(component.id, at)
        if strict and new is not old and recorded > at:
            message = _(
                "%(name)s changed after that time already. Give a later time, or leave it out.",
                name=component.name,
            )
            raise Invalid(fields={"display_at": message})
        claims.show(component, new, max(at, recorded), incident.id)
        told.append(
            {
                "code": component.id,
                "name": full_name(component),
                "old_status": old.value,
                "new_status": new.value,
            }
        )
    return told


def full_name(component: Component) -> str:
    """The wire's name: "Group - Component" when it is in a group."""
    return f"{component.group.name} - {component.name}" if component.group else component.name
