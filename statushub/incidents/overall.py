"""How the page is as a whole: the cascade of the Statuspage wire contract, first match wins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import gettext as _

from statushub.incidents.models import Component
from statushub.incidents.statuses import ComponentStatus, Impact, worst, worst_impact

_C = ComponentStatus


class Overall(NamedTuple):
    """``indicator`` none, minor, major, critical or maintenance; ``description`` the wire's
    English words; :attr:`words` the same for people, in their language."""

    indicator: str
    description: str

    @property
    def words(self) -> str:
        """The description in the language in force."""
        return _words()[self.description]


OPERATIONAL = Overall("none", "All Systems Operational")
ALL_MAJOR = Overall("critical", "Major System Outage")
ALL_PARTIAL = Overall("major", "Partial System Outage")
ANY_PARTIAL = Overall("minor", "Minor Service Outage")
ALL_DEGRADED = Overall("minor", "Degraded System Service")
ANY_DEGRADED = Overall("minor", "Partially Degraded Service")
MAINTENANCE = Overall("maintenance", "Service Under Maintenance")

_BY_IMPACT = {
    Impact.NONE: OPERATIONAL,
    Impact.MAINTENANCE: MAINTENANCE,
    Impact.MINOR: ANY_PARTIAL,
    Impact.MAJOR: ALL_PARTIAL,
    Impact.CRITICAL: ALL_MAJOR,
}


def overall_status(components: Iterable[Component], impacts: Iterable[Impact] = ()) -> Overall:
    """The page's indicator and description from its components (archived ones do not count).

    Only a page without components is judged by the ``impacts`` of what is going on instead.
    """
    statuses = [one.status for one in components if one.archived_at is None]
    return of_statuses(statuses) if statuses else _BY_IMPACT[worst_impact(impacts)]


def of_statuses(statuses: list[ComponentStatus]) -> Overall:
    """The cascade itself."""
    kinds = set(statuses)
    if kinds == {_C.MAJOR_OUTAGE}:
        return ALL_MAJOR
    if kinds == {_C.PARTIAL_OUTAGE} or _C.MAJOR_OUTAGE in kinds:
        return ALL_PARTIAL
    if _C.PARTIAL_OUTAGE in kinds:
        return ANY_PARTIAL
    if kinds == {_C.DEGRADED_PERFORMANCE}:
        return ALL_DEGRADED
    if _C.DEGRADED_PERFORMANCE in kinds:
        return ANY_DEGRADED
    return MAINTENANCE if _C.UNDER_MAINTENANCE in kinds else OPERATIONAL


def group_status(components: Iterable[Component]) -> ComponentStatus:
    """A group is as its worst child is."""
    return worst(one.status for one in components if one.archived_at is None)


def _words() -> dict[str, str]:
    return {
        OPERATIONAL.description: _("All Systems Operational"),
        ALL_MAJOR.description: _("Major System Outage"),
        ALL_PARTIAL.description: _("Partial System Outage"),
        ANY_PARTIAL.description: _("Minor Service Outage"),
        ALL_DEGRADED.description: _("Degraded System Service"),
        ANY_DEGRADED.description: _("Partially Degraded Service"),
        MAINTENANCE.description: _("Service Under Maintenance"),
    }
