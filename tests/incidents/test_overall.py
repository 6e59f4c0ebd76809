"""The page as a whole: every row of the wire contract's cascade."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from flask import Flask
from flask_babel import force_locale

from statushub.incidents.models import Component
from statushub.incidents.overall import group_status, overall_status
from statushub.incidents.statuses import ComponentStatus, Impact, impact_of, worst_impact

S = ComponentStatus
OK, MAINT, SLOW, PART, DOWN = (
    S.OPERATIONAL,
    S.UNDER_MAINTENANCE,
    S.DEGRADED_PERFORMANCE,
    S.PARTIAL_OUTAGE,
    S.MAJOR_OUTAGE,
)


def components(*statuses: S) -> list[Component]:
    return [Component(name="x", status=status) for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ([], "none", "All Systems Operational"),
        ([OK, OK], "none", "All Systems Operational"),
        ([DOWN], "critical", "Major System Outage"),
        ([DOWN, DOWN], "critical", "Major System Outage"),
        ([PART, PART], "major", "Partial System Outage"),
        ([PART], "major", "Partial System Outage"),
        ([DOWN, OK], "major", "Partial System Outage"),
        ([DOWN, PART], "major", "Partial System Outage"),
        ([DOWN, MAINT], "major", "Partial System Outage"),
        ([PART, OK], "minor", "Minor Service Outage"),
        ([PART, SLOW], "minor", "Minor Service Outage"),
        ([SLOW], "minor", "Degraded System Service"),
        ([SLOW, OK], "minor", "Partially Degraded Service"),
        ([SLOW, MAINT], "minor", "Partially Degraded Service"),
        ([MAINT], "maintenance", "Service Under Maintenance"),
        ([MAINT, OK], "maintenance", "Service Under Maintenance"),
    ],
)
def test_the_cascade(statuses: list[S], indicator: str, description: str) -> None:
    assert overall_status(components(*statuses)) == (indicator, description)


def test_every_mix_has_a_word_for_people(sqlite_app: Flask) -> None:
    for mix in product(S, repeat=3):
        with force_locale("en"):
            overall = overall_status(components(*mix))
            assert overall.words == overall.description


def test_archived_components_do_not_count() -> None:
    gone, here = components(DOWN, OK)
    gone.archived_at = datetime(2026, 1, 1, tzinfo=UTC)
    assert overall_status([gone, here]).indicator == "none"
    assert group_status([gone, here]) is OK


def test_a_page_without_components_is_judged_by_what_is_going_on() -> None:
    assert overall_status([], [Impact.MINOR, Impact.CRITICAL]).indicator == "critical"
    assert overall_status([], [Impact.MAINTENANCE]).indicator == "maintenance"
    assert overall_status(components(OK), [Impact.CRITICAL]).indicator == "none"


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [
        ([], "none"), ([OK], "none"), ([MAINT], "none"), ([SLOW], "minor"), ([SLOW, OK], "minor"),
        ([PART, PART], "major"), ([DOWN, PART], "major"), ([DOWN], "critical"),
        ([DOWN, OK], "major"),
    ],
)  # fmt: skip
def test_impact_follows_the_affected_components(statuses: list[S], impact: str) -> None:
    assert impact_of(statuses) == impact


def test_the_worst_impact_of_none_is_none() -> None:
    assert worst_impact([]) is Impact.NONE
