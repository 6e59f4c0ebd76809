"""The field's own words, their order, and which may follow which.

Source: Atlassian Statuspage's public API (docs/adr/0001); the enum values are the words stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ComponentStatus(StrEnum):
    """What a part of the service is doing for customers."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"

    @property
    def rank(self) -> int:
        """0 is well, 4 is worst; a group shows its worst child."""
        return list(ComponentStatus).index(self)


class Kind(StrEnum):
    """An incident happens; a maintenance is planned. Both are told in updates."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


class IncidentStatus(StrEnum):
    """Where an incident, or a maintenance, stands."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Impact(StrEnum):
    """How hard customers are hit. ``maintenance`` is every planned work's impact."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


_S = IncidentStatus
INCIDENT_STATUSES = (_S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.RESOLVED)
MAINTENANCE_STATUSES = (_S.SCHEDULED, _S.IN_PROGRESS, _S.VERIFYING, _S.COMPLETED, _S.CANCELLED)
CLOSED = frozenset({_S.RESOLVED, _S.POSTMORTEM, _S.COMPLETED, _S.CANCELLED})
# In these it decides what its components show; a maintenance that is only planned does not.
IN_FORCE = frozenset({_S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.IN_PROGRESS, _S.VERIFYING})

# From → to. Staying where one is is always allowed while the incident is open ("Update").
TRANSITIONS: dict[IncidentStatus, frozenset[IncidentStatus]] = {
    _S.INVESTIGATING: frozenset({_S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.RESOLVED}),
    _S.IDENTIFIED: frozenset({_S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.RESOLVED}),
    _S.MONITORING: frozenset({_S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.RESOLVED}),
    _S.RESOLVED: frozenset(
        {_S.RESOLVED, _S.INVESTIGATING, _S.IDENTIFIED, _S.MONITORING, _S.POSTMORTEM}
    ),
    _S.POSTMORTEM: frozenset({_S.POSTMORTEM, _S.INVESTIGATING}),
    _S.SCHEDULED: frozenset({_S.SCHEDULED, _S.IN_PROGRESS, _S.CANCELLED, _S.COMPLETED}),
    _S.IN_PROGRESS: frozenset({_S.IN_PROGRESS, _S.VERIFYING, _S.COMPLETED, _S.CANCELLED}),
    _S.VERIFYING: frozenset({_S.VERIFYING, _S.IN_PROGRESS, _S.COMPLETED}),
    _S.COMPLETED: frozenset({_S.COMPLETED}),
    _S.CANCELLED: frozenset({_S.CANCELLED}),
}


def first_statuses(kind: Kind) -> tuple[IncidentStatus, ...]:
    """What a first update may say."""
    return INCIDENT_STATUSES if kind is Kind.INCIDENT else (_S.SCHEDULED, _S.IN_PROGRESS)


def next_statuses(current: IncidentStatus) -> tuple[IncidentStatus, ...]:
    """What the next update may say, in the order in which a desk offers it."""
    return tuple(status for status in IncidentStatus if status in TRANSITIONS[current])


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of them; operational when there are none."""
    return max(statuses, key=lambda s: s.rank, default=ComponentStatus.OPERATIONAL)


def impact_of(statuses: Iterable[ComponentStatus]) -> Impact:
    """An incident's impact from its affected components' statuses.

    The captured points of the wire contract: every component in major outage is critical; any
    major or partial outage is major; any degradation is minor; otherwise none.
    """
    affected = list(statuses)
    if not affected:
        return Impact.NONE
    if all(status is ComponentStatus.MAJOR_OUTAGE for status in affected):
        return Impact.CRITICAL
    if worst(affected).rank >= ComponentStatus.PARTIAL_OUTAGE.rank:
        return Impact.MAJOR
    if ComponentStatus.DEGRADED_PERFORMANCE in affected:
        return Impact.MINOR
    return Impact.NONE


_IMPACT_ORDER = (Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)


def worst_impact(impacts: Iterable[Impact]) -> Impact:
    """The worst of them; none when there are none."""
    return max(impacts, key=_IMPACT_ORDER.index, default=Impact.NONE)
