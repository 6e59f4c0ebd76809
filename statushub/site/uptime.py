"""/uptime: 90 days of every component, in bars and in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.incidents import queries
from statushub.incidents.page import get_page
from statushub.incidents.statuses import ComponentStatus
from statushub.site.blueprint import site
from statushub.site.parts import Part, Row, parts
from statushub.web.cacheable import cacheable
from statushub.web.guards import public


@dataclass(frozen=True)
class Line:
    """A component's line in the table; ``major`` and ``partial`` are seconds."""

    inside: str
    name: str
    status: ComponentStatus
    percent: Decimal | None
    major: int
    partial: int


@site.get("/uptime")
@cacheable
@public
def uptime() -> ResponseReturnValue:
    """The page. Only components that show their history have a line."""
    page = get_page()
    nodes = queries.components_tree(visible_only=True)
    shown = [part for part in map(_with_history, parts(nodes, page.time_zone)) if part]
    table = [_line(part, row) for part in shown for row in part.rows]
    return render_template("site/uptime.html", parts=shown, table=table)


def _with_history(part: Part) -> Part | None:
    rows = [row for row in part.rows if row.bars is not None]
    return Part(part.group, part.status, rows) if rows else None


def _line(part: Part, row: Row) -> Line:
    return Line(
        inside=part.group.name if part.group else "",
        name=row.component.name,
        status=row.component.status,
        percent=row.percent,
        major=sum(day.major_seconds for day in row.days),
        partial=sum(day.partial_seconds for day in row.days),
    )
