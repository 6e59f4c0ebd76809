"""Putting things into the outbox, inside the transaction of the fact that they tell.

Rows for subscribers are inserted by one statement per language, so that ten thousand of them do
not make anybody wait.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, cast, func, insert, literal, null, select

from statushub.channels.models import Channel
from statushub.channels.service import transports
from statushub.core import clock
from statushub.core.db import UtcDateTime, db
from statushub.incidents.models import IncidentUpdate
from statushub.publishing import patience
from statushub.publishing.models import Delivery, DeliveryKind, DeliveryState, Message
from statushub.subscribers.models import Subscriber, SubscriberKind
from statushub.subscribers.queries import wants

FIRST, NORMAL, LATER = 1, 5, 6  # somebody waits for a confirmation; who failed goes behind


def add_message(
    kind: DeliveryKind,
    transport: str,
    payload: Mapping[str, Any],
    *,
    update_id: str | None = None,
    locale: str = "",
) -> Message:
    """A text for one or many deliveries."""
    message = Message(
        kind=kind.value,
        update_id=update_id,
        transport=transport,
        locale=locale,
        payload=dict(payload),
    )
    db.session.add(message)
    db.session.flush()
    return message


def queue_for_subscribers(
    update: IncidentUpdate,
    message: Message,
    kind: SubscriberKind,
    component_ids: Collection[str],
    locale: str | None,
) -> None:
    """One delivery for everybody of this kind (and language) who is to hear of the update."""
    transport = kind.value
    where = [wants(component_ids), Subscriber.kind == kind]
    if locale is not None:
        where.append(Subscriber.locale == locale)
    columns: dict[str, ColumnElement[Any]] = {
        "uid": _random_uid(),
        "dedup_key": literal(f"{update.id}:{transport}:").concat(Subscriber.id),
        "order_key": literal(f"{transport}:{update.incident_id}:").concat(Subscriber.id),
        "kind": literal(DeliveryKind.UPDATE, Delivery.__table__.c.kind.type),
        "priority": literal(NORMAL),
        "transport": literal(transport),
        "message_id": literal(message.id),
        "update_id": literal(update.id),
        "channel_id": cast(null(), String),
        "subscriber_id": Subscriber.__table__.c.id,
        "target": Subscriber.__table__.c.endpoint,
        "state": literal(DeliveryState.QUEUED, Delivery.__table__.c.state.type),
        "reason": literal(hold_reason(transport)),
        "attempts": literal(0),
        "lookups": literal(0),
        "run_at": literal(clock.now(), UtcDateTime),
        "expires_at": literal(patience.expiry(transport), UtcDateTime),
        "created_at": literal(clock.now(), UtcDateTime),
        "provider_id": literal(""),
        "provider_url": literal(""),
    }
    rows = select(*columns.values()).where(*where).order_by(Subscriber.id)
    # Defaults written out above: SQLAlchemy would compute one uid and use it for every row.
    db.session.execute(insert(Delivery).from_select(list(columns), rows, include_defaults=False))


def queue_for_channel(update: IncidentUpdate, message: Message, channel: Channel) -> Delivery:
    """One post on a connected account; posts of one incident go out one after the other."""
    delivery = Delivery(
        dedup_key=f"{update.id}:{channel.transport}:{channel.id}",
        order_key=channel_order(channel.transport, update.incident_id, channel.id),
        kind=DeliveryKind.UPDATE,
        priority=NORMAL,
        transport=channel.transport,
        message_id=message.id,
        update_id=update.id,
        channel_id=channel.id,
        target=channel.name,
        reason=channel_hold_reason(channel),
        expires_at=patience.expiry(channel.transport),
    )
    db.session.add(delivery)
    return delivery


def queue_for_one(
    message: Message,
    kind: DeliveryKind,
    target: str,
    key: str,
    *,
    subscriber: Subscriber | None = None,
) -> Delivery:
    """One message to one address, ahead of the crowd. ``key`` names the one thing that it says."""
    delivery = Delivery(
        dedup_key=f"{kind.value}:{key}",
        order_key=f"{kind.value}:{subscriber.id if subscriber else key}",
        kind=kind,
        priority=FIRST,
        transport=message.transport,
        message_id=message.id,
        subscriber_id=subscriber.id if subscriber else None,
        target=target,
        reason=hold_reason(message.transport),
        expires_at=patience.expiry(message.transport),
    )
    db.session.add(delivery)
    return delivery


def channel_order(transport: str, incident_id: str, channel_id: str) -> str:
    """The order key of an incident's posts on one account: its thread."""
    return f"{transport}:{incident_id}:{channel_id}"


def hold_reason(transport: str) -> str:
    """Why nothing at all can go out this way now, in words; empty when it can."""
    if transport == "email" and not transports().config.smtp_url:
        return str(_("No mail server is configured: set STATUSHUB_SMTP_URL."))
    return ""


def channel_hold_reason(channel: Channel) -> str:
    """Why posts for this account wait, in words; empty when they do not."""
    if channel.enabled:
        return ""
    return str(_("Held: %(why)s", why=channel.disabled_reason))


def _random_uid() -> ColumnElement[str]:
    """128 random bits in hexadecimal digits, made by the database for each row."""
    if db.session.get_bind().dialect.name == "sqlite":
        return func.lower(func.hex(func.randomblob(16)))
    return func.replace(cast(func.gen_random_uuid(), String), "-", "")
