"""What a draft would change: told apart from what it only repeats.

A draft begins filled with what was known then (its version 1). What its writers did not touch is
not their word: were it said again on publishing, it could undo what somebody else did meanwhile.
"""

from __future__ import annotations

from types import EllipsisType

from sqlalchemy import select

from statushub.core.db import db
from statushub.incidents import claims
from statushub.incidents.models import Incident
from statushub.incidents.queries import all_components
from statushub.incidents.statuses import (
    CLOSED,
    IN_FORCE,
    ComponentStatus,
    IncidentStatus,
    worst,
)
from statushub.incidents.updates import full_name
from statushub.publishing.content import Content
from statushub.publishing.models import Draft, DraftVersion
from statushub.publishing.story import Change


def said_of_components(draft: Draft, content: Content) -> dict[str, str] | None:
    """The components that publishing is to speak of. A first update says all that is known; a
    later one what its writers changed: the rest stays, or, at the end, becomes operational."""
    chosen: dict[str, str] = content["components"]
    if draft.incident.published_at is None:
        return chosen
    begun = _begun_with(draft).get("components", {})
    return {key: status for key, status in chosen.items() if begun.get(key) != status} or None


def said_of_impact(draft: Draft, content: Content) -> str | EllipsisType | None:
    """The impact that the writers chose; Ellipsis when they did not touch it."""
    chosen: str | None = content["impact_override"]
    return ... if chosen == _begun_with(draft).get("impact_override") else chosen


def planned_changes(draft: Draft, content: Content) -> tuple[Change, ...]:
    """What the components would show after publishing. Reads only; the incidents room's rules
    (claims.py there) decide when it is really done."""
    incident, status = draft.incident, IncidentStatus(content["status"])
    said = said_of_components(draft, content) or {}
    shown = _shown(incident, status, {key: ComponentStatus(word) for key, word in said.items()})
    return tuple(
        Change(one.id, full_name(one), one.status, shown[one.id])
        for one in all_components()
        if one.id in shown
    )


def _begun_with(draft: Draft) -> Content:
    content = db.session.scalars(
        select(DraftVersion.content).where(
            DraftVersion.draft_id == draft.id, DraftVersion.version == 1, DraftVersion.accepted
        )
    ).first()
    return content or {}


def _shown(
    incident: Incident, status: IncidentStatus, said: dict[str, ComponentStatus]
) -> dict[str, ComponentStatus]:
    first = incident.published_at is None
    so_far = {} if first else {row.component_id: row.status for row in incident.affected}
    ends = status in CLOSED
    claimed = {key: ComponentStatus.OPERATIONAL if ends else old for key, old in so_far.items()}
    claimed |= said
    others = claims.claims_in_force(claimed, without=incident.id)
    if status in IN_FORCE:
        return {key: worst((mine, others.get(key, mine))) for key, mine in claimed.items()}
    current = {one.id: one.status for one in all_components()}
    if not ends or (not first and incident.status not in IN_FORCE):
        return {key: current[key] for key in claimed if key in current}
    return {key: others.get(key, mine) for key, mine in claimed.items()}
