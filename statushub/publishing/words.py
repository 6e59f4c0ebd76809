"""What the stored words are called in a message, in the language in force, and times with their
zone named."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from statushub.core.i18n import DEFAULT_LOCALE
from statushub.incidents.statuses import ComponentStatus, IncidentStatus

INCIDENT: dict[IncidentStatus, LazyString] = {
    IncidentStatus.INVESTIGATING: _l("Investigating"),
    IncidentStatus.IDENTIFIED: _l("Identified"),
    IncidentStatus.MONITORING: _l("Monitoring"),
    IncidentStatus.RESOLVED: _l("Resolved"),
    IncidentStatus.POSTMORTEM: _l("Postmortem"),
    IncidentStatus.SCHEDULED: _l("Scheduled"),
    IncidentStatus.IN_PROGRESS: _l("In progress"),
    IncidentStatus.VERIFYING: _l("Verifying"),
    IncidentStatus.COMPLETED: _l("Completed"),
    IncidentStatus.CANCELLED: _l("Cancelled"),
}

COMPONENT: dict[ComponentStatus, LazyString] = {
    ComponentStatus.OPERATIONAL: _l("Operational"),
    ComponentStatus.DEGRADED_PERFORMANCE: _l("Degraded performance"),
    ComponentStatus.PARTIAL_OUTAGE: _l("Partial outage"),
    ComponentStatus.MAJOR_OUTAGE: _l("Major outage"),
    ComponentStatus.UNDER_MAINTENANCE: _l("Under maintenance"),
}


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
