"""What comes along with an incident, so that a page costs a fixed number of statements."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from statushub.incidents.models import AffectedComponent, Component, Incident


def with_everything(query: Select[Incident]) -> Select[Incident]:
    """The query, loading along what a page shows of an incident."""
    return query.options(
        selectinload(Incident.updates),
        selectinload(Incident.affected)
        .joinedload(AffectedComponent.component)
        .joinedload(Component.group),
    )
