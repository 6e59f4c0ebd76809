"""The page's components as its templates want them: in groups, with their bars of 90 days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from statushub.core import clock
from statushub.incidents.models import Component, ComponentGroup, Incident
from statushub.incidents.queries import Node
from statushub.incidents.statuses import ComponentStatus
from statushub.incidents.uptime import Day, Uptime, average, uptime

DAYS = 90


@dataclass(frozen=True)
class Bar:
    """One day of one component. ``label`` says what happened, "" for nothing to tell."""

    date: date
    level: str
    label: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Row:
    """A component; ``bars`` is None for one that shows no history."""

    component: Component
    bars: list[Bar] | None = None
    percent: Decimal | None = None
    days: Sequence[Day] = ()


@dataclass(frozen=True)
class Part:
    """A group with its rows, or rows that stand alone (``group`` None)."""

    group: ComponentGroup | None
    status: ComponentStatus
    rows: list[Row]

    @property
    def percent(self) -> Decimal | None:
        """The group's uptime: its children's average."""
        return average(row.percent for row in self.rows)


class Affected(NamedTuple):
    """A component as an incident touches it."""

    name: str
    status: ComponentStatus


def parts(nodes: Iterable[Node], zone: str) -> list[Part]:
    """The page's components; bars say how long what lasted and link to the incident. Neighbours
    without a group share one part."""
    nodes = list(nodes)
    shown = [component for node in nodes for component in node.components if component.showcase]
    found = uptime([one.id for one in shown], days=DAYS, tz=zone, now=clock.now())
    result: list[Part] = []
    for node in nodes:
        rows = [_row(one, found.get(one.id)) for one in node.components]
        if node.group is None and result and result[-1].group is None:
            result[-1].rows.extend(rows)
        else:
            result.append(Part(node.group, node.status, rows))
    return result


def _row(component: Component, history: Uptime | None) -> Row:
    if history is None:
        return Row(component)
    return Row(component, [_bar(day) for day in history.days], history.percent, history.days)


def _bar(day: Day) -> Bar:
    if not day.time_in:
        return Bar(day.date, day.level)
    spans = (
        (_("Major outage: %(time)s"), day.major_seconds),
        (_("Partial outage: %(time)s"), day.partial_seconds),
        (_("Degraded performance: %(time)s"), day.degraded_seconds),
        (_("Under maintenance: %(time)s"), day.maintenance_seconds),
    )
    label = ", ".join(words % {"time": duration(seconds)} for words, seconds in spans if seconds)
    first = day.incident_ids[0] if day.incident_ids else None
    href = url_for("site.incident", incident_id=first) if first else None
    return Bar(day.date, day.level, label, href)


def duration(seconds: int) -> str:
    """``1 h 12 min``: the two largest units, in the language in force."""
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days:
        if hours:
            return str(_("%(days)s d %(hours)s h", days=days, hours=hours))
        return str(_("%(days)s d", days=days))
    if hours:
        if minutes:
            return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
        return str(_("%(hours)s h", hours=hours))
    if minutes:
        return str(_("%(minutes)s min", minutes=minutes))
    return str(_("%(seconds)s s", seconds=seconds))


def affected(incident: Incident) -> list[Affected]:
    """The components that an incident touches, worst first, named with their group."""
    rows = sorted(
        incident.affected,
        key=lambda row: (-row.status.rank, row.component.position, row.component.name),
    )
    return [Affected(full_name(row.component), row.status) for row in rows]


def full_name(component: Component) -> str:
    """``Group – Component``, as one name must do without the page around it."""
    return f"{component.group.name} – {component.name}" if component.group else component.name
