"""X's counting, and that no text takes long to count."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twitter_text import parse_tweet

from statushub.channels.transports.x_length import LIMIT, fit, fits, shorten, weighted_length

_WORST_SECONDS = 0.2
_LONGEST = 25_000
_PIECES = ["a", "é", "日本", "語。", "👩‍👩‍👧", "🇯🇵", "👍🏽", " ", "\n", ".", "a.co", "example.com",
           "https://", "http://a.b.co/c?d=e", "status.example.com/incidents/x", "@acme", "#up", "-",
           "(", ")", "/", "\u0301", "\u3000", "…", "1.5", "t.co/abc"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Hello", 5),
        ("日本語", 6),
        ("é", 1),
        ("e\u0301", 1),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("https://status.example.com/incidents/abcdef?x=" + "1" * 100, 23),
        ("See example.com.", 4 + 23 + 1),
        ("詳細はexample.comをご覧ください", 6 + 23 + 14),
        ("it ended.Then", 13),
        ("1.5 s, e.g. now", 15),
        ("a" * 280, 280),
        ("…", 2),
        ("Two\nlines", 9),
    ],
)
def test_the_weight_is_x_s_own(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join))
def test_it_agrees_with_twitter_text_on_words_and_links(text: str) -> None:
    assert weighted_length(text) == parse_tweet(text).weightedLength


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_it_never_says_less_than_twitter_text_of_what_is_glued(text: str) -> None:
    assert weighted_length(text) >= parse_tweet(text).weightedLength


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=400).map("".join), st.integers(30, LIMIT))
def test_what_is_shortened_fits_and_begins_like_the_text(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert weighted_length(short) <= limit
    if fits(text.strip(), limit):
        assert short == text.strip()
    else:
        assert short.endswith("…") or not short


ATTACKS: dict[str, Callable[[int], str]] = {
    "dotted": lambda n: "a." * (n // 2),
    "dotted, with scheme": lambda n: "http://" + "a." * (n // 2),
    "dotted numbers": lambda n: "http://" + "1." * (n // 2),
    "dotted Japanese": lambda n: "http://" + "あ." * (n // 2),
    "dotted words": lambda n: ("a." * 10 + " ") * (n // 21),
    "many links": lambda n: "a.co " * (n // 5),
    "links glued": lambda n: "a.co、" * (n // 5),
    "long label": lambda n: "a" * n + ".",
    "hyphens": lambda n: "a-" * (n // 2) + ".com",
    "parentheses": lambda n: "http://a.co/" + "(a" * (n // 2),
    "query": lambda n: "http://a.co/?" + "a=." * (n // 3),
    "schemes": lambda n: "http://" * (n // 7) + ".",
    "emoji": lambda n: "👩‍👩‍👧" * (n // 5) + ".",
    "flags": lambda n: "🇯" * n,
    "marks in disorder": lambda n: "a" + "\u0301\u0316" * (n // 2),
    "Japanese words": lambda n: "あ " * (n // 2),
    "white space": lambda n: " \u3000\n" * (n // 3),
    "surrogates": lambda n: "\ud800." * (n // 2),
}


def _seconds(work: Callable[[str], object], text: str) -> float:
    """The best of three: the machine may be busy, the code may not be slow."""
    times = []
    for _round in range(3):
        began = time.process_time()
        work(text)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("size", [1_000, _LONGEST])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_attack_takes_more_than_a_fifth_of_a_second(
    attack: Callable[[int], str], size: int
) -> None:
    text = attack(size)
    weighted_length("a.b 😀")  # the library is loaded once
    assert _seconds(weighted_length, text) < _WORST_SECONDS
    assert _seconds(shorten, text) < _WORST_SECONDS
    assert weighted_length(shorten(text)) <= LIMIT


def test_no_mixture_takes_more_than_a_fifth_of_a_second() -> None:
    dice = random.Random(280)
    weighted_length("a.b 😀")
    for _round in range(20):
        some = dice.sample(_PIECES, dice.randint(1, 6))
        text = "".join(dice.choice(some) for _piece in range(dice.choice((500, 5_000, 25_000))))
        assert _seconds(weighted_length, text[:_LONGEST]) < _WORST_SECONDS, text[:80]
        assert _seconds(shorten, text[:_LONGEST]) < _WORST_SECONDS, text[:80]


def test_what_is_not_counted_exactly_is_never_too_little() -> None:
    for attack in ATTACKS.values():
        text = attack(300).encode("utf-8", "replace").decode()
        assert weighted_length(text) >= parse_tweet(text).weightedLength


def test_text_is_cut_between_words() -> None:
    short = shorten("word " * 100)
    assert short.endswith("word…")
    assert 270 < weighted_length(short) <= 280


def test_japanese_is_cut_between_characters() -> None:
    assert shorten("障害" * 200) == "障害" * 69 + "障…"


def test_an_emoji_is_not_torn() -> None:
    short = shorten("👩‍👩‍👧" * 200)
    assert set(short.removesuffix("…").split("👧")) == {"👩‍👩‍", ""}


def test_a_link_is_kept_whole_or_left_out() -> None:
    link = "https://status.example.com/incidents/abcdefghijkl"
    assert link not in shorten("a " * 135 + link + " more")
    assert "https" not in shorten("a " * 135 + link + " more")
    assert shorten("詳細は" + link + "をご覧" + "あ" * 200) == "詳細は…"
    assert shorten(link + "をご覧" + "あ" * 200).startswith(link + "をご覧ああ")


def test_a_link_at_the_end_always_stays() -> None:
    link = "https://status.example.com/incidents/abcdefghijkl"
    short = fit("Investigating: " + "slow answers " * 50, link)
    assert short.endswith("…\n" + link)
    assert weighted_length(short) <= LIMIT
    assert fit("Short.", link) == f"Short.\n{link}"
    assert fit("Short.") == "Short."
    assert fit("", link) == link
