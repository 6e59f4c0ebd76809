"""The one sentence at the top of the page: is it broken?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from statushub.incidents.models import Component, Incident
from statushub.incidents.overall import overall_status
from statushub.incidents.statuses import Impact, worst_impact

_INDICATOR = {Impact.CRITICAL: "critical", Impact.MAJOR: "major"}


@dataclass(frozen=True)
class Statement:
    """``indicator``: none, minor, major, critical, maintenance; ``words`` in the language in
    force."""

    indicator: str
    words: str


def statement(components: Sequence[Component], going_on: Sequence[Incident]) -> Statement:
    """What the page says. ``going_on``: open incidents.

    An open incident that changes no component is no "all is well": the API keeps the wire
    contract's sentence then, the page tells people what they came to hear.
    """
    impacts = [incident.impact for incident in going_on]
    overall = overall_status(components, impacts)
    if overall.indicator in {"none", "maintenance"} and going_on:
        words = _("We are working on a problem")
        return Statement(_INDICATOR.get(worst_impact(impacts), "minor"), words)
    return Statement(overall.indicator, overall.words)
