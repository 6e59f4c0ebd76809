"""History by the day and by the month, in the page's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from statushub.core import clock
from statushub.core.errors import Invalid
from statushub.incidents import queries


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type] # five numbers, year first


def test_an_incident_stands_under_the_day_it_started_in_the_page_s_zone(
    page: Any, declare: Any, say: Any
) -> None:
    night = declare(started_at=at(2026, 2, 27, 23, 30))  # 00:30 on the 28th in Zurich
    say(night, "resolved")
    days = queries.incidents_by_day(14)
    assert [day.date for day in days[:2]] == [date(2026, 3, 2), date(2026, 3, 1)]
    assert len(days) == 14
    assert [day.date for day in days if day.incidents == [night]] == [date(2026, 2, 28)]
    assert sum(len(day.incidents) for day in days) == 1


def test_planned_work_stands_under_its_planned_day_once_it_began(
    page: Any, plan: Any, say: Any, frozen_time: Any
) -> None:
    work = plan(clock.now() + timedelta(hours=20), clock.now() + timedelta(hours=22))
    say(work, "scheduled")
    frozen_time.advance(hours=12)
    assert not any(day.incidents for day in queries.incidents_by_day(3))
    assert not any(month.incidents for month in queries.history_months().months)
    frozen_time.advance(hours=9)
    say(work, "in_progress")
    assert queries.incidents_by_day(1)[0].incidents == [work]


def test_months_are_pages_and_empty_stretches_are_skipped(
    page: Any, declare: Any, say: Any
) -> None:
    old, older, recent = (
        declare(started_at=when)
        for when in (at(2024, 5, 5, 12), at(2022, 12, 31, 23, 30), at(2026, 1, 31, 23, 30))
    )
    for incident in (old, older, recent):
        say(incident, "resolved")
    first = queries.history_months()
    assert [(month.year, month.month) for month in first.months] == [
        (2026, 3),
        (2026, 2),
        (2026, 1),
    ]
    assert first.months[1].incidents == [recent]  # it was February in Zurich
    assert first.months[1].first_day == date(2026, 2, 1)
    assert (first.newer, first.older) == (None, "2024-05")
    second = queries.history_months(first.older)
    assert (second.months[0].incidents, second.newer, second.older) == ([old], "2024-08", "2023-01")
    third = queries.history_months(second.older)
    assert (third.months[0].incidents, third.older) == ([older], None)


def test_walking_back_up_ends_at_the_present(page: Any, declare: Any, say: Any) -> None:
    cursor: str | None = "2025-11"
    assert queries.history_months(cursor).newer == "2026-02"
    assert queries.history_months("2026-02").newer == "2026-03"
    assert queries.history_months("2026-03").newer is None
    assert queries.history_months("2999-12").months[0].month == 3


@pytest.mark.parametrize(
    "cursor", ["2026", "2026-13", "2026-00", "0001-01", "x", "2026-1", "²⁰²⁶-01"]
)
def test_what_is_no_month_is_refused(page: Any, cursor: str) -> None:
    with pytest.raises(Invalid) as refusal:
        queries.history_months(cursor)
    assert set(refusal.value.fields) == {"month"}
