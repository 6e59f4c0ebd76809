"""What people may type into this room, checked; every complaint stands by its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext as _

from statushub.core import clock
from statushub.core.errors import Invalid
from statushub.core.i18n import LOCALES
from statushub.core.text import clean_text, too_long
from statushub.incidents.statuses import ComponentStatus

E = TypeVar("E", bound=StrEnum)

NOTE_MAX = 2_000
URL_MAX = 2_000
OLDEST = timedelta(days=3653)  # ten years: further back it is a slip of the finger


def member(kind: type[E], value: E | str, field: str) -> E:
    """``value`` as a member of ``kind``. Raises Invalid by ``field`` for any other word."""
    try:
        return kind(value)
    except ValueError:
        raise Invalid(fields={field: _("%(word)s is not a known choice.", word=value)}) from None


def note(text: str, field: str, most: int = NOTE_MAX) -> str:
    """A cleaned text of at most ``most`` characters, empty allowed."""
    cleaned = clean_text(text).strip()
    if len(cleaned) > most:
        raise Invalid(fields={field: too_long(most, len(cleaned))})
    return cleaned


def past_moment(moment: datetime, field: str) -> datetime:
    """``moment`` in UTC. Raises Invalid when it is naive, to come, or over ten years ago."""
    utc = near_moment(moment, field)
    if utc > clock.now():
        raise Invalid(fields={field: _("This time is still to come.")})
    return utc


def near_moment(moment: datetime, field: str) -> datetime:
    """``moment`` in UTC. Raises Invalid when it is naive or over ten years away."""
    try:
        utc = clock.require_aware(moment)
    except (ValueError, OverflowError):
        raise Invalid(fields={field: _("Say which time zone this time is in.")}) from None
    if abs(utc - clock.now()) > OLDEST:
        raise Invalid(fields={field: _("This time is more than ten years away. Check the year.")})
    return utc


def start_date(day: date | None, field: str = "start_date") -> date | None:
    """A component's first day. Raises Invalid when it is to come or over ten years ago."""
    if day is None:
        return None
    # A day may have begun somewhere east of UTC; 14 hours is the furthest zone.
    if day > (clock.now() + timedelta(hours=14)).date():
        raise Invalid(fields={field: _("This day is still to come.")})
    if day < (clock.now() - OLDEST).date():
        raise Invalid(fields={field: _("This day is more than ten years ago. Check the year.")})
    return day


def statuses(
    components: Mapping[str, ComponentStatus | str], field: str = "components"
) -> dict[str, ComponentStatus]:
    """Component ids with statuses as members."""
    return {key: member(ComponentStatus, value, field) for key, value in components.items()}


def time_zone(name: str) -> str:
    """A name of the IANA time zone database."""
    if name not in available_timezones():
        message = _("%(name)s is not a time zone. Choose one like Europe/Zurich.", name=name)
        raise Invalid(fields={"time_zone": message})
    return name


def zone(name: str) -> ZoneInfo:
    """The zone of a name that :func:`time_zone` let in."""
    return ZoneInfo(name)


def locale(name: str) -> str:
    """A language that StatusHub speaks."""
    if name not in LOCALES:
        raise Invalid(fields={"locale": _("StatusHub does not speak this language yet.")})
    return name


def web_address(url: str, field: str) -> str:
    """An http or https address, or nothing."""
    cleaned = clean_text(url).strip()
    if not cleaned:
        return ""
    try:
        parts = urlsplit(cleaned)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(cleaned) > URL_MAX or any(char.isspace() for char in cleaned):
        message = _("Enter a web address that begins with https:// or http://.")
        raise Invalid(fields={field: message})
    return cleaned
