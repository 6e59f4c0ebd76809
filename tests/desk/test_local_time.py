"""Times as people type them, on the clock of the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from statushub.core.errors import Invalid
from statushub.desk.local_time import from_field, to_field

ZURICH = "Europe/Zurich"


def test_an_empty_field_is_no_time(sqlite_app: Flask) -> None:
    assert from_field("  ", ZURICH, "at") is None
    assert to_field(None, ZURICH) == ""


def test_summer_and_winter_have_their_own_offsets(sqlite_app: Flask) -> None:
    assert from_field("2026-07-01T12:00", ZURICH, "at") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert from_field("2026-01-01T12:00", ZURICH, "at") == datetime(2026, 1, 1, 11, tzinfo=UTC)


def test_a_moment_that_the_clocks_skip_is_refused_in_words(sqlite_app: Flask) -> None:
    with pytest.raises(Invalid) as caught:
        from_field("2026-03-29T02:30", ZURICH, "at")
    assert "the clocks go forward" in caught.value.fields["at"]


def test_of_an_hour_lived_twice_the_first_is_meant(sqlite_app: Flask) -> None:
    assert from_field("2026-10-25T02:30", ZURICH, "at") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_untouched_field_keeps_the_second_of_two_hours(sqlite_app: Flask) -> None:
    second = datetime(2026, 10, 25, 1, 30, 42, tzinfo=UTC)
    assert from_field(to_field(second, ZURICH), ZURICH, "at", shown=second) == second


@pytest.mark.parametrize("text", ["soon", "2026-13-01T00:00", "0001-01-01T00:00", "2026-01-01Z"])
def test_what_is_no_time_is_refused(sqlite_app: Flask, text: str) -> None:
    with pytest.raises(Invalid):
        from_field(text, ZURICH, "at")
