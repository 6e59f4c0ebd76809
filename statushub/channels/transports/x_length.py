"""The length that X gives a post, and texts cut to fit it.

X's own rule (twitter-text, config v3, https://docs.x.com/fundamentals/counting-characters): most
Latin characters weigh 1, others 2, an emoji 2, a link 23 whatever its length. The library that
knows what X takes for a link needs seconds for some dotted texts (quadratic regular expressions),
so each token (links hold no white space) is paid for from a budget; what is not paid for is
counted as if every dot made a link, which is never too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LIMIT = 280
_LINK = 23
_ELLIPSIS = "…"
_BUDGET = 90_000  # about a microsecond a unit on a small machine
_NORMALISED_MAX = 5_000  # more characters than ever fit; marks in disorder sort in quadratic time
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKENS = re.compile(r"\s+|\S+")
_LOOSE = " \n\t.,;:、。"
_LINK_START = re.compile(r"https?://|[A-Za-z0-9-]{1,63}\.[A-Za-z]", re.IGNORECASE)
_MAYBE_LINK = re.compile(r".\.[^\W\d_]")


def weighted_length(text: str) -> int:
    """How much of the 280 ``text`` takes, by X's own counting. Over-counts the absurd."""
    return sum(weight for _token, weight in _weigh(text))


def fits(text: str, limit: int = LIMIT) -> bool:
    """Whether X takes ``text`` in one post."""
    return weighted_length(text) <= limit


def fit(text: str, tail: str = "", limit: int = LIMIT) -> str:
    """``text``, shortened so that ``tail`` (a link, say) still fits behind it on its own line."""
    if not tail:
        return shorten(text, limit)
    head = shorten(text, limit - weighted_length("\n" + tail))
    return f"{head}\n{tail}" if head else tail


def shorten(text: str, limit: int = LIMIT) -> str:
    """``text`` cut to ``limit`` with an ellipsis, between words where that loses little; never
    inside a link or a composed character. Text that fits comes back as it is."""
    text = text.strip()
    tokens = list(_weigh(text))
    if sum(weight for _token, weight in tokens) <= limit:
        return text
    room = limit - _weight(_ELLIPSIS)
    kept = ""
    for token, weight in tokens:
        if weight > room:
            kept += _part_of(token, room, alone=not kept)
            break
        kept += token
        room -= weight
    kept = kept.rstrip(_LOOSE)
    if not fits(kept + _ELLIPSIS, limit):  # dots upon dots, over-counted
        kept = _cut(text.partition(".")[0], limit - _weight(_ELLIPSIS))
    return kept + _ELLIPSIS if kept else ""


def _weigh(text: str) -> Iterator[tuple[str, int]]:
    """Each run of white or other characters with its weight."""
    head, rest = text[:_NORMALISED_MAX], text[_NORMALISED_MAX:]
    budget = _BUDGET
    head = unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", head))
    for token in _TOKENS.findall(head):
        if token.isspace() or (token.isascii() and not _MAYBE_LINK.search(token)):
            yield token, _by_characters(token)
            continue
        dots, size = token.count("."), len(token)
        budget -= 99 + 20 * size + size * size // 5 + 20 * dots * dots
        yield token, _by_library(token) if budget >= 0 else _at_most(token)
    if rest:
        yield rest, _by_characters(rest)


def _by_library(token: str) -> int:
    """By twitter-text, at the text's beginning and after a space: its rule for what may stand
    before a link differs, and the greater is the safe one."""
    from twitter_text import parse_tweet  # a quarter of a second to load: only when asked

    alone = int(parse_tweet(token).weightedLength)
    if token[0].isascii() and token[0].isalnum():
        return alone
    return max(alone, int(parse_tweet(f" {token}").weightedLength) - 1)


def _by_characters(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_weight, text))


def _at_most(token: str) -> int:
    """No link is without a dot, and none weighs more than 23 beyond its characters."""
    return _by_characters(token) + _LINK * token.count(".")


def _weight(character: str) -> int:
    point = ord(character)
    light = point <= 4351 or 8192 <= point <= 8205 or 8208 <= point <= 8223 or 8242 <= point <= 8247
    return 1 if light else 2


def _part_of(token: str, room: int, alone: bool) -> str:
    """What of an overlong token may stand before the ellipsis. Nothing of an ASCII word or of a
    link when other words stand already; Japanese has no spaces and breaks anywhere."""
    link = _LINK_START.search(token)
    if link is None:
        return "" if token.isascii() and not alone else _cut(token, room)
    if before := _cut(token[: link.start()], room):
        return before
    return _from_link(token, room) if alone else ""


def _from_link(token: str, room: int) -> str:
    """The link that ``token`` begins with, whole, and what follows up to the next one."""
    end = next((at for at, character in enumerate(token) if not character.isascii()), len(token))
    following = _LINK_START.split(token[end:], maxsplit=1)[0]
    return token[:end] + _cut(following, room - weighted_length(token[:end]))


def _cut(token: str, room: int) -> str:
    """The longest beginning of ``token`` that weighs at most ``room`` and ends between letters."""
    used = end = 0
    for position, character in enumerate(token):
        used += _weight(character)
        if used > room:
            break
        end = position + 1
    while 0 < end < len(token) and _joined(token, end):
        end -= 1
    return token[:end]


def _joined(text: str, at: int) -> bool:
    """Do the characters before and after ``at`` make one sign together (marks, emoji, flags)?"""
    before, after = text[at - 1], text[at]
    joins = before == "\u200d" or after in "\u200d\u20e3\ufe0e\ufe0f" or "🏻" <= after <= "🏿"
    flag = "🇦" <= before <= "🇿" and "🇦" <= after <= "🇿"
    return joins or flag or unicodedata.combining(after) != 0
