"""Who may work on which delivery, and for how long. SQL only; nobody is called from here.

A claim is a lease: it names one claim of one worker and ends by itself. PostgreSQL skips rows that
another worker is just claiming; on SQLite writers take turns (BEGIN IMMEDIATE). A row whose lease
ran out goes back to the queue, unless it is a public post that may have been made: that one
becomes uncertain and is looked for, never sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from statushub.channels.models import Channel
from statushub.core import clock
from statushub.core.db import db, transaction
from statushub.publishing import patience
from statushub.publishing.models import Delivery, DeliveryKind, DeliveryState
from statushub.publishing.outbox import NORMAL, hold_reason
from statushub.subscribers.models import Subscriber, SubscriberState

# Written out, so that both engines see that the partial indexes fit.
QUEUED: ColumnElement[Any] = literal_column("'queued'")
SENDING: ColumnElement[Any] = literal_column("'sending'")
UNCERTAIN: ColumnElement[Any] = literal_column("'uncertain'")
_COLUMNS = (
    Delivery.id,
    Delivery.uid,
    Delivery.kind,
    Delivery.transport,
    Delivery.message_id,
    Delivery.update_id,
    Delivery.channel_id,
    Delivery.subscriber_id,
    Delivery.order_key,
    Delivery.target,
    Delivery.priority,
    Delivery.attempts,
    Delivery.lookups,
    Delivery.created_at,
    Delivery.begun_at,
    Delivery.expires_at,
)


@dataclass(frozen=True)
class Claim:
    """A delivery in somebody's hands, as plain values. ``attempts`` counts this one.

    ``look_up``: find out whether it was posted; do not send it."""

    id: int
    uid: str
    kind: DeliveryKind
    transport: str
    message_id: str
    update_id: str | None
    channel_id: str | None
    subscriber_id: str | None
    order_key: str
    target: str
    priority: int
    attempts: int
    lookups: int
    created_at: datetime
    begun_at: datetime | None
    expires_at: datetime
    lease_by: str
    sealed: str = ""
    look_up: bool = False


def claim(
    transport: str, lease_by: str, lease: timedelta, limit: int, *, retries: bool = False
) -> list[Claim]:
    """Take up to ``limit`` deliveries that are due, first attempts or (``retries``) later ones.

    What is too late, or for somebody who left meanwhile, is finished here instead."""
    if limit <= 0 or hold_reason(transport) or not anything_due(transport, retries):
        return []
    now = clock.now()
    with transaction() as session:
        rows = session.execute(
            select(*_COLUMNS, Subscriber.state.label("subscriber_state"), Subscriber.sealed)
            .outerjoin(Channel, Channel.id == Delivery.channel_id)
            .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(*_due(transport, now, retries), _channel_is_ready(now), _is_next())
            .order_by(Delivery.priority, Delivery.run_at, Delivery.id)
            .limit(limit)
            .with_for_update(of=Delivery, skip_locked=True)
        ).all()
        taken = [row for row in rows if not _finished_now(row, now)]
        _lease([row.id for row in taken], lease_by, now + lease)
    return [_claimed(row, lease_by) for row in taken]


def claim_lookups(transport: str, lease_by: str, lease: timedelta, limit: int) -> list[Claim]:
    """Take up to ``limit`` uncertain posts that are to be looked for now."""
    now = clock.now()
    where = (
        Delivery.state == UNCERTAIN,
        Delivery.transport == transport,
        Delivery.run_at <= now,
        Delivery.lookups < len(patience.LOOKUPS),
        or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
    )
    if limit <= 0 or not db.session.scalar(select(exists().where(*where))):
        return []
    with transaction() as session:
        rows = session.execute(
            select(*_COLUMNS)
            .outerjoin(Channel, Channel.id == Delivery.channel_id)
            .where(*where, _channel_is_ready(now))
            .order_by(Delivery.run_at, Delivery.id)
            .limit(limit)
            .with_for_update(of=Delivery, skip_locked=True)
        ).all()
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_([row.id for row in rows]))
            .values(lease_by=lease_by, lease_until=now + lease)
            .execution_options(synchronize_session=False)
        )
    return [_claimed(row, lease_by, look_up=True) for row in rows]


def give_back(claims: Iterable[Claim], until: datetime | None = None, reason: str = "") -> None:
    """Return what was claimed and not begun; it is due again at once, or at ``until``."""
    with transaction() as session:
        for one in claims:
            values: dict[str, Any] = {"lease_by": None, "lease_until": None}
            if not one.look_up:
                values |= {
                    "state": DeliveryState.QUEUED,
                    "attempts": one.attempts - 1,
                    "begun_at": None,
                    "reason": reason,
                }
            if until is not None:
                values["run_at"] = until
            session.execute(
                update(Delivery)
                .where(Delivery.id == one.id, Delivery.lease_by == one.lease_by)
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def anything_due(transport: str, retries: bool) -> bool:
    """Whether anything is due and free to go. A cheap read, asked first: an idle worker must not
    take the database's write lock."""
    now = clock.now()
    query = (
        select(Delivery.id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(*_due(transport, now, retries), _channel_is_ready(now), _is_next())
        .limit(1)
    )
    return db.session.scalar(query) is not None


def _due(transport: str, now: datetime, retries: bool) -> list[ColumnElement[bool]]:
    place = Delivery.priority > NORMAL if retries else Delivery.priority <= NORMAL
    return [
        Delivery.state == QUEUED,
        Delivery.transport == transport,
        place,
        Delivery.run_at <= now,
    ]


def _channel_is_ready(now: datetime) -> ColumnElement[bool]:
    return or_(
        Delivery.channel_id.is_(None),
        and_(
            Channel.enabled,
            or_(Channel.blocked_until.is_(None), Channel.blocked_until <= now),
        ),
    )


def _is_next() -> ColumnElement[bool]:
    """Nothing of the same order key is before it in the queue or in hand."""
    before = aliased(Delivery)
    return ~exists().where(
        before.order_key == Delivery.order_key,
        before.id < Delivery.id,
        before.state.in_([QUEUED, SENDING]),
    )


def _finished_now(row: Any, now: datetime) -> bool:
    """Finish what must not be sent any more, with the reason in words."""
    if row.expires_at <= now:
        _finish(row.id, DeliveryState.FAILED, _("It could not be sent in time."), now)
        return True
    reason = _unwanted(row)
    if reason:
        _finish(row.id, DeliveryState.CANCELLED, reason, now)
    return bool(reason)


def _unwanted(row: Any) -> str | None:
    """Why a subscriber is not to be written to any more; None when all is well."""
    if row.channel_id is not None or row.kind is DeliveryKind.INVITATION:
        return None
    state: SubscriberState | None = row.subscriber_state
    if row.kind is DeliveryKind.CONFIRMATION:
        if state is SubscriberState.UNCONFIRMED:
            return None
        return str(_("The subscription was settled before this was sent."))
    if state is SubscriberState.ACTIVE:
        return None
    if state is SubscriberState.QUARANTINED:
        return str(_("The address does not exist any more."))
    return str(_("Unsubscribed before it was sent."))


def _finish(delivery_id: int, state: DeliveryState, reason: str, now: datetime) -> None:
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(state=state, reason=reason, finished_at=now)
        .execution_options(synchronize_session=False)
    )


def _lease(ids: list[int], lease_by: str, until: datetime) -> None:
    if not ids:
        return
    db.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            reason="",
            lease_by=lease_by,
            lease_until=until,
            attempts=Delivery.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _claimed(row: Any, lease_by: str, *, look_up: bool = False) -> Claim:
    facts: Mapping[str, Any] = row._mapping
    known = {column.key: facts[column.key] for column in _COLUMNS}
    known["attempts"] += 0 if look_up else 1
    return Claim(**known, lease_by=lease_by, sealed=facts.get("sealed") or "", look_up=look_up)
