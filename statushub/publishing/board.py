"""Who has been told: the delivery board of an update, and what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select, update

from statushub.channels.models import Channel
from statushub.channels.service import transports
from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Invalid, NotFound
from statushub.core.text import clean_line
from statushub.incidents.models import IncidentUpdate
from statushub.incidents.queries import get_update
from statushub.publishing import outbox, patience
from statushub.publishing.models import Delivery, DeliveryState
from statushub.publishing.settling import PROVIDER_ID_MAX, note_post

ITEMS_MAX = 100
_X_ID = re.compile(r"[0-9]{1,30}")
UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
RETRIABLE = frozenset({DeliveryState.FAILED})


@dataclass(frozen=True)
class Row:
    """One way out (an audience or an account): how many are in which state. ``reason``: why what
    is queued waits, when all of it waits for one reason. ``last_at``: the newest one finished."""

    transport: str
    channel_id: str | None
    label: str
    counts: dict[DeliveryState, int]
    reason: str
    last_at: datetime | None

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def final(self) -> bool:
        """Nothing is queued or being sent any more."""
        return not any(self.counts[state] for state in UNDER_WAY)


@dataclass(frozen=True)
class Item:
    """One delivery worth a line of its own: a public post, or something that did not go well.

    ``next_at``: when StatusHub tries (or looks) again by itself."""

    id: int
    transport: str
    label: str
    target: str
    state: DeliveryState
    reason: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    finished_at: datetime | None
    provider_id: str
    provider_url: str
    public_post: bool
    text: str

    @property
    def can_retry(self) -> bool:
        """Whether "send again" is offered."""
        return self.state in RETRIABLE

    @property
    def can_answer(self) -> bool:
        """Whether "it is there" and "send again" are asked."""
        return self.state is DeliveryState.UNCERTAIN


@dataclass(frozen=True)
class Board:
    """``final``: nothing will change by itself. ``items_left_out``: failures beyond the list."""

    update: IncidentUpdate
    rows: list[Row]
    totals: dict[DeliveryState, int]
    final: bool
    items: list[Item]
    items_left_out: int

    @property
    def total(self) -> int:
        """How many deliveries there are in all."""
        return sum(self.totals.values())


def board(update_id: str) -> Board:
    """Who has been told of an update, and who not, and why. Raises NotFound."""
    told = get_update(update_id)
    channels = _channels()
    rows = _rows(update_id, channels)
    totals = {state: sum(row.counts[state] for row in rows) for state in DeliveryState}
    items = [_item(delivery, channels) for delivery in _worth_a_line(update_id)]
    troubled = totals[DeliveryState.FAILED] + totals[DeliveryState.UNCERTAIN]
    listed = sum(item.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN) for item in items)
    return Board(
        update=told,
        rows=rows,
        totals=totals,
        final=all(row.final for row in rows),
        items=items,
        items_left_out=troubled - listed,
    )


def retry_delivery(actor: Actor, delivery_id: int) -> Delivery:
    """Try a failed delivery again, now. Raises NotFound, Conflict when it did not fail."""
    with transaction():
        delivery = _locked(delivery_id)
        if delivery.state not in RETRIABLE:
            raise Conflict(_("This was not a failure (any more). Load the board again."), delivery)
        _queue_again(delivery)
        _record(actor, "delivery.retried", delivery)
    return delivery


def retry_failed(actor: Actor, update_id: str, transport: str) -> int:
    """Try everything of an update that failed on one way again, now; how many. Never what is
    uncertain: that wants an answer. Raises NotFound."""
    told = get_update(update_id)
    with transaction() as session:
        done = session.execute(
            update(Delivery)
            .where(
                Delivery.update_id == update_id,
                Delivery.transport == transport,
                Delivery.state == DeliveryState.FAILED,
            )
            .values(**_afresh(transport))
            .execution_options(synchronize_session=False)
        )
        summary = f"{told.incident.name}: {transport}"
        record(actor, "delivery.retried", "update", update_id, summary, {"count": done.rowcount})
    return int(done.rowcount)


def resolve_uncertain(
    actor: Actor, delivery_id: int, it_is_there: bool, provider_id: str = ""
) -> Delivery:
    """A person's answer about a post whose fate is not known: it is there (``provider_id`` may
    say which post), or it is not and is to be sent again. Raises NotFound, Invalid by ``post``, and
    Conflict when it is not uncertain any more."""
    with transaction():
        delivery = _locked(delivery_id)
        if delivery.state is not DeliveryState.UNCERTAIN:
            raise Conflict(_("This was settled meanwhile. Load the board again."), delivery)
        if it_is_there:
            _accept(actor, delivery, _post_id(delivery, provider_id))
            _record(actor, "delivery.found", delivery)
        else:
            _queue_again(delivery)
            _record(actor, "delivery.sent_again", delivery)
    return delivery


def _post_id(delivery: Delivery, typed: str) -> str:
    """What later updates will reply to: X refuses every reply to what is no id."""
    found = clean_line(typed)[:PROVIDER_ID_MAX]
    if found and delivery.transport == "x" and not _X_ID.fullmatch(found):
        message = _("That is no post on X. Copy the post's link, or leave the field empty.")
        raise Invalid(fields={"post": message})
    return found


def _accept(actor: Actor, delivery: Delivery, provider_id: str) -> None:
    delivery.state = DeliveryState.SENT
    delivery.reason = _("%(who)s found it on the network.", who=actor.name)
    delivery.provider_id = provider_id
    delivery.finished_at = clock.now()
    delivery.lease_by = delivery.lease_until = None
    db.session.flush()
    note_post(delivery.update_id, delivery.transport, delivery.channel_id, provider_id)


def _queue_again(delivery: Delivery) -> None:
    for name, value in _afresh(delivery.transport).items():
        setattr(delivery, name, value)


def _afresh(transport: str) -> dict[str, Any]:
    """The values of a delivery that begins anew. ``attempts`` goes on counting: a network that
    calls a second attempt a duplicate tells that the first one was there."""
    return {
        "state": DeliveryState.QUEUED,
        "reason": "",
        "priority": outbox.NORMAL,
        "lookups": 0,
        "run_at": clock.now(),
        "expires_at": patience.expiry(transport),
        "begun_at": None,
        "finished_at": None,
        "lease_by": None,
        "lease_until": None,
    }


def _record(actor: Actor, verb: str, delivery: Delivery) -> None:
    record(
        actor,
        verb,
        "delivery",
        str(delivery.id),
        f"{delivery.transport}: {delivery.target}",
        {"update_id": delivery.update_id},
    )


def _locked(delivery_id: int) -> Delivery:
    delivery = db.session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None:
        raise NotFound(_("There is no such delivery."))
    return delivery


def _channels() -> dict[str, Channel]:
    return {channel.id: channel for channel in db.session.scalars(select(Channel))}


def _rows(update_id: str, channels: dict[str, Channel]) -> list[Row]:
    found: dict[tuple[str, str | None], dict[DeliveryState, int]] = {}
    newest: dict[tuple[str, str | None], datetime | None] = {}
    grouped = db.session.execute(
        select(
            Delivery.transport,
            Delivery.channel_id,
            Delivery.state,
            func.count(),
            func.max(Delivery.finished_at, type_=Delivery.__table__.c.finished_at.type),
        )
        .where(Delivery.update_id == update_id)
        .group_by(Delivery.transport, Delivery.channel_id, Delivery.state)
    )
    for transport, channel_id, state, count, last_at in grouped:
        key = (transport, channel_id)
        found.setdefault(key, dict.fromkeys(DeliveryState, 0))[state] = count
        newest[key] = max((at for at in (newest.get(key), last_at) if at), default=None)
    order = sorted(found, key=lambda key: (key[1] is None, key[0], key[1] or ""))
    return [
        Row(
            transport=key[0],
            channel_id=key[1],
            label=_label(key[0], channels.get(key[1] or "")),
            counts=found[key],
            reason=_holding(key[0], channels.get(key[1] or "")),
            last_at=newest[key],
        )
        for key in order
    ]


def _label(transport: str, channel: Channel | None) -> str:
    label = str(transports().get(transport).label)
    return f"{label}: {channel.name}" if channel else label


def _holding(transport: str, channel: Channel | None) -> str:
    """Why nothing goes out this way now, in words; empty when it does."""
    if channel is None:
        return outbox.hold_reason(transport)
    if channel.removed_at is None and channel.enabled and _blocked(channel):
        return str(_("The network asks to wait (rate limit)."))
    return outbox.channel_hold_reason(channel)


def _blocked(channel: Channel) -> bool:
    return channel.blocked_until is not None and channel.blocked_until > clock.now()


def _worth_a_line(update_id: str) -> Sequence[tuple[Delivery, str]]:
    """Public posts first, then what failed, is uncertain, or waits after a failure."""
    troubled: ColumnElement[bool] = Delivery.state.in_(
        (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    )
    waiting = (Delivery.state == DeliveryState.QUEUED) & (Delivery.attempts > 0)
    found = db.session.scalars(
        select(Delivery)
        .where(
            Delivery.update_id == update_id,
            or_(Delivery.channel_id.is_not(None), troubled, waiting),
        )
        .order_by(Delivery.channel_id.is_(None), waiting, Delivery.id)
        .limit(ITEMS_MAX)
    ).all()
    return [(one, _text_of(one)) for one in found]


def _text_of(delivery: Delivery) -> str:
    """What a public post says."""
    return str(delivery.message.payload.get("text", "")) if delivery.channel_id else ""


def _item(line: tuple[Delivery, str], channels: dict[str, Channel]) -> Item:
    delivery, text = line
    channel = channels.get(delivery.channel_id or "")
    return Item(
        id=delivery.id,
        transport=delivery.transport,
        label=_label(delivery.transport, channel),
        target=delivery.target,
        state=delivery.state,
        reason=_reason(delivery, channel),
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_at=_next_at(delivery),
        finished_at=delivery.finished_at,
        provider_id=delivery.provider_id,
        provider_url=delivery.provider_url,
        public_post=channel is not None,
        text=text,
    )


def _reason(delivery: Delivery, channel: Channel | None) -> str:
    if delivery.state is DeliveryState.QUEUED:
        return _holding(delivery.transport, channel) or delivery.reason
    return delivery.reason


def _next_at(delivery: Delivery) -> datetime | None:
    if delivery.state is DeliveryState.QUEUED:
        return delivery.run_at
    looks_on = delivery.lookups < len(patience.LOOKUPS)
    return delivery.run_at if delivery.state is DeliveryState.UNCERTAIN and looks_on else None
