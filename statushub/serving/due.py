"""When public pages are due although nothing was published: they show days and durations."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from statushub.core.clock import now
from statushub.incidents import queries
from statushub.incidents.page import find_page
from statushub.incidents.statuses import ComponentStatus

WHILE_OPEN = 60.0  # today's bar grows by the minute while something is wrong
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
    limit = WHILE_OPEN if _something_goes_on() else AT_MOST
    return min(limit, seconds_to_midnight(now(), page.time_zone))


def _something_goes_on() -> bool:
    if queries.open_incidents() or queries.active_maintenances():
        return True
    components = queries.all_components()
    return any(component.status is not ComponentStatus.OPERATIONAL for component in components)
