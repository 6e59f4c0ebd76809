"""The one clock. Times are aware UTC everywhere inside StatusHub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests, rehearsals); ``None`` brings the system clock back."""
    global _source  # noqa: PLW0603 - one clock a process is the point
    _source = source or _system


def require_aware(moment: datetime) -> datetime:
    """``moment`` in UTC. Raises ValueError for a naive datetime: its zone would be a guess."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("naive datetime: say which time zone is meant")
    return moment.astimezone(UTC)


def parse_iso(text: str) -> datetime:
    """An ISO 8601 time with an offset, in UTC. Raises ValueError when it is naive or impossible."""
    return require_aware(datetime.fromisoformat(text))


def to_iso(moment: datetime) -> str:
    """``2026-04-21T10:58:27.436Z``: ISO 8601 in UTC with milliseconds, as Statuspage writes it."""
    return require_aware(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
