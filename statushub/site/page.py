"""/: is it broken, is it me, what are you doing."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.incidents import queries
from statushub.incidents.history import incidents_by_day
from statushub.incidents.models import Page
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


def _front(page: Page) -> dict[str, Any]:
    incidents = queries.open_incidents()
    nodes = queries.components_tree(visible_only=True)
    said = statement(queries.all_components(), incidents)
    going_on = {incident.id for incident in incidents}
    days = incidents_by_day(PAST_DAYS)
    for day in days:
        day.incidents[:] = [one for one in day.incidents if one.id not in going_on]
    return {
        "indicator": said.indicator,
        "words": said.words,
        "incidents": incidents,
        "maintenances": queries.active_maintenances(),
        "upcoming": queries.upcoming_maintenances(),
        "parts": parts(nodes, page.time_zone, detailed=False),
        "open_groups": sum(len(node.components) for node in nodes) <= MOST_OPEN,
        "days": days,
        "affected": affected,
    }
