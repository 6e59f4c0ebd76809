"""The audit log: who did what, when. Written in the transaction of the deed itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime, db


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, an API key, or StatusHub itself (``kind`` user, api_key, system)."""

    kind: str
    id: str | None
    name: str


SYSTEM = Actor(kind="system", id=None, name="StatusHub")


class AuditEntry(Base):
    """One deed. ``data`` holds only what helps to understand it, never a secret."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(255))
    verb: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    summary: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    actor: Actor,
    verb: str,
    subject_kind: str,
    subject_id: str | None,
    summary: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the transaction under way. ``verb`` is past tense: "incident.declared"."""
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            verb=verb,
            subject_kind=subject_kind,
            subject_id=subject_id,
            summary=summary,
            data=dict(data or {}),
        )
    )
