"""What a component shows: the one place that changes a component's status.

1. While published incidents in force affect a component, it shows the worst of their claims.
2. A status set by hand is the newest word: the claims of those incidents take it over, so that
   page and incident cannot contradict each other.
3. When an incident ends, its components go back to operational, or to what its last update says,
   unless another incident in force still claims something for them: then that is shown.
4. Otherwise a component keeps the last word that was said of it.

Each change is recorded with its moment; the last record of a component is its present status.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from statushub.core import clock
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.incidents.models import (
    AffectedComponent,
    Component,
    ComponentStatusChange,
    Incident,
)
from statushub.incidents.statuses import IN_FORCE, ComponentStatus, worst


def lock_components(
    ids: Iterable[str], field: str = "components", *, known: Iterable[str] = ()
) -> dict[str, Component]:
    """The components, locked until the transaction ends, in one order for everybody so that two
    writers never wait for each other in a circle.

    Raises Invalid by ``field`` when one is unknown, or archived unless it is among ``known``.
    """
    wanted, accepted = set(ids), set(known)
    found = db.session.scalars(
        select(Component)
        .where(Component.id.in_(wanted))
        .order_by(Component.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    components = {one.id: one for one in found if one.archived_at is None or one.id in accepted}
    if components.keys() != wanted:
        message = _("A component is not known any more. Load the page again and choose anew.")
        raise Invalid(fields={field: message})
    return components


def claims_in_force(
    component_ids: Iterable[str], without: str | None = None
) -> dict[str, ComponentStatus]:
    """The worst claim per component of published incidents in force, but for ``without``."""
    query = (
        select(AffectedComponent.component_id, AffectedComponent.status)
        .join(Incident)
        .where(
            AffectedComponent.component_id.in_(set(component_ids)),
            Incident.published_at.is_not(None),
            Incident.resolved_at.is_(None),
            Incident.status.in_(IN_FORCE),
        )
    )
    if without is not None:
        query = query.where(Incident.id != without)
    claims: dict[str, ComponentStatus] = {}
    for component_id, status in db.session.execute(query):
        claims[component_id] = worst((status, claims.get(component_id, status)))
    return claims


def last_changes(component_ids: Iterable[str]) -> dict[str, datetime]:
    """When each component's status was last recorded to change."""
    change = ComponentStatusChange
    query = (
        select(change.component_id, func.max(change.at))
        .where(change.component_id.in_(set(component_ids)))
        .group_by(change.component_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def show(
    component: Component, status: ComponentStatus, at: datetime, incident_id: str | None = None
) -> bool:
    """Make the (locked) component show ``status`` from ``at`` on; whether that changed anything."""
    if component.status is status:
        return False
    component.status = status
    component.updated_at = clock.now()
    db.session.add(
        ComponentStatusChange(
            component_id=component.id, status=status, at=at, incident_id=incident_id
        )
    )
    return True


def overrule_claims(component_id: str, status: ComponentStatus) -> None:
    """Rule 2: what a person says by hand becomes what the incidents in force say."""
    claims = db.session.scalars(
        select(AffectedComponent)
        .join(Incident)
        .where(
            AffectedComponent.component_id == component_id,
            Incident.published_at.is_not(None),
            Incident.resolved_at.is_(None),
            Incident.status.in_(IN_FORCE),
        )
    )
    for claim in claims:
        claim.status = status
