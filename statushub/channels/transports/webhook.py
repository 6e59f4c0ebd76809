"""Signed webhooks after the Standard Webhooks specification (https://www.standardwebhooks.com).

Payload: ``body`` (a mapping, sent as JSON, or a string sent as it is) and ``secret``
(``whsec_...``; two separated by a space while one is being replaced: both sign).
The target is the URL. ``webhook-id`` is ``out.uid`` on every attempt, so that a receiver can drop
a repetition; the timestamp is fresh each time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from flask_babel import gettext as _

from statushub.channels.seam import (
    Account,
    Outcome,
    Outgoing,
    Rejected,
    Retry,
    Sent,
    Setting,
)
from statushub.core import clock
from statushub.core.http import Limits, TargetRefused, explain, safe_session
from statushub.core.http_targets import Network

_LIMITS = Limits(connect=5, read=10, total=15, max_bytes=64_000)
_NOT_AN_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)
_LONGEST_WAIT = timedelta(days=1)


class UnusableSecret(Exception):
    """Nothing can be signed with it."""


class WebhookTransport:
    """Posts JSON to a subscriber's URL. Redirects are never followed."""

    name = "webhook"
    label = "Webhook"
    public_post = False
    settings: Sequence[Setting] = ()

    def __init__(self, allow_private: Sequence[Network] = (), limits: Limits = _LIMITS) -> None:
        self._session = safe_session(allow_private, limits)

    def send(self, account: Account, out: Outgoing) -> Outcome:
        """Post it. Anything but 2xx is tried again, as the specification wants; 410 ends it."""
        try:
            body = _body(out.payload["body"])
            headers = _headers(out.uid, body, out.payload["secret"])
        except UnusableSecret:
            return Rejected(_("The signing secret of this webhook cannot be used."))
        try:
            response = self._session.post(
                out.target, data=body.encode(), headers=headers, stream=True
            )
        except TargetRefused as error:
            return Rejected(str(error))
        except _NOT_AN_ADDRESS:
            return Rejected(_("This is not a complete web address."))
        except requests.RequestException as error:
            return Retry(explain(error))
        with response:
            _read_to_the_end(response)
            return _sort(response)

    def find(self, account: Account, out: Outgoing) -> Sent | Retry | None:
        """Never found: receivers cannot be asked. They drop repetitions by webhook-id."""
        return None

    def check(self, account: Account) -> Outcome:
        """Webhooks belong to subscribers; there is no account to check."""
        return Sent()

    def close(self) -> None:
        """Close the kept-open connections."""
        self._session.close()


def _body(body: Any) -> str:
    if isinstance(body, str):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _headers(uid: str, body: str, secrets: str) -> dict[str, str]:
    """The three headers and the type. Raises UnusableSecret."""
    now = clock.now()
    signatures = [_signature(secret, uid, now, body) for secret in secrets.split()]
    if not signatures:
        raise UnusableSecret
    return {
        "Content-Type": "application/json",
        "webhook-id": uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, uid: str, at: datetime, body: str) -> str:
    """``v1,...``. The library wants UTC and refuses secrets in four kinds of error."""
    from standardwebhooks import Webhook

    try:
        return str(Webhook(secret).sign(uid, at, body))
    except Exception as error:
        raise UnusableSecret from error


def _read_to_the_end(response: requests.Response) -> None:
    """So that the connection can be used again. What it says does not matter, nor its loss."""
    with suppress(requests.RequestException):
        _ignored = response.content


def _sort(response: requests.Response) -> Outcome:
    status = response.status_code
    if 200 <= status < 300:
        return Sent(detail=str(status))
    if status == 410:
        return Rejected(_("The receiver says that this webhook is gone (410)."), gone=True)
    if 300 <= status < 400:
        return Rejected(
            _(
                "The receiver redirects elsewhere (%(status)s). Webhooks do not follow: enter the "
                "final address.",
                status=status,
            )
        )
    words = _("The receiver answered with status %(status)s.", status=status)
    return Retry(words, at=_retry_after(response.headers.get("Retry-After", "")))


def _retry_after(value: str) -> datetime | None:
    """Seconds or an HTTP date (RFC 9110 10.2.3), at most a day ahead; None for anything else."""
    now = clock.now()
    try:
        if value.strip().isascii() and value.strip().isdigit():
            at = now + timedelta(seconds=int(value.strip()[:9]))
        else:
            at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at, now), now + _LONGEST_WAIT)
