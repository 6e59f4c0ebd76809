"""The desk's menu: what the person at the desk may open, in one order everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from statushub.accounts.permissions import Permission
from statushub.incidents.statuses import Kind
from statushub.web.guards import can

_P = Permission


@dataclass(frozen=True)
class Place:
    """A page family: where it begins, and the endpoints that belong to it by their first word."""

    endpoint: str
    label: LazyString
    icon: str
    permission: Permission
    family: tuple[str, ...]


PLACES: Sequence[Place] = (
    Place("overview", _l("Overview"), "home", _P.SEE_DESK, ()),
    Place("incidents", _l("Incidents"), "incident", _P.SEE_DESK, ("incident", "draft", "declare")),
    Place("maintenance", _l("Maintenance"), "maintenance", _P.SEE_DESK, ("maintenance",)),
    Place("feedback", _l("Feedback"), "inbox", _P.HANDLE_FEEDBACK, ("feedback",)),
    Place("subscribers", _l("Subscribers"), "users", _P.SEE_SUBSCRIBERS, ("subscriber",)),
    Place(
        "components",
        _l("Components"),
        "components",
        _P.SET_COMPONENT_STATUS,
        ("component", "group"),
    ),
    Place("channels", _l("Channels"), "channel", _P.MANAGE_CHANNELS, ("channel",)),
    Place(
        "team", _l("Team"), "user", _P.MANAGE_TEAM, ("team", "person", "invit", "roles", "api_key")
    ),
    Place("page_settings", _l("Settings"), "settings", _P.MANAGE_PAGE, ("page_settings",)),
    Place("audit", _l("Audit log"), "clock", _P.SEE_AUDIT, ("audit",)),
)


@dataclass(frozen=True)
class NavItem:
    """One line of the menu."""

    label: LazyString
    url: str
    icon: str
    active: bool
    count: int | None = None


def nav_items(kind: Kind | None = None) -> list[NavItem]:
    """The menu for who is here. ``kind``: what a page shows that incidents and planned work
    share, so that the menu marks the right one."""
    here = (request.endpoint or "").removeprefix("desk.")
    if kind is Kind.MAINTENANCE:
        here = "maintenance"
    return [
        NavItem(
            place.label,
            url_for(f"desk.{place.endpoint}"),
            place.icon,
            active=here == place.endpoint or here.startswith(place.family or "\0"),
        )
        for place in PLACES
        if f"desk.{place.endpoint}" in current_app.view_functions and can(place.permission)
    ]


def context() -> dict[str, Any]:
    """What the desk's layout asks for."""
    return {
        "nav_items": nav_items(),
        "sign_out_url": url_for("desk.sign_out"),
        "account_url": url_for("desk.account"),
    }
