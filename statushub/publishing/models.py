"""Drafts, composed messages, and the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime, words
from statushub.core.ids import new_id, new_uid
from statushub.incidents.models import Incident


class DraftState(StrEnum):
    """A draft is open until it is published or thrown away, once."""

    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Draft(Base):
    """The next update of an incident while it is being written. At most one open per incident.

    ``content`` holds the fields (see publishing/drafts.py); ``version`` grows with each save.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "uq_draft_open",
            "incident_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    state: Mapped[DraftState] = mapped_column(words(DraftState), default=DraftState.OPEN)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str | None] = mapped_column(String(64))
    updated_by: Mapped[str | None] = mapped_column(String(64))
    updated_by_name: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    update_id: Mapped[str | None] = mapped_column(ForeignKey("incident_update.id"))

    incident: Mapped[Incident] = relationship()


class DraftVersion(Base):
    """What somebody saved: nothing that was typed is ever gone.

    An ``accepted`` row is the draft at ``version``. One that is not is a text that lost against
    ``version``, which somebody else had saved meanwhile; it is kept to be read and copied from.
    """

    __tablename__ = "draft_version"
    __table_args__ = (
        Index(
            "uq_draft_version_accepted",
            "draft_id",
            "version",
            unique=True,
            sqlite_where=text("accepted"),
            postgresql_where=text("accepted"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id"), index=True)
    version: Mapped[int]
    accepted: Mapped[bool] = mapped_column(default=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str | None] = mapped_column(String(64))
    saved_by_name: Mapped[str] = mapped_column(String(255), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Message(Base):
    """A text composed once for many deliveries: per update, transport, channel and language."""

    __tablename__ = "message"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(30))
    update_id: Mapped[str | None] = mapped_column(ForeignKey("incident_update.id"), index=True)
    transport: Mapped[str] = mapped_column(String(30))
    locale: Mapped[str] = mapped_column(String(10), default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class DeliveryState(StrEnum):
    """Nothing is ``sent`` before the provider said so."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class DeliveryKind(StrEnum):
    """What is being sent. ``already`` tells somebody who subscribes twice that they are in."""

    UPDATE = "update"
    CONFIRMATION = "confirmation"
    ALREADY = "already"
    INVITATION = "invitation"


_WAITING = text("state IN ('queued', 'sending')")
_QUEUED = text("state = 'queued'")
_SENDING = text("state = 'sending'")
_UNCERTAIN = text("state = 'uncertain'")
_POSTS = text("channel_id IS NOT NULL")


class Delivery(Base):
    """One message to one target: the outbox's row and the board's.

    ``order_key``: deliveries of one key go one after the other. ``begun_at`` is committed before
    a public post is attempted, so that a crash leaves a trace; while it stands, the post is only
    looked for, never sent. ``lookups`` counts how often the network was asked. ``lease_by`` names
    one claim of one worker. After ``expires_at`` it is too late to send.

    ``update_id`` and ``subscriber_id`` have no foreign key: each costs a fifth of the publish click
    with ten thousand subscribers (benchmarks/bench_publish_click.py). The message's key keeps the
    update true; a subscriber may be erased while the record of what was sent stays.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("dedup_key"),
        Index(
            "ix_delivery_due",
            "transport",
            "priority",
            "run_at",
            "id",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
        Index(
            "ix_delivery_order", "order_key", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_delivery_lease", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
        Index(
            "ix_delivery_uncertain",
            "run_at",
            sqlite_where=_UNCERTAIN,
            postgresql_where=_UNCERTAIN,
        ),
        Index(
            "ix_delivery_thread", "order_key", "id", sqlite_where=_POSTS, postgresql_where=_POSTS
        ),
        Index("ix_delivery_channel", "channel_id", sqlite_where=_POSTS, postgresql_where=_POSTS),
        Index("ix_delivery_update_state", "update_id", "transport", "channel_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), default=new_uid)
    dedup_key: Mapped[str] = mapped_column(String(200))
    order_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[DeliveryKind] = mapped_column(words(DeliveryKind))
    priority: Mapped[int] = mapped_column(default=5)
    transport: Mapped[str] = mapped_column(String(30))
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    update_id: Mapped[str | None] = mapped_column(String(64))
    channel_id: Mapped[str | None] = mapped_column(ForeignKey("channel.id"))
    subscriber_id: Mapped[str | None] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(2000))
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState), default=DeliveryState.QUEUED)
    reason: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lookups: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str] = mapped_column(String(255), default="")
    provider_url: Mapped[str] = mapped_column(String(2000), default="")

    message: Mapped[Message] = relationship()


class WorkerHeartbeat(Base):
    """A worker process that is alive: how /readyz and the doctor know that mail goes out."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
