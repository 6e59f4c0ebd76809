"""Public API v2: what Statuspage's readers ask for, key by key (docs/api.md)."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from statushub.core.access import base_url
from statushub.incidents import queries
from statushub.incidents.models import Component, ComponentGroup
from statushub.incidents.overall import overall_status
from statushub.incidents.page import get_page
from statushub.incidents.statuses import Kind
from statushub.web.cacheable import cacheable
from statushub.web.guards import public
from statushub.web.wire import Json, Wire, wire_json

api_v2 = Blueprint("api_v2", __name__, url_prefix="/api/v2")

MOST = 50  # entries of the lists of what was; Statuspage's own number


def _wire() -> Wire:
    return Wire(get_page(), base_url())


def _status() -> Json:
    going_on = [*queries.open_incidents(), *queries.active_maintenances()]
    overall = overall_status(queries.all_components(), (one.impact for one in going_on))
    return {"indicator": overall.indicator, "description": overall.description}


def _components(wire: Wire) -> list[Json]:
    """Groups and leaves in one list by position, as Statuspage gives them."""
    entries: list[tuple[int, str, Json]] = []
    for node in queries.components_tree():
        if node.group is not None and node.components:
            entries.append(_placed(node.group, wire.group(node.group, node.components)))
        entries.extend(_placed(one, wire.component(one)) for one in node.components)
    return [entry for _position, _id, entry in sorted(entries, key=lambda entry: entry[:2])]


def _placed(one: Component | ComponentGroup, entry: Json) -> tuple[int, str, Json]:
    return one.position, one.id, entry


@api_v2.get("/summary.json")
@cacheable
@public
def summary() -> ResponseReturnValue:
    """Everything that is going on or planned."""
    wire = _wire()
    planned = [*queries.active_maintenances(), *queries.upcoming_maintenances()]
    return wire_json(
        {
            "page": wire.page(),
            "components": _components(wire),
            "incidents": wire.incidents(queries.open_incidents()),
            "scheduled_maintenances": wire.incidents(planned),
            "status": _status(),
        }
    )


@api_v2.get("/status.json")
@cacheable
@public
def status() -> ResponseReturnValue:
    """The page as a whole."""
    return wire_json({"page": _wire().page(), "status": _status()})


@api_v2.get("/components.json")
@cacheable
@public
def components() -> ResponseReturnValue:
    """Every component and group."""
    wire = _wire()
    return wire_json({"page": wire.page(), "components": _components(wire)})


@api_v2.get("/incidents.json")
@cacheable
@public
def incidents() -> ResponseReturnValue:
    """The 50 most recent incidents, over or not."""
    wire = _wire()
    found = queries.recent_incidents(MOST, kind=Kind.INCIDENT)
    return wire_json({"page": wire.page(), "incidents": wire.incidents(found)})


@api_v2.get("/incidents/unresolved.json")
@cacheable
@public
def unresolved_incidents() -> ResponseReturnValue:
    """Incidents that are not over."""
    wire = _wire()
    return wire_json({"page": wire.page(), "incidents": wire.incidents(queries.open_incidents())})


@api_v2.get("/scheduled-maintenances.json")
@cacheable
@public
def maintenances() -> ResponseReturnValue:
    """The 50 most recent maintenances."""
    wire = _wire()
    found = queries.recent_incidents(MOST, kind=Kind.MAINTENANCE)
    return wire_json({"page": wire.page(), "scheduled_maintenances": wire.incidents(found)})


@api_v2.get("/scheduled-maintenances/upcoming.json")
@cacheable
@public
def upcoming_maintenances() -> ResponseReturnValue:
    """Maintenances that have not begun."""
    wire = _wire()
    found = queries.upcoming_maintenances()
    return wire_json({"page": wire.page(), "scheduled_maintenances": wire.incidents(found)})


@api_v2.get("/scheduled-maintenances/active.json")
@cacheable
@public
def active_maintenances() -> ResponseReturnValue:
    """Maintenances under way."""
    wire = _wire()
    found = queries.active_maintenances()
    return wire_json({"page": wire.page(), "scheduled_maintenances": wire.incidents(found)})
