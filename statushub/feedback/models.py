"""What customers tell us, as rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime, words
from statushub.core.ids import new_id
from statushub.incidents.models import Component, Incident


class FeedbackState(StrEnum):
    """From arrival to the end."""

    NEW = "new"
    TRIAGED = "triaged"
    ANSWERED = "answered"
    CLOSED = "closed"


class FeedbackItem(Base):
    """One customer's word. ``body`` is plain text, shown escaped and never as Markdown."""

    __tablename__ = "feedback_item"
    __table_args__ = (Index("ix_feedback_item_state_created", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(20), default="web")
    body: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(320), default="")
    locale: Mapped[str] = mapped_column(String(10), default="en")
    state: Mapped[FeedbackState] = mapped_column(words(FeedbackState), default=FeedbackState.NEW)
    note: Mapped[str] = mapped_column(Text, default="")
    component_id: Mapped[str | None] = mapped_column(ForeignKey("component.id"), index=True)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"), index=True)
    handled_by_name: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    component: Mapped[Component | None] = relationship()
    incident: Mapped[Incident | None] = relationship()
