"""When public pages are due although nothing was published: they show days and durations."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import exists, select

from statushub.core.clock import now
from statushub.core.db import db
from statushub.incidents.models import Incident
from statushub.incidents.page import find_page

WHILE_OPEN = 60.0  # today's bar grows by the minute while something is open
AT_MOST = 3600.0


def seconds_to_midnight(moment: datetime, zone: str) -> float:
    """Seconds until the next day begins in ``zone`` (an IANA name; an unknown one counts as
    UTC), a second to spare. ``moment`` is aware."""
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = moment.astimezone(ZoneInfo("Etc/UTC"))
    tomorrow = local.date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=local.tzinfo)
    return (midnight.astimezone(moment.tzinfo) - moment).total_seconds() + 1.0


def seconds_until_due() -> float:
    """Seconds after which the pages of now should be rendered again. Reads the database, inside
    an application context."""
    page = find_page()
    if page is None:
        return WHILE_OPEN
    open_now = exists().where(Incident.published_at.is_not(None), Incident.resolved_at.is_(None))
    limit = WHILE_OPEN if db.session.scalar(select(open_now)) else AT_MOST
    return min(limit, seconds_to_midnight(now(), page.time_zone))
