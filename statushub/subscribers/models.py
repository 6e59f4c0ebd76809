"""Who asked to be told, how, and about what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime, words
from statushub.core.ids import new_id


class SubscriberKind(StrEnum):
    """How a subscriber is reached; also the name of the transport."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class SubscriberState(StrEnum):
    """Only ``active`` is ever written to, but for the confirmation request itself."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    QUARANTINED = "quarantined"
    UNSUBSCRIBED = "unsubscribed"


class Subscriber(Base):
    """An e-mail address (lower-cased domain) or a webhook URL.

    Without subscriptions to components it hears of everything. ``sealed`` holds a webhook's
    signing secret, encrypted.
    """

    __tablename__ = "subscriber"
    __table_args__ = (
        UniqueConstraint("kind", "endpoint"),
        Index("ix_subscriber_state_kind", "state", "kind"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    kind: Mapped[SubscriberKind] = mapped_column(words(SubscriberKind))
    endpoint: Mapped[str] = mapped_column(String(2000))
    state: Mapped[SubscriberState] = mapped_column(
        words(SubscriberState), default=SubscriberState.UNCONFIRMED
    )
    locale: Mapped[str] = mapped_column(String(10), default="en")
    sealed: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmation_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    subscriptions: Mapped[list[Subscription]] = relationship(cascade="all, delete-orphan")


class Subscription(Base):
    """This subscriber wants to hear of this component."""

    __tablename__ = "subscription"

    subscriber_id: Mapped[str] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    # No foreign key to another room's table would stop the rooms from being apart, but the
    # database keeps it true all the same.
    component_id: Mapped[str] = mapped_column(
        ForeignKey("component.id", ondelete="CASCADE"), primary_key=True, index=True
    )
