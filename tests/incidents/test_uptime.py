"""Uptime, held against oracles that are too slow and too simple to be wrong."""

from __future__ import annotations

import time as cpu
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert

from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.incidents import service
from statushub.incidents.models import Component, ComponentStatusChange
from statushub.incidents.statuses import ComponentStatus
from statushub.incidents.timeline import Record, Timeline, timelines
from statushub.incidents.uptime import average, day_bounds, midnight, of_timeline, uptime

S = ComponentStatus
TICK = timedelta(minutes=10)  # every time in the oracle tests is a whole number of these
# Clocks that jump at midnight, by half an hour, over a whole day; and some that never do.
PLACES = [
    ("Europe/Zurich", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Zurich", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 5, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("Asia/Tokyo", datetime(2026, 1, 1, tzinfo=UTC)),
    ("Etc/UTC", datetime(2026, 2, 28, tzinfo=UTC)),
]
DAYS = 5

ticks = st.integers(-700, 700).map(lambda count: count * TICK)
told = st.lists(st.tuples(ticks, st.sampled_from(S)), max_size=12)


def build(
    around: datetime, changes: Sequence[tuple[timedelta, S]], created: timedelta, first: date | None
) -> Timeline:
    records = [
        Record(around + offset, status, f"i{number}")
        for number, (offset, status) in enumerate(sorted(changes, key=lambda one: one[0]))
    ]
    known = min([around + created, *(record.at for record in records)])
    return Timeline("c", first, known, records)


def oracle(
    line: Timeline, zone: ZoneInfo, now: datetime, days: int
) -> tuple[dict[date, Counter[S]], Decimal | None]:
    """Walk from tick to tick: on which local day is it, and what was the last word?"""
    today = now.astimezone(zone).date()
    seconds = {today - timedelta(days=back): Counter[S]() for back in range(days)}
    tracked = 0
    down = Fraction(0)
    at = now - timedelta(days=days + 2)
    while at < now:
        day = at.astimezone(zone).date()
        begun = at >= line.first_known if line.start_date is None else day >= line.start_date
        if day in seconds and begun:
            word = [record.status for record in line.records if record.at <= at]
            status = word[-1] if word else S.OPERATIONAL
            seconds[day][status] += 600
            tracked += 600
            down += {S.MAJOR_OUTAGE: Fraction(600), S.PARTIAL_OUTAGE: Fraction(180)}.get(status, 0)
        at += TICK
    if not tracked:
        return seconds, None
    exact = 100 * (1 - down / tracked)
    percent = Decimal(exact.numerator * 100 // exact.denominator) / 100
    return seconds, percent.quantize(Decimal("0.01"), ROUND_FLOOR)


@settings(max_examples=150, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    changes=told,
    created=ticks,
    first=st.none() | st.integers(-6, 2),
    now=st.integers(0, 400),
)
@example(place=PLACES[6], changes=[(-3 * TICK, S.MAJOR_OUTAGE)], created=-700 * TICK, first=None,
         now=200)  # fmt: skip
def test_days_and_percentage_are_what_a_patient_clock_watcher_counts(
    place: tuple[str, datetime],
    changes: list[tuple[timedelta, S]],
    created: timedelta,
    first: int | None,
    now: int,
) -> None:
    name, around = place
    zone, moment = ZoneInfo(name), around + now * TICK
    start = None if first is None else (around + timedelta(days=first)).date()
    line = build(around, [one for one in changes if around + one[0] < moment], created, start)
    found = of_timeline(line, day_bounds(moment, DAYS, zone), zone, moment)
    seconds, percent = oracle(line, zone, moment, DAYS)
    for day in found.days:
        counted = seconds[day.date]
        assert (day.major_seconds, day.partial_seconds) == (
            counted[S.MAJOR_OUTAGE],
            counted[S.PARTIAL_OUTAGE],
        )
        assert (day.degraded_seconds, day.maintenance_seconds) == (
            counted[S.DEGRADED_PERFORMANCE],
            counted[S.UNDER_MAINTENANCE],
        )
        if counted:
            assert day.has_data
        worst = max((s for s in S if counted[s]), key=lambda s: s.rank, default=None)
        if worst is not None:
            assert day.level == worst.value.split("_")[0].replace("under", "maintenance")
    assert found.percent == percent


def test_the_days_are_the_last_ones_of_the_page_s_zone() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    now = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # already the second in Tokyo
    bounds = day_bounds(now, 90, zone)
    assert len(bounds) == 90
    assert bounds[-1][0] == date(2026, 3, 2)
    assert bounds[-1][1] == datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
    assert all(bounds[i][2] == bounds[i + 1][1] for i in range(89))


def test_a_day_of_a_clock_change_has_23_or_25_hours() -> None:
    zone = ZoneInfo("Europe/Zurich")
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)):
        assert midnight(day + timedelta(days=1), zone) - midnight(day, zone) == timedelta(
            hours=hours
        )


@pytest.mark.parametrize(
    ("seconds_major", "seconds_partial", "percent"),
    [
        (0, 0, "100.00"),
        (1, 0, "99.99"),  # any downtime at all is seen
        (0, 10, "99.99"),
        (864, 0, "99.00"),
        (0, 2880, "99.00"),
        (43_200, 0, "50.00"),
        (86_400, 0, "0.00"),
        (29, 0, "99.96"),  # 99.9664 floored, not rounded
    ],
)
def test_the_percentage_counts_partial_outages_a_third_and_floors(
    seconds_major: int, seconds_partial: int, percent: str
) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    records = [
        Record(begin, S.MAJOR_OUTAGE, None),
        Record(begin + timedelta(seconds=seconds_major), S.PARTIAL_OUTAGE, None),
        Record(begin + timedelta(seconds=seconds_major + seconds_partial), S.OPERATIONAL, None),
    ]
    zone, now = ZoneInfo("Etc/UTC"), begin + timedelta(days=1)
    line = Timeline("c", None, begin, records)
    found = of_timeline(line, day_bounds(now, 3, zone), zone, now)
    assert str(found.percent) == percent


