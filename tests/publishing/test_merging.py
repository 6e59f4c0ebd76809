"""Merging two people's drafts: what may never happen, for any texts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from statushub.publishing.merging import merge

WORDS = st.sampled_from(["operational", "partial_outage", "major_outage"])
TEXT = st.text(max_size=8)
CONTENT = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["investigating", "identified", "resolved"]),
        "body": TEXT,
        "components": st.dictionaries(st.sampled_from("abcd"), WORDS),
        "impact_override": st.sampled_from([None, "minor", "major"]),
        "x_text": st.none() | TEXT,
        "email_subject": st.none() | TEXT,
        "notify": st.booleans(),
    }
)
Content = dict[str, Any]


@given(CONTENT, CONTENT)
def test_who_is_alone_gets_exactly_what_they_typed(base: Content, yours: Content) -> None:
    merged = merge(base, base, yours)
    assert merged.content == yours
    assert merged.clashes == ()


@given(CONTENT, CONTENT)
def test_a_form_that_was_not_touched_changes_nothing(base: Content, theirs: Content) -> None:
    merged = merge(base, theirs, base)
    assert merged.content == theirs
    assert merged.clashes == ()


@given(CONTENT, CONTENT)
def test_two_who_agree_do_not_clash(base: Content, both: Content) -> None:
    merged = merge(base, both, both)
    assert merged.content == both
    assert merged.clashes == ()


@given(CONTENT, CONTENT, CONTENT)
def test_no_change_is_lost_without_a_clash(base: Content, theirs: Content, yours: Content) -> None:
    merged = merge(base, theirs, yours)
    for name in base:
        if name == "components" or name in merged.clashes:
            continue
        changed = [side[name] for side in (theirs, yours) if side[name] != base[name]]
        assert merged.content[name] == (changed[0] if changed else base[name])


@given(CONTENT, CONTENT, CONTENT)
def test_the_saved_text_stands_where_texts_clash(
    base: Content, theirs: Content, yours: Content
) -> None:
    merged = merge(base, theirs, yours)
    for name in merged.clashes:
        if name != "components":
            assert merged.content[name] == theirs[name] != yours[name]


@given(CONTENT, CONTENT, CONTENT)
def test_clashing_does_not_depend_on_who_was_first(
    base: Content, theirs: Content, yours: Content
) -> None:
    assert merge(base, theirs, yours).clashes == merge(base, yours, theirs).clashes


@given(CONTENT, CONTENT, CONTENT)
def test_components_are_merged_one_by_one(base: Content, theirs: Content, yours: Content) -> None:
    merged = merge(base, theirs, yours)
    for key in "abcd":
        was, one, two = (side["components"].get(key) for side in (base, theirs, yours))
        got = merged.content["components"].get(key)
        if one == was:
            assert got == two
        else:
            assert got == one
            assert two in (was, one) or "components" in merged.clashes


@given(CONTENT, CONTENT, st.sampled_from(["body", "status", "notify"]))
def test_fields_that_were_not_sent_are_left_alone(
    base: Content, theirs: Content, name: str
) -> None:
    merged = merge(base, theirs, {name: theirs[name]})
    assert merged.content == theirs
