"""The post on X: composed from a story, or a person's own words. Pure functions."""

from __future__ import annotations

import re

from flask_babel import force_locale
from flask_babel import gettext as _

from statushub.channels.transports import x_length
from statushub.core.markdown import to_plain
from statushub.incidents.words import INCIDENT
from statushub.publishing.story import Story

X_LIMIT = x_length.LIMIT

_LOOK_AT = 1_000  # characters of a body: more than a post could ever hold
_NO_SPACE_AFTER = ("。", "！", "？")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")


def compose_x(story: Story, custom: str | None, locale: str) -> str:
    """The post on X. ``custom`` is a person's own text and is never changed, nor is it measured
    here (see :func:`x_problem`); else state, title, as many whole sentences as fit, and the link.
    """
    if custom:
        return custom
    with force_locale(locale):
        head = f"[{INCIDENT[story.status]}] {story.title}"
    plain = to_plain(story.body_html)[:_LOOK_AT]
    text = head
    for sentence in _sentences(plain):
        space = "" if text.endswith(_NO_SPACE_AFTER) else " "
        longer = f"{text}{' - ' if text == head else space}{sentence}"
        if not x_length.fits(f"{longer}\n{story.link}"):
            break
        text = longer
    if text == head and plain:  # not even the first sentence fits
        text = f"{head} - {plain}"
    return x_length.fit(text, story.link)


def _sentences(plain: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(plain) if part.strip()]


def x_problem(text: str) -> str | None:
    """Why X would not take this text, in words; None when it would."""
    length = x_length.weighted_length(text)
    if length <= X_LIMIT:
        return None
    return str(
        _(
            "The post for X is too long: it counts %(length)s of %(limit)s. Shorten it by "
            "%(over)s, or leave it empty to have one composed.",
            length=length,
            limit=X_LIMIT,
            over=length - X_LIMIT,
        )
    )
