"""E-mail, handed to the mail server of STATUSHUB_SMTP_URL.

Payload (``str`` unless said otherwise):

- ``subject``, ``text``, and optionally ``html``;
- ``from`` (else the configured sender) and ``envelope_from`` (else the address in ``from``);
- ``headers``: a mapping of further headers (List-Unsubscribe, References, ...). Date,
  MIME-Version and To are the transport's; Message-ID is ``<uid@sender's domain>`` unless given;
- ``vars``: a mapping; ``@@name@@`` in text, html and header values becomes ``vars["name"]``, and
  ``@@uid@@`` and ``@@to@@`` are always there. Values in HTML are escaped.

All but ``vars`` should be the same for every recipient of one message: it is rendered once.
The target is the recipient's address. A lost answer after the last dot is Uncertain; sending again
under the same Message-ID is right then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime, parseaddr
from functools import lru_cache

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
from statushub.channels.transports.email_render import Rendered, bare_address, render
from statushub.channels.transports.smtp_pool import Lost, NoConnection, Reply, SmtpPool, Stage
from statushub.channels.transports.smtp_url import parse_smtp_url
from statushub.core import clock
from statushub.core.errors import ConfigError
from statushub.core.text import clean_line

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NOBODY_THERE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})  # RFC 3463, RFC 7505
_NO_MAILBOX = frozenset({550, 551, 553})


class EmailTransport:
    """Sends mail over kept-open connections. Raises ConfigError for an unusable setting."""

    name = "email"
    label: str = lazy_gettext("E-mail")
    public_post = False
    settings: Sequence[Setting] = ()

    def __init__(self, smtp_url: str | None, mail_from: str = "") -> None:
        self._from = mail_from.strip()
        self._pool: SmtpPool | None = None
        if self._from:
            _check_sender(self._from)
        if smtp_url:
            domain = parseaddr(self._from)[1].rpartition("@")[2]
            self._pool = SmtpPool(parse_smtp_url(smtp_url), ehlo=domain or "localhost")

    def send(self, account: Account, out: Outgoing) -> Outcome:
        """Hand it to the mail server: Sent means that the server took responsibility for it."""
        if self._pool is None:
            return _not_set_up()
        try:
            sender, message_id, message = self._compose(out)
            recipient = bare_address(out.target)
        except ValueError as error:
            return Rejected(str(error))
        try:
            reply = self._pool.deliver(sender, recipient, message)
        except NoConnection as error:
            return _unreachable(error)
        except Lost as error:
            return _lost(error)
        return Sent(message_id, detail=_said(reply)) if reply.accepted else _refusal(reply)

    def find(self, account: Account, out: Outgoing) -> Sent | Retry | None:
        """Never found: nobody can look into other people's mailboxes."""
        return None

    def check(self, account: Account) -> Outcome:
        """Connect, sign in, do nothing, leave."""
        if self._pool is None:
            return Rejected(_not_set_up().reason, account_broken=True)
        try:
            self._pool.check()
        except NoConnection as error:
            words = _unreachable(error).reason
            return Rejected(words, account_broken=True) if error.auth else Retry(words)
        return Sent(detail=f"{self._pool.server.host}:{self._pool.server.port}")

    def close(self) -> None:
        """Leave the mail server."""
        if self._pool is not None:
            self._pool.close()

    def _compose(self, out: Outgoing) -> tuple[str, str, bytes]:
        """Envelope sender, Message-ID and the message. Raises ValueError with the reason."""
        payload = out.payload
        rendered = _rendered(
            payload.get("from") or self._from,
            payload["subject"],
            payload["text"],
            payload.get("html") or "",
            tuple((payload.get("headers") or {}).items()),
            payload.get("envelope_from") or "",
        )
        values = {
            **(payload.get("vars") or {}),
            "uid": out.uid,
            "to": bare_address(out.target),
            "date": format_datetime(clock.now()),
        }
        message_id, message = rendered.filled(values)
        return rendered.sender, message_id, message


@lru_cache(maxsize=32)
def _rendered(
    sender: str,
    subject: str,
    text: str,
    html_text: str,
    headers: tuple[tuple[str, str], ...],
    envelope_from: str,
) -> Rendered:
    return render(
        sender=sender,
        subject=subject,
        text=text,
        html_text=html_text,
        headers=dict(headers),
        envelope_from=envelope_from,
    )


def _check_sender(mail_from: str) -> None:
    try:
        render(sender=mail_from, subject="", text="")
    except ValueError as error:
        raise ConfigError(
            "STATUSHUB_MAIL_FROM must be an e-mail address, for example "
            "Acme Status <status@example.com>."
        ) from error


def _not_set_up() -> Retry:
    words = _("No mail server is set up. Set STATUSHUB_SMTP_URL and start StatusHub again.")
    return Retry(words, account_wide=True)


def _unreachable(error: NoConnection) -> Retry:
    said = clean_line(str(error))[:200]
    if error.auth:
        words = _("The mail server does not accept the user name and password: %(said)s", said=said)
    else:
        words = _("The mail server cannot be reached: %(said)s", said=said)
    return Retry(words, account_wide=True)


def _lost(error: Lost) -> Retry | Uncertain:
    if error.stage is Stage.MESSAGE:
        return Uncertain(_("The connection broke before the mail server confirmed the message."))
    return Retry(_("The connection to the mail server broke."))


def _refusal(reply: Reply) -> Retry | Rejected:
    """4xx may pass later, 5xx never will (RFC 5321 4.2.1). An enhanced code says it better than
    550, which servers also answer to unwelcome senders."""
    words = _("The mail server says: %(said)s", said=_said(reply))
    if reply.code < 500:
        return Retry(words, account_wide=reply.stage is Stage.SENDER or reply.code == 421)
    enhanced = _ENHANCED.search(reply.words)
    at_recipient = reply.stage is Stage.RECIPIENT and reply.code in _NO_MAILBOX
    gone = enhanced[1] in _NOBODY_THERE if enhanced else at_recipient
    return Rejected(words, gone=gone)


def _said(reply: Reply) -> str:
    return clean_line(f"{reply.code} {reply.words}")[:300]
