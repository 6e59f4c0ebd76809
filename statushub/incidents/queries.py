"""The incidents room's reads. Public ones see published incidents only.

Everything that a page shows of an incident (updates, affected components, their groups) comes
along in a fixed number of statements. Lists are in order of ``occurred_at``, newest first; keyset
cursors, never offsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import joinedload

from statushub.core import clock
from statushub.core.db import db
from statushub.core.errors import Invalid, NotFound
from statushub.incidents.history import HistoryDay, Month, history_months, incidents_by_day
from statushub.incidents.loading import with_everything
from statushub.incidents.models import (
    Component,
    ComponentGroup,
    Incident,
    IncidentUpdate,
)
from statushub.incidents.statuses import (
    CLOSED,
    ComponentStatus,
    IncidentStatus,
    Kind,
    worst,
)

__all__ = [
    "HistoryDay",
    "Month",
    "Node",
    "Slice",
    "active_maintenances",
    "all_components",
    "components_tree",
    "desk_incidents",
    "get_component",
    "get_incident",
    "get_update",
    "history_months",
    "incidents_by_day",
    "incidents_page",
    "last_change",
    "open_incidents",
    "recent_incidents",
    "recent_updates",
    "upcoming_maintenances",
]


@dataclass(frozen=True)
class Node:
    """A line of the page: a group with its components, or one component alone (``group`` None)."""

    group: ComponentGroup | None
    components: list[Component]

    @property
    def status(self) -> ComponentStatus:
        """The worst of its components."""
        return worst(component.status for component in self.components)

    @property
    def name(self) -> str:
        """The group's name, or the component's."""
        return self.group.name if self.group else self.components[0].name


class Slice(NamedTuple):
    """Some incidents, and the cursor with which the next ones are asked for (None at the end)."""

    items: list[Incident]
    next_cursor: str | None


def components_tree(*, visible_only: bool = False) -> list[Node]:
    """Groups and ungrouped components in the page's order; archived components are left out.

    ``visible_only`` leaves out what visitors do not see: components that only show when they are
    not operational, and groups without any component.
    """
    components = all_components()
    groups = db.session.scalars(select(ComponentGroup).order_by(ComponentGroup.position))
    if visible_only:
        components = [
            one
            for one in components
            if not one.only_show_if_degraded or one.status is not ComponentStatus.OPERATIONAL
        ]
    nodes = [
        (group.position, group.name, Node(group, _children(components, group.id)))
        for group in groups
    ]
    nodes += [
        (one.position, one.name, Node(None, [one])) for one in components if one.group_id is None
    ]
    nodes.sort(key=lambda entry: entry[:2])
    return [node for _place, _name, node in nodes if node.components or not visible_only]


def _children(components: Sequence[Component], group_id: str) -> list[Component]:
    return [component for component in components if component.group_id == group_id]


def all_components(*, archived: bool = False) -> list[Component]:
    """Every component by position, with its group; archived ones only when asked for."""
    query = select(Component).options(joinedload(Component.group))
    if not archived:
        query = query.where(Component.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Component.position, Component.name)))


def get_component(component_id: str) -> Component:
    """A component, archived or not. Raises NotFound."""
    component = db.session.get(Component, component_id)
    if component is None:
        raise NotFound(_("There is no such component."))
    return component


def get_incident(incident_id: str, public: bool = True) -> Incident:
    """An incident or maintenance. Raises NotFound, also for one that is not public yet."""
    query = with_everything(select(Incident).where(Incident.id == incident_id))
    incident = db.session.scalars(query).first()
    if incident is None or (public and incident.published_at is None):
        raise NotFound(_("There is no such incident."))
    return incident


def open_incidents() -> list[Incident]:
    """Published incidents (no maintenances) that are not over, newest first."""
    return _open(Kind.INCIDENT, Incident.occurred_at.desc(), Incident.status.not_in(CLOSED))


def active_maintenances() -> list[Incident]:
    """Published maintenances under way, the longest-running first."""
    under_way = Incident.status.in_([IncidentStatus.IN_PROGRESS, IncidentStatus.VERIFYING])
    return _open(Kind.MAINTENANCE, Incident.occurred_at, under_way)


def upcoming_maintenances() -> list[Incident]:
    """Published maintenances that have not begun, the next one first."""
    return _open(
        Kind.MAINTENANCE, Incident.occurred_at, Incident.status == IncidentStatus.SCHEDULED
    )


def _open(kind: Kind, order: Any, *where: Any) -> list[Incident]:
    query = select(Incident).where(
        Incident.kind == kind,
        Incident.resolved_at.is_(None),
        Incident.published_at.is_not(None),
        *where,
    )
    return list(db.session.scalars(with_everything(query.order_by(order, Incident.id))))


def recent_incidents(
    limit: int = 50, before: datetime | None = None, kind: Kind | None = None
) -> list[Incident]:
    """The newest published incidents and maintenances, or those of one ``kind``; only what
    occurred before ``before`` (aware) when it is given."""
    query = _newest_first(kind)
    if before is not None:
        query = query.where(Incident.occurred_at < before)
    return list(db.session.scalars(with_everything(query.limit(limit))))


def incidents_page(cursor: str | None = None, limit: int = 25, kind: Kind | None = None) -> Slice:
    """A page of published incidents, newest first. Raises Invalid for a cursor not of ours."""
    query = _newest_first(kind)
    if cursor:
        query = query.where(tuple_(Incident.occurred_at, Incident.id) < _read_cursor(cursor))
    found = list(db.session.scalars(with_everything(query.limit(limit + 1))))
    more = len(found) > limit
    items = found[:limit]
    return Slice(items, _write_cursor(items[-1]) if more and items else None)


def _newest_first(kind: Kind | None = None) -> Select[Incident]:
    query = select(Incident).where(Incident.published_at.is_not(None))
    if kind is not None:
        query = query.where(Incident.kind == kind)
    return query.order_by(Incident.occurred_at.desc(), Incident.id.desc())


def _write_cursor(incident: Incident) -> str:
    return f"{incident.occurred_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{incident.id}"


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    moment, _dash, incident_id = cursor.partition("-")
    try:
        at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        message = _("This page of the list does not exist. Begin at the first page.")
        raise Invalid(fields={"cursor": message}) from None
    return at, incident_id


def recent_updates(limit: int = 50) -> list[IncidentUpdate]:
    """The newest updates of published incidents, with their incidents."""
    query = (
        select(IncidentUpdate)
        .join(IncidentUpdate.incident)
        .where(Incident.published_at.is_not(None))
        .order_by(IncidentUpdate.display_at.desc(), IncidentUpdate.id.desc())
        .limit(limit)
        .options(joinedload(IncidentUpdate.incident))
    )
    return list(db.session.scalars(query))


def get_update(update_id: str) -> IncidentUpdate:
    """An update with its incident. Raises NotFound."""
    update = db.session.get(IncidentUpdate, update_id)
    if update is None:
        raise NotFound(_("There is no such update."))
    return update


def desk_incidents(limit: int = 50) -> list[Incident]:
    """What the desk lists: everything not over, published or not, then the newest that is."""
    going_on = select(Incident).where(Incident.resolved_at.is_(None))
    over = select(Incident).where(
        Incident.published_at.is_not(None), Incident.resolved_at.is_not(None)
    )
    newest = (Incident.occurred_at.desc(), Incident.id.desc())
    first = list(db.session.scalars(with_everything(going_on.order_by(*newest))))
    rest = max(limit - len(first), 0)
    return first + list(db.session.scalars(with_everything(over.order_by(*newest).limit(rest))))


def last_change() -> datetime:
    """The newest update's time, or now when nothing was ever said."""
    newest = db.session.scalar(
        select(IncidentUpdate.display_at).order_by(IncidentUpdate.display_at.desc()).limit(1)
    )
    return newest or clock.now()
