"""An incident's impact: computed from its components, kept at the worst it reached.

An incident that took everything down stays "critical" in history after things got better; a
person may say otherwise with ``impact_override``. A maintenance is always "maintenance".
"""

from __future__ import annotations

from collections.abc import Iterable

from statushub.incidents import checks
from statushub.incidents.models import Incident
from statushub.incidents.statuses import (
    CLOSED,
    ComponentStatus,
    Impact,
    IncidentStatus,
    Kind,
    impact_of,
    worst_impact,
)


def override(incident: Incident, impact: Impact | str | None) -> None:
    """Put a person's word in force, or with None take it back."""
    if incident.kind is Kind.MAINTENANCE:
        return
    incident.impact_override = (
        None if impact is None else checks.member(Impact, impact, "impact_override")
    )
    incident.impact = incident.impact_override or _computed(incident)


def follow(incident: Incident, status: IncidentStatus, claimed: Iterable[ComponentStatus]) -> None:
    """Let the impact follow what an update claims. The end of an incident leaves it as it was."""
    if incident.kind is Kind.MAINTENANCE:
        incident.impact = Impact.MAINTENANCE
    elif incident.impact_override is not None:
        incident.impact = incident.impact_override
    elif status not in CLOSED:
        before = [] if incident.published_at is None else [incident.impact]
        incident.impact = worst_impact([*before, impact_of(claimed)])


def _computed(incident: Incident) -> Impact:
    """The worst impact over the updates so far, or over the plan when there are none."""
    if incident.published_at is None:
        return impact_of(claim.status for claim in incident.affected)
    reached, claimed = Impact.NONE, dict[str, ComponentStatus]()
    for update in reversed(incident.updates):
        for told in update.affected_components or []:
            claimed[told["code"]] = ComponentStatus(told["new_status"])
        reached = worst_impact([reached, impact_of(claimed.values())])
    return reached
