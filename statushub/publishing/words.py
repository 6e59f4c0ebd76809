"""Times in a message, in the language in force, with their zone named."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale

from statushub.core.i18n import DEFAULT_LOCALE


def moment(at: datetime, time_zone: str) -> str:
    """``2 Mar 2026, 15:00 CET (Europe/Zurich)``: a time that can be read without guessing."""
    zone = ZoneInfo(time_zone)
    local = at.astimezone(zone)
    locale = str(get_locale() or DEFAULT_LOCALE)
    pattern = "y年M月d日 HH:mm" if locale == "ja" else "d MMM y, HH:mm"
    written = format_datetime(local, pattern, tzinfo=zone, locale=locale)
    short = local.strftime("%Z")
    if short == "UTC":
        return f"{written} UTC"
    name = short if short.isalpha() else f"UTC{local:%z}"
    return f"{written} {name} ({time_zone})"
