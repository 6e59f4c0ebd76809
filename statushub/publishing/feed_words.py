"""The words that feeds speak, in the language in force."""

from __future__ import annotations

from babel.dates import get_month_names
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

UPDATE_WORD = _l("Update")


def feed_title(name: str) -> str:
    """The title of a page's feed."""
    return str(_("%(name)s Status - Incident History", name=name))


def scheduled_line(when: str) -> str:
    """The line that leads a maintenance in a feed. ``when`` is a span with its zone."""
    return str(_("THIS IS A SCHEDULED EVENT %(when)s", when=when))


def month_word(month: int, locale: str) -> str:
    """``Jun`` (1 is January), in the language."""
    return str(get_month_names("abbreviated", locale=locale)[month])
