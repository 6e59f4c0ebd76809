"""Reading the inbox."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from statushub.core.db import db
from statushub.core.errors import NotFound
from statushub.feedback.models import FeedbackItem, FeedbackState

PAGE_SIZE = 50


def inbox(
    state: FeedbackState | None = None, before: str | None = None, limit: int = PAGE_SIZE
) -> list[FeedbackItem]:
    """Items newest first, with component and incident loaded.

    ``before`` is the id of the last item of the page before (keyset: inserts move nothing);
    an unknown id starts at the top.
    """
    query = (
        select(FeedbackItem)
        .options(joinedload(FeedbackItem.component), joinedload(FeedbackItem.incident))
        .order_by(FeedbackItem.created_at.desc(), FeedbackItem.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(FeedbackItem.state == state)
    last = db.session.get(FeedbackItem, before) if before else None
    if last is not None:
        query = query.where(
            or_(
                FeedbackItem.created_at < last.created_at,
                and_(FeedbackItem.created_at == last.created_at, FeedbackItem.id < last.id),
            )
        )
    return list(db.session.scalars(query))


def get_item(item_id: str) -> FeedbackItem:
    """One item. Raises NotFound."""
    item = db.session.get(FeedbackItem, item_id)
    if item is None:
        raise NotFound(_("There is no such report (any more)."))
    return item


def counts() -> dict[FeedbackState, int]:
    """How many items are in each state; every state is there."""
    rows = db.session.execute(
        select(FeedbackItem.state, func.count()).group_by(FeedbackItem.state)
    ).all()
    found = dict.fromkeys(FeedbackState, 0)
    for state, number in rows:
        found[state] = number
    return found


def count_for_incident(incident_id: str) -> int:
    """How many customers reported what became this incident."""
    return (
        db.session.scalar(select(func.count()).where(FeedbackItem.incident_id == incident_id)) or 0
    )
