"""Times as people type them: ``<input type="datetime-local">`` in the page's own zone.

What is typed has no zone (https://html.spec.whatwg.org/#local-date-and-time-state); the page's
zone stands beside the field. Moments that the zone skips are refused in words; of the hour that
it lives through twice the first is meant, unless the field was left as it was shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from statushub.core.errors import Invalid

_FORMAT = "%Y-%m-%dT%H:%M"


def to_field(moment: datetime | None, zone: str) -> str:
    """``2026-03-02T14:00`` on the clock of ``zone``; empty for None."""
    return moment.astimezone(ZoneInfo(zone)).strftime(_FORMAT) if moment else ""


def from_field(
    text: str, zone: str, field: str, *, shown: datetime | None = None
) -> datetime | None:
    """The moment in UTC, or None for an empty field. Raises Invalid by ``field``.

    ``shown`` is the moment that the form was filled with: an untouched field keeps it exactly,
    seconds and the second of two equal hours included.
    """
    text = text.strip()
    if not text:
        return None
    if shown is not None and text == to_field(shown, zone):
        return shown
    typed = _read(text)
    if typed is None:
        raise Invalid(fields={field: _("Enter a date and a time, like 2026-03-02 14:30.")})
    return _in_zone(typed, zone, field)


def _read(text: str) -> datetime | None:
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return typed if typed.tzinfo is None and 1970 < typed.year < 2200 else None


def _in_zone(typed: datetime, zone: str, field: str) -> datetime:
    moment = typed.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != typed:
        message = _(
            "There is no %(time)s on that day in %(zone)s: the clocks go forward. "
            "Choose a time an hour later.",
            time=typed.strftime("%H:%M"),
            zone=zone,
        )
        raise Invalid(fields={field: message})
    return moment
