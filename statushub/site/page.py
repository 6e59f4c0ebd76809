"""/: is it broken, is it me, what are you doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.incidents import queries
from statushub.incidents.history import incidents_by_day
from statushub.incidents.models import Incident, Page
from statushub.incidents.page import get_page
from statushub.site.blueprint import site
from statushub.site.parts import affected, parts
from statushub.site.statement import statement
from statushub.web.cacheable import cacheable
from statushub.web.guards import public

PAST_DAYS = 14
MOST_OPEN = 12  # components; with more of them, quiet groups begin closed


@site.get("/")
@cacheable
@public
def index() -> ResponseReturnValue:
    """The page."""
    return render_template("site/index.html", **_front(get_page()))


@dataclass(frozen=True)
class PastDay:
    """A day of the past: what is over in full, what goes on (and stands above) by name."""

    date: date
    incidents: list[Incident]
    going_on: list[Incident]


def _front(page: Page) -> dict[str, Any]:
    incidents = queries.open_incidents()
    maintenances = queries.active_maintenances()
    said = statement(queries.all_components(), incidents)
    nodes = queries.components_tree(visible_only=True)
    return {
        "indicator": said.indicator,
        "words": said.words,
        "incidents": incidents,
        "maintenances": maintenances,
        "upcoming": queries.upcoming_maintenances(),
        "parts": parts(nodes, page.time_zone),
        "open_groups": sum(len(node.components) for node in nodes) <= MOST_OPEN,
        "days": _past({one.id for one in (*incidents, *maintenances)}),
        "affected": affected,
    }


def _past(above: set[str]) -> list[PastDay]:
    return [
        PastDay(
            day.date,
            [one for one in day.incidents if one.id not in above],
            [one for one in day.incidents if one.id in above],
        )
        for day in incidents_by_day(PAST_DAYS)
    ]
