"""Which encoding a client wants, and whether it has the bytes already (RFC 9110)."""

from __future__ import annotations

ENCODINGS = ("br", "gzip", "identity")  # the order in which we prefer what the client likes alike
Preference = tuple[str, ...]

_MEMO_ENTRIES = 512
_MEMO_HEADER = 200  # characters; real browsers send about 30
_LONGEST_HEADER = 2_000
_memo: dict[str, Preference] = {}


def preferred(accept_encoding: str) -> Preference:
    """The encodings the client takes, best first; never empty, for identity is the last resort.

    ``accept_encoding`` is the header as it came (RFC 9110, 12.5.3); "" when there was none.
    Remembered for the few hundred headers that real clients send; an invented one costs its own
    parsing and nothing more.
    """
    known = _memo.get(accept_encoding)
    if known is not None:
        return known
    if len(accept_encoding) > _LONGEST_HEADER:
        return ("identity",)
    wanted = _parse(accept_encoding)
    if len(accept_encoding) <= _MEMO_HEADER:
        if len(_memo) >= _MEMO_ENTRIES:
            _memo.clear()
        _memo[accept_encoding] = wanted
    return wanted


def _parse(header: str) -> Preference:
    quality: dict[str, float] = {}
    for part in header.split(","):
        name, _, parameters = part.partition(";")
        coding = name.strip().lower()
        quality["gzip" if coding == "x-gzip" else coding] = _quality(parameters)
    rest = quality.get("*", 0.0)
    liked = [(quality.get(name, rest), name) for name in ENCODINGS[:-1]]
    # Identity is welcome unless refused, but only when nothing named was better.
    liked.append((quality.get("identity", 0.0), "identity"))
    best = sorted((entry for entry in liked if entry[0] > 0), key=lambda entry: -entry[0])
    names = tuple(name for _, name in best)
    return names if "identity" in names else (*names, "identity")


def _quality(parameters: str) -> float:
    """``q`` of one coding: 1 when absent, 0 (not wanted) when it cannot be read."""
    key, equals, value = parameters.partition("=")
    if not equals:
        return 0.0 if key.strip() else 1.0
    text = value.strip()
    if key.strip().lower() != "q" or not text.replace(".", "", 1).isdecimal() or len(text) > 5:
        return 0.0
    return min(float(text), 1.0)


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names ``etag``: a list, weak or strong, or ``*`` (13.1.2)."""
    if if_none_match == etag:
        return True
    if etag not in if_none_match:
        return if_none_match.strip() == "*"
    return any(part.strip().removeprefix("W/") == etag for part in if_none_match.split(","))
