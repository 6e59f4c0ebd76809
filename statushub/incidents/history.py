"""What happened, by the day and by the month of the page's own zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from statushub.core import clock
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.incidents.loading import with_everything
from statushub.incidents.models import Incident
from statushub.incidents.page import find_page
from statushub.incidents.statuses import IncidentStatus
from statushub.incidents.uptime import day_bounds, midnight


@dataclass(frozen=True)
class HistoryDay:
    """A day in the page's zone and the incidents of that day, newest first."""

    date: date
    incidents: list[Incident]


@dataclass(frozen=True)
class Month:
    """A month in the page's zone and its incidents, newest first."""

    year: int
    month: int
    incidents: list[Incident] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        """For formatting: "November 2026"."""
        return date(self.year, self.month, 1)


@dataclass(frozen=True)
class History:
    """Some months, newest first; ``newer`` and ``older`` are cursors like "2026-08", or None."""

    months: list[Month]
    newer: str | None
    older: str | None


def page_zone() -> ZoneInfo:
    """The page's time zone; UTC before the set-up."""
    page = find_page()
    return ZoneInfo(page.time_zone if page else "Etc/UTC")


def incidents_by_day(days: int = 14, *, now: datetime | None = None) -> list[HistoryDay]:
    """The last ``days`` days, today first, each with the published incidents that started and
    the maintenances that were planned for it, but not those still to come."""
    zone = page_zone()
    bounds = day_bounds(now or clock.now(), days, zone)
    found = _between(bounds[0][1], bounds[-1][2])
    by_date = _grouped(found, zone)
    return [HistoryDay(day, by_date.get(day, [])) for day, _start, _end in reversed(bounds)]


def history_months(cursor: str | None = None, months: int = 3) -> History:
    """``months`` months that end with the one that ``cursor`` ("2026-08") names, or with the
    present one. ``older`` skips empty stretches. Raises Invalid for a cursor that is no month."""
    zone = page_zone()
    present = _serial(clock.now().astimezone(zone).date())
    last = min(_read(cursor), present) if cursor else present
    first = last - months + 1
    begin = midnight(_first_day(first), zone)
    by_month: dict[int, list[Incident]] = {}
    for incident in _between(begin, midnight(_first_day(last + 1), zone)):
        serial = _serial(incident.occurred_at.astimezone(zone).date())
        by_month.setdefault(serial, []).append(incident)
    shown = [
        Month(*_year_month(serial), by_month.get(serial, []))
        for serial in range(last, first - 1, -1)
    ]
    newer = _write(min(last + months, present)) if last < present else None
    return History(shown, newer, _older(begin, zone))


def _older(begin: datetime, zone: ZoneInfo) -> str | None:
    newest = db.session.scalar(
        select(Incident.occurred_at)
        .where(Incident.published_at.is_not(None), Incident.occurred_at < begin)
        .order_by(Incident.occurred_at.desc())
        .limit(1)
    )
    return _write(_serial(newest.astimezone(zone).date())) if newest else None


def _between(begin: datetime, end: datetime) -> Sequence[Incident]:
    query = (
        select(Incident)
        .where(
            Incident.published_at.is_not(None),
            Incident.occurred_at >= begin,
            Incident.occurred_at < end,
            Incident.status != IncidentStatus.SCHEDULED,
        )
        .order_by(Incident.occurred_at.desc(), Incident.id.desc())
    )
    return db.session.scalars(with_everything(query)).all()


def _grouped(incidents: Sequence[Incident], zone: ZoneInfo) -> dict[date, list[Incident]]:
    by_date: dict[date, list[Incident]] = {}
    for incident in incidents:
        by_date.setdefault(incident.occurred_at.astimezone(zone).date(), []).append(incident)
    return by_date


# Months are counted since the year 0, so that a month less is one less.


def _serial(day: date) -> int:
    return day.year * 12 + day.month - 1


def _year_month(serial: int) -> tuple[int, int]:
    return serial // 12, serial % 12 + 1


def _first_day(serial: int) -> date:
    return date(*_year_month(serial), 1)


def _write(serial: int) -> str:
    year, month = _year_month(serial)
    return f"{year:04d}-{month:02d}"


def _read(cursor: str) -> int:
    match = re.fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", cursor)
    if match is None:
        message = _("This is not a month. Write it like 2026-08.")
        raise Invalid(fields={"month": message})
    return int(match[1]) * 12 + int(match[2]) - 1
