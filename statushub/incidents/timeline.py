"""The recorded statuses of components over a stretch of time, read in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from statushub.core.db import db
from statushub.incidents.models import Component, ComponentStatusChange
from statushub.incidents.statuses import ComponentStatus


class Record(NamedTuple):
    """From ``at`` on, ``status``; ``incident_id`` says what brought it."""

    at: datetime
    status: ComponentStatus
    incident_id: str | None


@dataclass
class Timeline:
    """A component's records: the one in force when the stretch begins, and those inside it."""

    component_id: str
    start_date: date | None
    first_known: datetime
    records: list[Record] = field(default_factory=list)

    def tracked_from(self, zone: ZoneInfo) -> datetime:
        """From when on there is data."""
        if self.start_date is None:
            return self.first_known
        return datetime.combine(self.start_date, time(), zone).astimezone(UTC)


def timelines(component_ids: Iterable[str], start: datetime, end: datetime) -> list[Timeline]:
    """The components' records from ``start`` to ``end`` (aware), each in order of time."""
    found: dict[str, Timeline] = {}
    rows = db.session.execute(_query(set(component_ids), start, end))
    for component_id, start_date, created_at, first_at, at, status, incident_id in rows:
        line = found.get(component_id)
        if line is None:
            first_known = min(created_at, first_at or created_at)
            line = found[component_id] = Timeline(component_id, start_date, first_known)
        if at is not None:
            line.records.append(Record(at, status, incident_id))
    return list(found.values())


def _query(wanted: set[str], start: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    change = ComponentStatusChange
    earlier, first = aliased(ComponentStatusChange), aliased(ComponentStatusChange)
    in_force = (
        select(func.max(earlier.at))
        .where(earlier.component_id == Component.id, earlier.at <= start)
        .scalar_subquery()
    )
    first_record = (
        select(func.min(first.at)).where(first.component_id == Component.id).scalar_subquery()
    )
    inside = and_(
        change.component_id == Component.id,
        change.component_id.in_(wanted),  # lets PostgreSQL choose the index
        change.at >= func.coalesce(in_force, start),
        change.at < end,
    )
    return (
        select(
            Component.id,
            Component.start_date,
            Component.created_at,
            first_record,
            change.at,
            change.status,
            change.incident_id,
        )
        .outerjoin(change, inside)
        .where(Component.id.in_(wanted))
        .order_by(Component.id, change.at, change.id)
    )
