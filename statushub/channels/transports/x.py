"""X (Twitter), through tweepy and the X API v2 with the four keys of an app (OAuth 1.0a).

Payload: ``{"text": str}``, at most 280 by :mod:`.x_length`. X knows no idempotency key, so an
answer that got lost is Uncertain and the account's own timeline is read (:meth:`XTransport.find`).
Sources: https://docs.x.com/x-api/posts/create-post, https://docs.x.com/x-api/fundamentals/rate-limits
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from statushub.channels.seam import (
    Account,
    Outcome,
    Outgoing,
    Rejected,
    Retry,
    Sent,
    Setting,
    Uncertain,
)
from statushub.channels.transports import x_answers, x_timeline
from statushub.channels.transports.x_answers import Problem
from statushub.core import clock
from statushub.core.http import BoundedAdapter, Limits, explain, never_left

PUBLIC_API = "https://api.twitter.com"  # where tweepy goes, and what OAuth signs
_LIMITS = Limits(connect=5, read=20, total=30, max_bytes=5_000_000)
_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


class _Wire(BoundedAdapter):
    """Gives tweepy the time-outs it lacks, leads it to ``api_base``, and keeps the last answer,
    because tweepy's own error classes fail on bodies that they do not expect."""

    def __init__(self, api_base: str | None, limits: Limits) -> None:
        super().__init__(limits)
        self.api_base = api_base
        self.began = False
        self.answer: requests.Response | None = None

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        if self.api_base:
            meant, base = urlsplit(request.url or ""), urlsplit(self.api_base)
            request.headers["X-Orig-Host"] = meant.netloc
            path = base.path.rstrip("/") + meant.path
            request.url = urlunsplit((base.scheme, base.netloc, path, meant.query, ""))
        self.began, self.answer = True, None
        self.answer = super().send(request, *args, **kwargs)
        return self.answer


@dataclass(frozen=True)
class _Exchange:
    """What one call gave: tweepy's answer, or X's refusal, or the error that lost it."""

    answer: Any = None
    problem: Problem | None = None
    error: Exception | None = None
    began: bool = True
    answered: bool = True


class XTransport:
    """Posts on X. ``api_base`` replaces where it connects (STATUSHUB_X_API_BASE: a proxy, or an
    emulator in tests); requests stay signed for the public address."""

    name = "x"
    label = "X (Twitter)"
    public_post = True
    settings: Sequence[Setting] = (
        Setting("consumer_key", lazy_gettext("API key"), secret=True),
        Setting("consumer_secret", lazy_gettext("API key secret"), secret=True),
        Setting("access_token", lazy_gettext("Access token"), secret=True),
        Setting("access_token_secret", lazy_gettext("Access token secret"), secret=True),
        Setting(
            "username",
            lazy_gettext("User name"),
            required=False,
            help=lazy_gettext("Without the @. Used in links to posts."),
        ),
    )

    def __init__(self, api_base: str | None = None, limits: Limits = _LIMITS) -> None:
        self._api_base = api_base or None
        self._limits = limits

    def send(self, account: Account, out: Outgoing) -> Outcome:
        """Post it, as a reply when ``out.reply_to`` is set. When that post is gone from X, the
        words matter more than the thread: it is posted on its own, and ``detail`` says so."""
        result = self._post(account, out, out.reply_to)
        if result.problem and out.reply_to and result.problem.reply_target_is_gone:
            outcome = self._outcome(account, out, self._post(account, out, None))
            if isinstance(outcome, Sent):
                words = _("Posted on its own: the post it should reply to is gone from X.")
                return Sent(outcome.provider_id, outcome.url, words)
            return outcome
        return self._outcome(account, out, result)

    def find(self, account: Account, out: Outgoing) -> Sent | Retry | None:
        """The account's own post of this text since ``out.queued_at`` (minus a minute)."""
        since = min(out.queued_at, clock.now()) - timedelta(minutes=1)
        found = self._ask(
            account, lambda client: x_timeline.search(client, out.payload["text"], since)
        )
        if found.error is not None:
            return self._cannot_look(found)
        return self._sent(account, found.answer) if found.answer else None

    def check(self, account: Account) -> Outcome:
        """Whose account is it? Reads its profile, posts nothing."""
        found = self._ask(account, lambda client: client.get_me(user_auth=True).data)
        if not found.began:
            return _unusable()
        if found.answer is None:
            refused = found.problem and x_answers.refusal(found.problem)
            return refused if isinstance(refused, Rejected) else self._cannot_look(found)
        return Sent(str(found.answer.id), detail=f"@{found.answer.username}")

    def _post(self, account: Account, out: Outgoing, reply_to: str | None) -> _Exchange:
        return self._ask(
            account,
            lambda client: client.create_tweet(
                text=out.payload["text"], in_reply_to_tweet_id=reply_to
            ),
        )

    def _outcome(self, account: Account, out: Outgoing, result: _Exchange) -> Outcome:
        if result.problem is not None:
            if result.problem.is_duplicate and out.attempt > 1:
                return self._earlier_attempt(account, out)
            return x_answers.refusal(result.problem)
        if not result.began:
            return _unusable()
        if result.error is not None and not result.answered:
            words = explain(result.error)
            return Retry(words) if never_left(result.error) else Uncertain(words)
        post_id = x_answers.created_id(result.answer)
        if post_id is None:
            return Uncertain(_("X accepted the request but its answer cannot be read."))
        return self._sent(account, post_id)

    def _earlier_attempt(self, account: Account, out: Outgoing) -> Outcome:
        """X calls it a duplicate: an attempt whose answer was lost has probably posted it."""
        found = self.find(account, out)
        if isinstance(found, Sent):
            return found
        return Uncertain(
            _("X says that this text has been posted already, but it was not found. Look on X.")
        )

    def _sent(self, account: Account, post_id: str) -> Sent:
        owner = account.settings.get("username", "").strip().lstrip("@") or "i/web"
        return Sent(post_id, f"https://x.com/{owner}/status/{post_id}")

    def _cannot_look(self, found: _Exchange) -> Retry:
        refused = x_answers.refusal(found.problem) if found.problem else None
        if refused is not None:
            return refused if isinstance(refused, Retry) else Retry(refused.reason)
        if found.error is not None and not found.answered:
            return Retry(explain(found.error))
        return Retry(_("X's answer cannot be read."))

    def _ask(self, account: Account, call: Callable[[Any], Any]) -> _Exchange:
        import tweepy  # only who posts on X pays for loading it

        wire = _Wire(self._api_base, self._limits)
        keys = {key: account.secrets.get(key, "").strip() for key in _KEYS}
        client = tweepy.Client(**keys, wait_on_rate_limit=False)
        with closing(client.session) as session:
            session.mount(PUBLIC_API, wire)
            session.max_redirects = 0
            try:
                return _Exchange(answer=call(client))
            except Exception as error:  # tweepy's errors are many, and some are its own mistakes
                answered = wire.answer is not None
                return _Exchange(None, x_answers.read(wire.answer), error, wire.began, answered)


def _unusable() -> Rejected:
    return Rejected(
        _("The keys of this account cannot be used. Enter them again."), account_broken=True
    )
