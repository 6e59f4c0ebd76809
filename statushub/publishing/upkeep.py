"""Keeping the outbox in order: leases renewed, dead workers' work taken over, what waits in vain
finished, and why things wait written on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import and_, exists, or_, select, update

from statushub.channels.models import Channel
from statushub.core import clock
from statushub.core.db import db, transaction
from statushub.publishing import patience
from statushub.publishing.leasing import QUEUED, SENDING, UNCERTAIN, anything_due
from statushub.publishing.models import Delivery, DeliveryState
from statushub.publishing.outbox import hold_reason


def renew(lease_by: Iterable[str], lease: timedelta) -> None:
    """Keep what is in hand for another ``lease``."""
    names = list(lease_by)
    if not names:
        return
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.state.in_([SENDING, UNCERTAIN]), Delivery.lease_by.in_(names))
            .values(lease_until=clock.now() + lease)
            .execution_options(synchronize_session=False)
        )


def reap() -> int:
    """Take deliveries away from workers that died over them; how many there were."""
    now = clock.now()
    dead = and_(Delivery.state == SENDING, Delivery.lease_until < now)
    if not db.session.scalar(select(exists().where(dead))):
        return 0
    free = {"lease_by": None, "lease_until": None, "run_at": now}
    lost = _("The worker stopped in the middle. It may have been posted; it is being looked for.")
    with transaction() as session:
        uncertain = session.execute(
            update(Delivery)
            .where(dead, Delivery.begun_at.is_not(None))
            .values(state=DeliveryState.UNCERTAIN, reason=lost, **free)
            .execution_options(synchronize_session=False)
        )
        queued = session.execute(
            update(Delivery)
            .where(dead, Delivery.begun_at.is_(None))
            .values(state=DeliveryState.QUEUED, **free)
            .execution_options(synchronize_session=False)
        )
    return int(uncertain.rowcount + queued.rowcount)


def clear_out() -> None:
    """Finish what waits in vain: too old to be sent, or for an account that was removed."""
    now = clock.now()
    waiting = Delivery.state == QUEUED
    removed = select(Channel.id).where(Channel.removed_at.is_not(None))
    too_old = and_(waiting, Delivery.expires_at <= now)
    orphaned = and_(waiting, Delivery.channel_id.in_(removed))
    if not db.session.scalar(select(exists().where(or_(too_old, orphaned)))):
        return
    gone, late = _("The account was removed."), _("It could not be sent in time.")
    with transaction() as session:
        for where, state, reason in (
            (orphaned, DeliveryState.CANCELLED, gone),
            (too_old, DeliveryState.FAILED, late),
        ):
            session.execute(
                update(Delivery)
                .where(where)
                .values(state=state, reason=reason, finished_at=now)
                .execution_options(synchronize_session=False)
            )


def anything_left(transports: Sequence[str]) -> bool:
    """Whether anything is in hand, to be looked for, or due and free to go, on these ways."""
    now = clock.now()
    if db.session.scalar(select(exists().where(Delivery.state == SENDING))):
        return True
    looking = (
        Delivery.state == UNCERTAIN,
        Delivery.run_at <= now,
        Delivery.lookups < len(patience.LOOKUPS),
    )
    if db.session.scalar(select(exists().where(*looking))):
        return True
    return any(
        anything_due(name, retries)
        for name in transports
        if not hold_reason(name)
        for retries in (False, True)
    )


def explain_waiting(transport: str, reason: str) -> None:
    """Say on every queued delivery of this way why it waits."""
    where = (
        Delivery.state == QUEUED,
        Delivery.transport == transport,
        Delivery.reason != reason,
    )
    if not db.session.scalar(select(exists().where(*where))):
        return
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(*where)
            .values(reason=reason)
            .execution_options(synchronize_session=False)
        )
