"""What X answered, and what to do next about it.

Sorted by status and body rather than by tweepy's exception classes, which know neither 402 nor a
body that is a list (measured with tweepy 4.17).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from flask_babel import gettext as _

from statushub.channels.seam import Rejected, Retry, Uncertain
from statushub.core import clock
from statushub.core.text import clean_line

_REPLY_GONE = re.compile(
    r"in_reply_to_tweet_id|repl(y|ied).{0,80}(deleted|not visible|not exist|not found)"
)
_SAID = ("detail", "message")
_LONGEST_LIMIT = timedelta(hours=25)  # X's longest window is a day
# (reset header, header that says whether this limit is the one that was hit)
_RESETS = (
    ("x-user-limit-24hour-reset", "x-user-limit-24hour-remaining"),
    ("x-app-limit-24hour-reset", "x-app-limit-24hour-remaining"),
    ("x-rate-limit-reset", ""),
)


@dataclass(frozen=True)
class Problem:
    """A status that is not 2xx, and X's own words about it."""

    status: int
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_duplicate(self) -> bool:
        """X refuses a text that the account has posted lately; only the words tell."""
        return self.status == 403 and "duplicate content" in self.words.lower()

    @property
    def reply_target_is_gone(self) -> bool:
        """The post to reply to was deleted or hidden."""
        return self.status in (400, 403, 404) and bool(_REPLY_GONE.search(self.words.lower()))


def read(response: requests.Response | None) -> Problem | None:
    """The problem that an answer tells, or None: no answer, or one that says "done"."""
    if response is None or 200 <= response.status_code < 300:
        return None
    return Problem(response.status_code, _words(response), response.headers)


def _words(response: requests.Response) -> str:
    try:
        body = response.json()
    except (requests.RequestException, ValueError, RuntimeError):
        return ""
    body = body if isinstance(body, dict) else {"errors": body}
    errors = body.get("errors")
    entries = [body, *(errors if isinstance(errors, list) else [])]
    texts = [entry.get(key) for entry in entries if isinstance(entry, dict) for key in _SAID]
    return clean_line(" ".join(dict.fromkeys(text for text in texts if isinstance(text, str))))


def refusal(problem: Problem) -> Retry | Rejected | Uncertain:
    """What to do next about it."""
    if problem.status >= 500:
        return Uncertain(_("X failed with status %(status)s.", status=problem.status))
    return _not_now(problem) or _never(problem)


def _not_now(problem: Problem) -> Retry | None:
    """Not taken, but may be later as it is."""
    if problem.status == 429:
        words = _("X's rate limit is reached.")
        return Retry(words, at=_reset(problem.headers), account_wide=True)
    if problem.status == 402:
        words = _("The account has no X API credits left. Add credits at developer.x.com.")
        return Retry(words, account_wide=True)
    if problem.status < 400:
        status = problem.status
        return Retry(_("X's address redirects elsewhere (status %(status)s).", status=status))
    return None


def _never(problem: Problem) -> Rejected:
    """Not taken, and will not be."""
    if problem.status == 401:
        words = _("X does not accept the account's keys. Connect it again.")
        return Rejected(words, account_broken=True)
    if problem.is_duplicate:
        return Rejected(_("X refuses a text that was posted before. Change the words."))
    said = problem.words[:300] or _("no reason given")
    return Rejected(_("X refused it (%(status)s): %(said)s", status=problem.status, said=said))


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """When the limit that was hit ends; None when X does not say, or says nonsense."""
    now = clock.now()
    for reset, remaining in _RESETS:
        if remaining and headers.get(remaining) != "0":
            continue
        value = headers.get(reset, "")
        if value.isascii() and value.isdigit() and len(value) < 12:
            at = datetime.fromtimestamp(int(value), UTC)
            if at - now < _LONGEST_LIMIT:
                return max(at, now)
    return None


def created_id(answer: Any) -> str | None:
    """The new post's id out of tweepy's answer to create_tweet, if there is one."""
    data = getattr(answer, "data", None)
    post_id = data.get("id") if isinstance(data, dict) else None
    return post_id if isinstance(post_id, str) and post_id.isdigit() else None
