"""What the overview shows that no single room knows: drafts under way, deliveries in trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from statushub.core import clock
from statushub.core.db import db
from statushub.incidents.models import Incident, IncidentUpdate
from statushub.publishing.models import Delivery, DeliveryState, Draft, DraftState

# What nobody looked at for two weeks is history, not work.
TROUBLE_FOR = timedelta(days=14)


def open_drafts() -> list[Draft]:
    """Drafts being written, the one saved last first, with their incidents."""
    return list(
        db.session.scalars(
            select(Draft)
            .where(Draft.state == DraftState.OPEN)
            .options(joinedload(Draft.incident))
            .order_by(Draft.updated_at.desc())
        )
    )


def open_draft_of(incident_id: str) -> Draft | None:
    """The incident's draft, if somebody began one."""
    return db.session.scalars(
        select(Draft).where(Draft.incident_id == incident_id, Draft.state == DraftState.OPEN)
    ).first()


@dataclass(frozen=True)
class Trouble:
    """An update of which not everybody was told."""

    update_id: str
    incident: str
    said_at: datetime
    failed: int
    uncertain: int


def troubled_updates() -> list[Trouble]:
    """Updates of the last two weeks with deliveries that need a person, newest first."""
    states = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    failed = func.sum(case((Delivery.state == DeliveryState.FAILED, 1), else_=0))
    uncertain = func.sum(case((Delivery.state == DeliveryState.UNCERTAIN, 1), else_=0))
    rows = db.session.execute(
        select(IncidentUpdate.id, Incident.name, IncidentUpdate.display_at, failed, uncertain)
        .join(Delivery, Delivery.update_id == IncidentUpdate.id)
        .join(Incident, Incident.id == IncidentUpdate.incident_id)
        .where(Delivery.state.in_(states), Delivery.created_at > clock.now() - TROUBLE_FOR)
        .group_by(IncidentUpdate.id, Incident.name, IncidentUpdate.display_at)
        .order_by(IncidentUpdate.display_at.desc())
        .limit(20)
    )
    return [Trouble(*row) for row in rows]


def last_words(incident_ids: list[str]) -> dict[str, datetime]:
    """When customers last heard of each incident; those that never were told are missing."""
    rows = db.session.execute(
        select(IncidentUpdate.incident_id, func.max(IncidentUpdate.display_at))
        .where(IncidentUpdate.incident_id.in_(incident_ids))
        .group_by(IncidentUpdate.incident_id)
    )
    return {row[0]: row[1] for row in rows}
