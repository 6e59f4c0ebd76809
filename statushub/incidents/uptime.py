"""Ninety days in bars and one number, from the recorded component statuses alone.

Downtime is the seconds in major outage plus 0.3 of those in partial outage; degraded performance
and maintenance count nothing. The percentage is one minus downtime over the tracked time, floored
to two decimals; a group's is its children's average. (docs/adr/0001, Statuspage's own rule.)
A component is tracked from its ``start_date``; without one, from its first record or its
creation, whichever is earlier. Days begin and end at midnight in the page's zone, so that a day
of a change to or from summer time has 23 or 25 hours. A day that is not over counts until now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from statushub.incidents.statuses import ComponentStatus
from statushub.incidents.timeline import Record, Timeline, timelines

Bound = tuple[date, datetime, datetime]  # a day, its first moment, and the next day's

_C = ComponentStatus
_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_LEVELS = (
    (_C.MAJOR_OUTAGE, "major"),
    (_C.PARTIAL_OUTAGE, "partial"),
    (_C.DEGRADED_PERFORMANCE, "degraded"),
    (_C.UNDER_MAINTENANCE, "maintenance"),
)


@dataclass(slots=True)
class Day:
    """One day of one component. ``level``: none (no data), operational, maintenance, degraded,
    partial or major, the worst that the day saw however short. ``incident_ids``: the incidents
    that brought the statuses other than operational, in order of time."""

    date: date
    has_data: bool = False
    time_in: dict[ComponentStatus, timedelta] = field(default_factory=dict)
    incident_ids: list[str] = field(default_factory=list)

    @property
    def major_seconds(self) -> int:
        """Whole seconds in major outage."""
        return self._seconds(_C.MAJOR_OUTAGE)

    @property
    def partial_seconds(self) -> int:
        """Whole seconds in partial outage."""
        return self._seconds(_C.PARTIAL_OUTAGE)

    @property
    def degraded_seconds(self) -> int:
        """Whole seconds of degraded performance."""
        return self._seconds(_C.DEGRADED_PERFORMANCE)

    @property
    def maintenance_seconds(self) -> int:
        """Whole seconds under maintenance."""
        return self._seconds(_C.UNDER_MAINTENANCE)

    @property
    def level(self) -> str:
        """What the bar shows."""
        if not self.has_data:
            return "none"
        return next((name for status, name in _LEVELS if self.time_in.get(status)), "operational")

    def _seconds(self, status: ComponentStatus) -> int:
        return self.time_in.get(status, timedelta()) // _SECOND


@dataclass
class Uptime:
    """A component's days, oldest first, and its percentage (None without any data)."""

    component_id: str
    days: list[Day]
    percent: Decimal | None


def uptime(
    component_ids: Iterable[str], *, days: int = 90, tz: ZoneInfo | str, now: datetime
) -> dict[str, Uptime]:
    """The uptime of each component over the last ``days`` days, today included, by id.

    ``tz`` is the page's zone, ``now`` aware. Unknown ids are left out. One query.
    """
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    bounds = day_bounds(now, days, zone)
    lines = timelines(component_ids, bounds[0][1], now)
    return {line.component_id: of_timeline(line, bounds, zone, now) for line in lines}


def of_timeline(line: Timeline, bounds: Sequence[Bound], zone: ZoneInfo, now: datetime) -> Uptime:
    """The uptime of one component from its records over the days of ``bounds``."""
    tracked = line.tracked_from(zone)
    shown = [Day(day, has_data=tracked < min(end, now)) for day, _, end in bounds]
    _pour(shown, bounds, line.records, tracked, now)
    window = now - max(bounds[0][1], tracked)
    return Uptime(line.component_id, shown, _percent(shown, window))


def average(percentages: Iterable[Decimal | None]) -> Decimal | None:
    """A group's percentage: its children's average, floored to two decimals."""
    known = [percent for percent in percentages if percent is not None]
    return Decimal(int(sum(known) * 100 // len(known))).scaleb(-2) if known else None


def day_bounds(now: datetime, days: int, zone: ZoneInfo) -> list[Bound]:
    """The last ``days`` days in ``zone`` with their first moment and that of the day after, UTC."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -2, -1)]
    starts = [midnight(day, zone) for day in dates]
    return [(dates[i], starts[i], starts[i + 1]) for i in range(days)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of ``day`` in ``zone``, in UTC. Where the clock skips midnight, the day
    begins at the jump; where midnight comes twice, at the first."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _pour(
    days: list[Day],
    bounds: Sequence[Bound],
    records: Sequence[Record],
    tracked: datetime,
    now: datetime,
) -> None:
    """Share each record's span out over the days it touches. Both are in order of time."""
    at_day = 0
    for index, record in enumerate(records):
        if record.status is _C.OPERATIONAL:
            continue
        begin = max(record.at, tracked, bounds[0][1])
        end = min(records[index + 1].at if index + 1 < len(records) else now, now)
        while begin < end:
            while bounds[at_day][2] <= begin:
                at_day += 1
            until = min(end, bounds[at_day][2])
            _add(days[at_day], record, until - begin)
            begin = until


def _add(day: Day, record: Record, span: timedelta) -> None:
    day.time_in[record.status] = day.time_in.get(record.status, timedelta()) + span
    if record.incident_id is not None and record.incident_id not in day.incident_ids:
        day.incident_ids.append(record.incident_id)


def _percent(days: Iterable[Day], window: timedelta) -> Decimal | None:
    whole = window // _MICROSECOND
    if whole <= 0:
        return None
    down = sum(
        10 * (day.time_in.get(_C.MAJOR_OUTAGE, timedelta()) // _MICROSECOND)
        + 3 * (day.time_in.get(_C.PARTIAL_OUTAGE, timedelta()) // _MICROSECOND)
        for day in days
    )
    hundredths = 10_000 * (10 * whole - down) // (10 * whole)
    return Decimal(hundredths).scaleb(-2)