def test_a_group_is_the_floored_average_of_its_children() -> None:
    assert average([Decimal("100.00"), Decimal("99.99"), None]) == Decimal("99.99")
    assert str(average([Decimal("100.00")])) == "100.00"
    assert average([None]) is average([]) is None


def test_days_before_the_start_are_grey_and_do_not_count() -> None:
    zone, now = ZoneInfo("Etc/UTC"), datetime(2026, 3, 10, 12, tzinfo=UTC)
    line = Timeline("c", date(2026, 3, 9), datetime(2026, 1, 1, tzinfo=UTC), [
        Record(datetime(2026, 3, 1, tzinfo=UTC), S.MAJOR_OUTAGE, "i"),
        Record(datetime(2026, 3, 9, 9, tzinfo=UTC), S.OPERATIONAL, "i"),
    ])  # fmt: skip
    found = of_timeline(line, day_bounds(now, 4, zone), zone, now)
    assert [day.level for day in found.days] == ["none", "none", "major", "operational"]
    assert found.days[2].incident_ids == ["i"]
    assert found.percent == Decimal("75.00")  # 9 of 36 hours


def test_a_component_of_tomorrow_has_no_data() -> None:
    zone, now = ZoneInfo("Etc/UTC"), datetime(2026, 3, 10, tzinfo=UTC)
    line = Timeline("c", date(2026, 3, 12), now, [])
    found = of_timeline(line, day_bounds(now, 2, zone), zone, now)
    assert (found.percent, {day.level for day in found.days}) == (None, {"none"})


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.integers(0, 1), st.integers(-40, 40), st.sampled_from(S)),
                        max_size=14), begin=st.integers(-20, 20))  # fmt: skip
def test_the_one_query_brings_exactly_the_records_that_matter(
    app: Flask, changes: list[tuple[int, int, S]], begin: int
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    start, end = now + timedelta(hours=begin), now + timedelta(hours=begin + 20)
    with transaction() as session:
        for model in (ComponentStatusChange, Component):
            session.execute(delete(model))
        for number in range(2):
            session.add(Component(id=f"c{number}", name="x", created_at=now))
        session.flush()
        for number, hours, status in changes:
            session.add(
                ComponentStatusChange(
                    component_id=f"c{number}", status=status, at=now + timedelta(hours=hours)
                )
            )
            session.flush()
    found = {line.component_id: line for line in timelines(["c0", "c1", "unknown"], start, end)}
    assert sorted(found) == ["c0", "c1"]
    for number in range(2):
        mine = [(now + timedelta(hours=h), s) for n, h, s in changes if n == number]
        mine.sort(key=lambda one: one[0])
        in_force = max((at for at, _status in mine if at <= start), default=start)
        expected = [one for one in mine if in_force <= one[0] < end]
        assert [(one.at, one.status) for one in found[f"c{number}"].records] == expected
        assert found[f"c{number}"].first_known == min([now, *(at for at, _s in mine)])


def _many_records(components: int, each: int) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC) - timedelta(days=200)
    with transaction() as session:
        session.execute(
            insert(Component),
            [
                {"id": f"c{n}", "name": f"c{n}", "created_at": begin, "updated_at": begin}
                for n in range(components)
            ],
        )
        session.execute(
            insert(ComponentStatusChange),
            [
                {
                    "component_id": f"c{n}",
                    "status": list(S)[(n + step) % 5],
                    "at": begin + timedelta(hours=step * 200 * 24 / each),
                }
                for n in range(components)
                for step in range(each)
            ],
        )


def test_ten_components_over_ninety_days_are_one_statement_and_quick(app: Flask) -> None:
    _many_records(10, 90)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    ids = [f"c{n}" for n in range(10)]
    statements: list[str] = []
    listen = lambda _c, _cur, statement, *_rest: statements.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        found = uptime(ids, days=90, tz="Europe/Zurich", now=now)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert len([one for one in statements if one != "BEGIN"]) == 1
    assert all(len(one.days) == 90 and one.percent is not None for one in found.values())
    best = float("inf")
    for _attempt in range(5):
        begin = cpu.process_time()
        uptime(ids, days=90, tz="Europe/Zurich", now=now)
        best = min(best, cpu.process_time() - begin)
    assert best < 0.05  # measured: 5 ms; ten times as much is a mistake, not a busy machine


def test_uptime_follows_what_was_done_at_the_desk(
    parts: list[Component], actor: Actor, frozen_time: Any
) -> None:
    service.set_component_status(actor, parts[0].id, "major_outage")
    frozen_time.advance(hours=1)
    service.set_component_status(actor, parts[0].id, "partial_outage")
    frozen_time.advance(hours=1)
    service.set_component_status(actor, parts[0].id, "operational")
    frozen_time.advance(hours=1)
    found = uptime([part.id for part in parts], days=2, tz="Europe/Zurich", now=frozen_time.now)
    today = found[parts[0].id].days[-1]
    assert (today.major_seconds, today.partial_seconds, today.level) == (3600, 3600, "major")
    assert found[parts[0].id].days[0].level == "none"
    assert found[parts[0].id].percent == Decimal("56.66")  # (3 - 1.3) / 3 hours
    assert found[parts[1].id].percent == Decimal("100.00")
