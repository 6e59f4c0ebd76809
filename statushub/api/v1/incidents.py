"""/api/v1/incidents: declare, say, change. A said word takes the same way as the desk's: one
transaction with components, history, audit and one delivery row per target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from statushub.accounts.permissions import Permission
from statushub.api.answers import answer
from statushub.api.auth import holder, key_needs, require
from statushub.api.payload import Payload
from statushub.api.v1.blueprint import api_v1
from statushub.core.access import base_url
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Invalid
from statushub.core.text import clean_line
from statushub.incidents import queries, service
from statushub.incidents.models import Incident
from statushub.incidents.page import get_page
from statushub.incidents.statuses import IncidentStatus, Kind
from statushub.publishing.service import announce
from statushub.web.wire import Json, Wire

MOST = 100
FACTS = ("name", "customer_impact", "impact_override", "started_at")
PLAN = (
    "scheduled_for",
    "scheduled_until",
    "scheduled_auto_in_progress",
    "scheduled_auto_completed",
)
SAID = ("status", "body", "components", "component_ids", "deliver_notifications")
FIELDS = (*FACTS, *PLAN, *SAID)


@api_v1.get("/incidents")
@key_needs(Permission.SEE_DESK)
def list_incidents() -> ResponseReturnValue:
    """Published incidents and maintenances, newest first; ``limit`` up to 100. The address of
    the next page is in the ``Link`` header (RFC 8288)."""
    found = queries.incidents_page(request.args.get("cursor"), limit=_limit())
    response = answer([_shown(incident) for incident in found.items])
    if found.next_cursor:
        path = url_for("api_v1.list_incidents", cursor=found.next_cursor, limit=_limit())
        response.headers["Link"] = f'<{base_url()}{path}>; rel="next"'
    return response


def _limit() -> int:
    text = request.args.get("limit", "25")
    if not text.isascii() or not text.isdecimal() or len(text) > 3 or not 1 <= int(text) <= MOST:
        raise Invalid(fields={"limit": f"Give a whole number from 1 to {MOST}."})
    return int(text)


@api_v1.get("/incidents/<incident_id>")
@key_needs(Permission.SEE_DESK)
def get_incident(incident_id: str) -> ResponseReturnValue:
    """One of them, published or not."""
    return answer(_shown(queries.get_incident(incident_id, public=False)))


@api_v1.post("/incidents")
@key_needs(Permission.DECLARE_INCIDENT)
def create_incident() -> ResponseReturnValue:
    """Declare it; with a ``body`` also publish its first update. With ``scheduled_for`` it is a
    maintenance."""
    payload = Payload("incident", FIELDS)
    name = clean_line(payload.text("name") or "")
    said = _said(payload)
    planned = "scheduled_for" in payload or "scheduled_until" in payload
    make = _maintenance(payload, said) if planned else _incident(payload, said)
    if not name:
        payload.problems["name"] = "Enter a title."
    payload.check()
    _require_right_to_say(said)
    if planned:
        require(Permission.SCHEDULE_MAINTENANCE)
    actor = holder().actor
    with transaction():
        if planned:
            incident = service.schedule_maintenance(actor, name=name, **make)
        else:
            incident = service.declare_incident(actor, name=name, **make)
        _say(incident.id, said, incident.status)
    return _answer(incident.id, 201)


def _incident(payload: Payload, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "customer_impact": payload.text("customer_impact") or "",
        "components": said["components"],
        "impact_override": payload.text("impact_override"),
        "started_at": payload.moment("started_at"),
        **({"status": said["status"]} if said["status"] else {}),
    }


def _maintenance(payload: Payload, said: Mapping[str, Any]) -> dict[str, Any]:
    begin, end = payload.moment("scheduled_for"), payload.moment("scheduled_until")
    for name, moment in (("scheduled_for", begin), ("scheduled_until", end)):
        if moment is None:
            payload.problems.setdefault(name, "A maintenance needs its begin and its end.")
    return {
        "customer_impact": payload.text("customer_impact") or "",
        "component_ids": list(said["components"] or ()),
        "scheduled_for": begin,
        "scheduled_until": end,
        "auto_start": payload.flag("scheduled_auto_in_progress") is not False,
        "auto_complete": payload.flag("scheduled_auto_completed") is not False,
    }


@api_v1.patch("/incidents/<incident_id>")
@key_needs(Permission.DRAFT_UPDATE)
def change_incident(incident_id: str) -> ResponseReturnValue:
    """Change facts (declare_incident; publish_update too once they are public), move a plan
    (schedule_maintenance), and with a ``body`` or a ``status`` publish an update (publish_update).
    """
    payload = Payload("incident", FIELDS)
    facts, plan, said = _facts(payload), _plan(payload), _said(payload)
    payload.check()
    _require_right_to_say(said)
    actor = holder().actor
    with transaction():
        if facts:
            require(Permission.DECLARE_INCIDENT)
            if queries.get_incident(incident_id, public=False).published_at is not None:
                require(Permission.PUBLISH_UPDATE)
            service.edit_incident(actor, incident_id, **facts)
        if plan:
            require(Permission.SCHEDULE_MAINTENANCE)
            _move(incident_id, plan)
        _say(incident_id, said, None)
    return _answer(incident_id)


def _facts(payload: Payload) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: payload.text(name) for name in ("name", "customer_impact") if name in payload
    }
    if "impact_override" in payload or payload.cleared("impact_override"):
        facts["impact_override"] = payload.text("impact_override")
    if "started_at" in payload:
        facts["started_at"] = payload.moment("started_at")
    return facts


def _plan(payload: Payload) -> dict[str, Any]:
    plan = {
        "scheduled_for": payload.moment("scheduled_for"),
        "scheduled_until": payload.moment("scheduled_until"),
        "auto_start": payload.flag("scheduled_auto_in_progress"),
        "auto_complete": payload.flag("scheduled_auto_completed"),
    }
    return plan if any(value is not None for value in plan.values()) else {}


def _move(incident_id: str, plan: Mapping[str, Any]) -> None:
    incident = queries.get_incident(incident_id, public=False)
    if incident.kind is not Kind.MAINTENANCE:
        raise Conflict("This is no maintenance; it has no planned time.")
    service.reschedule(
        holder().actor,
        incident_id,
        **{
            **plan,
            "scheduled_for": plan["scheduled_for"] or incident.scheduled_for,
            "scheduled_until": plan["scheduled_until"] or incident.scheduled_until,
        },
    )


def _said(payload: Payload) -> dict[str, Any]:
    """What is to be published. ``component_ids`` are Statuspage's: they are affected, in the
    status that ``components`` gives them, else in the one that they have."""
    components = payload.statuses("components")
    ids = payload.ids("component_ids")
    if ids:
        components = {**_present(ids), **(components or {})}
    deliver = payload.flag("deliver_notifications")
    return {
        "status": payload.text("status"),
        "body": payload.text("body"),
        "components": components,
        "deliver": deliver is not False,
    }


def _present(ids: list[str]) -> dict[str, str]:
    known = {one.id: one.status.value for one in queries.all_components()}
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise Invalid(fields={"component_ids": f"There is no component {unknown[0][:64]}."})
    return {one: known[one] for one in ids}


def _speaks(said: Mapping[str, Any]) -> bool:
    return said["body"] is not None


def _require_right_to_say(said: Mapping[str, Any]) -> None:
    if _speaks(said):
        require(Permission.PUBLISH_UPDATE)


def _say(incident_id: str, said: Mapping[str, Any], first: IncidentStatus | None) -> None:
    """Publish the update, if there is one. ``first``: the status that a new incident has."""
    incident = queries.get_incident(incident_id, public=False)
    if not _speaks(said):
        if first is None and (said["status"] or said["components"]):
            raise Invalid(fields={"body": "Write what customers should know about this change."})
        return
    update = service.post_update(
        holder().actor,
        incident_id,
        status=said["status"] or first or incident.status,
        body=said["body"],
        components=said["components"],
        deliver=said["deliver"],
    )
    announce(update)


def _answer(incident_id: str, status: int = 200) -> Response:
    db.session.expire_all()
    shown = _shown(queries.get_incident(incident_id, public=False))
    response = answer(shown, status)
    if status == 201:
        response.headers["Location"] = url_for("api_v1.get_incident", incident_id=incident_id)
    return response


def _shown(incident: Incident) -> Json:
    """The public shape and what only the desk knows."""
    override = incident.impact_override
    wire = Wire(get_page(), base_url())
    return wire.incident(incident) | {
        "impact_override": override.value if override else None,
        "customer_impact": incident.customer_impact,
        "published_at": wire.time(incident.published_at),
    }
