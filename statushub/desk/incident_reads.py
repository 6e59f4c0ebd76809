"""Incidents as the desk finds them: also those that nobody outside knows of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from statushub.core.db import db
from statushub.incidents import queries
from statushub.incidents.models import AffectedComponent, Incident
from statushub.incidents.statuses import CLOSED, Kind

PAGE_SIZE = 50
_UNFINISHED_MAX = 200
# What the list can be narrowed to, in the order of its tabs.
FILTERS = ("open", "unpublished", "all")

_with_components = selectinload(Incident.affected).joinedload(AffectedComponent.component)


def incident(incident_id: str) -> Incident:
    """One incident or maintenance, public or not, with everything. Raises NotFound."""
    return queries.get_incident(incident_id, public=False)


def unfinished() -> Sequence[Incident]:
    """What has not ended, newest first; planned work included."""
    return db.session.scalars(
        select(Incident)
        .where(Incident.status.not_in(CLOSED))
        .options(_with_components)
        .order_by(Incident.occurred_at.desc(), Incident.id)
        .limit(_UNFINISHED_MAX)
    ).all()


def page_of(
    kind: Kind, which: str, search: str = "", before: str | None = None, limit: int = PAGE_SIZE
) -> Sequence[Incident]:
    """A page of the list, newest first. ``before`` is the last id of the page before: what is
    declared meanwhile moves nothing. ``search`` looks in titles, without regard to case."""
    query = (
        select(Incident)
        .where(Incident.kind == kind)
        .options(_with_components)
        .order_by(Incident.occurred_at.desc(), Incident.id.desc())
        .limit(limit)
    )
    if which == "open":
        query = query.where(Incident.status.not_in(CLOSED))
    elif which == "unpublished":
        query = query.where(Incident.published_at.is_(None))
    if search:
        query = query.where(Incident.name.icontains(search, autoescape=True))
    last = db.session.get(Incident, before) if before else None
    if last is not None:
        query = query.where(
            or_(
                Incident.occurred_at < last.occurred_at,
                and_(Incident.occurred_at == last.occurred_at, Incident.id < last.id),
            )
        )
    return db.session.scalars(query).all()


def linkable() -> Sequence[Incident]:
    """Incidents that a report may be about: the newest hundred."""
    return db.session.scalars(
        select(Incident)
        .where(Incident.kind == Kind.INCIDENT)
        .order_by(Incident.occurred_at.desc())
        .limit(100)
    ).all()
