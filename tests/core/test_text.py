"""Text as people type it, made safe to store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statushub.core.errors import Invalid
from statushub.core.text import (
    BODY_MAX,
    TITLE_MAX,
    clean_line,
    clean_text,
    require_body,
    require_title,
)


@given(st.text())
def test_cleaned_text_can_be_stored_shown_and_put_into_xml(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert not any(ord(char) < 32 and char not in "\t\n" for char in cleaned)
    assert clean_text(cleaned) == cleaned


def test_line_ends_are_one_kind_and_letters_are_composed() -> None:
    assert clean_text("a\r\nb\rc\u0065\u0301") == "a\nb\nc\u00e9"


def test_lone_surrogates_and_direction_overrides_are_dropped() -> None:
    assert clean_text("a\ud800b\u202ec\ufdd0d") == "abcd"


def test_a_title_is_one_line() -> None:
    assert clean_line("  API \n\t down ") == "API down"


@pytest.mark.parametrize("title", ["", "   ", "\x00", "x" * (TITLE_MAX + 1)])
def test_a_title_that_cannot_be_is_refused_by_its_field(title: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_title(title, field="heading")
    assert list(refusal.value.fields) == ["heading"]


def test_the_longest_title_and_body_are_accepted() -> None:
    assert len(require_title("x" * TITLE_MAX)) == TITLE_MAX
    assert len(require_body("x" * BODY_MAX)) == BODY_MAX


@pytest.mark.parametrize("body", ["", "\n \n", "x" * (BODY_MAX + 1)])
def test_a_body_that_cannot_be_is_refused_by_its_field(body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_body(body)
    assert list(refusal.value.fields) == ["body"]


def test_the_complaint_says_how_long_it_may_be_and_is() -> None:
    with pytest.raises(Invalid, match=r"at most 25,000 characters; this has 25,001\."):
        require_body("x" * 25_001)
