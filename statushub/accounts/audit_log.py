"""Reading the audit log, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from statushub.core.audit import AuditEntry
from statushub.core.db import db
from statushub.core.text import clean_line

PAGE = 50


@dataclass(frozen=True)
class AuditPage:
    """Entries and where the next page begins (None at the end)."""

    entries: Sequence[AuditEntry]
    older: int | None


def _matching(search: str, kind: str) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if kind:
        query = query.where(AuditEntry.subject_kind == kind)
    for word in clean_line(search).split()[:5]:
        query = query.where(
            or_(
                AuditEntry.actor_name.icontains(word, autoescape=True),
                AuditEntry.summary.icontains(word, autoescape=True),
                AuditEntry.verb.icontains(word, autoescape=True),
                AuditEntry.subject_id == word,
            )
        )
    return query


def audit_page(*, search: str = "", kind: str = "", before: int | None = None) -> AuditPage:
    """Entries older than ``before`` (an entry's id), whose words and subject's kind fit."""
    query = _matching(search, kind).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = list(db.session.scalars(query))
    return AuditPage(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def subject_kinds() -> list[str]:
    """What the log tells of: the kinds that occur in it."""
    found = select(AuditEntry.subject_kind).distinct().order_by(AuditEntry.subject_kind)
    return list(db.session.scalars(found))
