"""Text as people type it, made safe to store: no control characters, no lone surrogates.

A control character in one title makes lxml refuse the whole feed, and a lone surrogate cannot be
encoded at all; neither is ever meant.
"""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

from statushub.core.errors import Invalid

TITLE_MAX = 255
BODY_MAX = 25_000
MARKS_MAX = 30

# Cc except tab and newline, bidirectional overrides, non-characters and surrogates.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """``text`` in NFC, lines ended by ``\\n``, without characters that nothing can show."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _bound_marks(_UNWANTED.sub("", text)))


def _bound_marks(text: str) -> str:
    """At most 30 combining marks on one character, as Unicode's Stream-Safe Text Format has it
    (UAX #15, D3): putting them in order takes time that grows with the square of their number."""
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MARKS_MAX:
            kept.append(character)
    return "".join(kept)


def clean_line(text: str) -> str:
    """One line: like :func:`clean_text`, white space runs made one space."""
    return " ".join(clean_text(text).split())


def require_title(text: str, field: str = "name") -> str:
    """A title of 1 to 255 characters, cleaned. Raises Invalid with the reason by ``field``."""
    title = clean_line(text)
    if not title:
        raise Invalid(fields={field: _("Enter a title.")})
    if len(title) > TITLE_MAX:
        raise Invalid(fields={field: too_long(TITLE_MAX, len(title))})
    return title


def require_body(text: str, field: str = "body") -> str:
    """An update's text of 1 to 25,000 characters, cleaned. Raises Invalid by ``field``."""
    body = clean_text(text).strip()
    if not body:
        raise Invalid(fields={field: _("Write what customers should know.")})
    if len(body) > BODY_MAX:
        raise Invalid(fields={field: too_long(BODY_MAX, len(body))})
    return body


def too_long(most: int, count: int) -> str:
    """The complaint about ``count`` characters where ``most`` are allowed."""
    return str(
        _(
            "Use at most %(most)s characters; this has %(count)s.",
            most=f"{most:,}",
            count=f"{count:,}",
        )
    )
