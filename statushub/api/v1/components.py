"""/api/v1/components."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from statushub.accounts.permissions import Permission
from statushub.api.answers import answer
from statushub.api.auth import holder, key_needs, require
from statushub.api.payload import Payload
from statushub.api.v1.blueprint import api_v1
from statushub.core.access import base_url
from statushub.core.db import transaction
from statushub.incidents import queries, service
from statushub.incidents.models import Component
from statushub.incidents.page import get_page
from statushub.web.wire import Json, Wire

TEXTS = ("name", "description", "group_id")
FLAGS = ("showcase", "only_show_if_degraded")
FIELDS = ("status", "start_date", *TEXTS, *FLAGS)


@api_v1.get("/components")
@key_needs(Permission.SEE_DESK)
def list_components() -> ResponseReturnValue:
    """Every component in the page's order; groups are in API v2."""
    return answer([_shown(one) for one in queries.all_components()])


@api_v1.get("/components/<component_id>")
@key_needs(Permission.SEE_DESK)
def get_component(component_id: str) -> ResponseReturnValue:
    """One component."""
    return answer(_shown(queries.get_component(component_id)))


@api_v1.patch("/components/<component_id>")
@key_needs(Permission.SEE_DESK)
def change_component(component_id: str) -> ResponseReturnValue:
    """Its status (set_component_status), its facts (manage_components)."""
    payload = Payload("component", FIELDS)
    status = payload.text("status")
    facts = _facts(payload)
    payload.check()
    actor = holder().actor
    with transaction():
        if facts:
            require(Permission.MANAGE_COMPONENTS)
            service.edit_component(actor, component_id, **facts)
        if status is not None:
            require(Permission.SET_COMPONENT_STATUS)
            service.set_component_status(actor, component_id, status)
        component = queries.get_component(component_id)
    return answer(_shown(component))


def _facts(payload: Payload) -> dict[str, Any]:
    facts: dict[str, Any] = {name: payload.text(name) for name in TEXTS if name in payload}
    facts |= {name: payload.flag(name) for name in FLAGS if name in payload}
    if "start_date" in payload:
        facts["start_date"] = payload.day("start_date")
    for name in ("group_id", "start_date"):
        if payload.cleared(name):
            facts[name] = None
    return facts


def _shown(component: Component) -> Json:
    return Wire(get_page(), base_url()).component(component)
