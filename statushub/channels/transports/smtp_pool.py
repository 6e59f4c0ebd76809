"""Connections to the mail server, kept open and shared by the worker's threads (RFC 5321).

One message costs four round trips, or two where the server speaks PIPELINING (RFC 2920); opening
a connection costs more than that, so each is used again until it has rested too long.
"""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from dataclasses import dataclass
from enum import Enum

from statushub.channels.transports.smtp_url import Security, SmtpServer

_TIMEOUT = 20.0  # seconds for each command
_AFTER_DOT = 60.0  # seconds: filters read the whole message before they answer
_REST_MAX = 30.0  # seconds that a connection may lie idle; servers close them after minutes
_OK = 250
_GO_AHEAD = 354
_CLOSING = 421


class Stage(Enum):
    """How far a message came."""

    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    MESSAGE = "."


@dataclass(frozen=True)
class Reply:
    """The server's last word on a message: accepted if it is 250 at Stage.MESSAGE."""

    stage: Stage
    code: int
    words: str

    @property
    def goes_on(self) -> bool:
        """The envelope may continue; RCPT's 251 and 252 are acceptances too."""
        return self.code == _GO_AHEAD if self.stage is Stage.DATA else 200 <= self.code < 300

    @property
    def accepted(self) -> bool:
        return self.stage is Stage.MESSAGE and self.code == _OK


class NoConnection(Exception):
    """The server cannot be reached or does not let us in; ``auth``: because of the password."""

    def __init__(self, words: str, auth: bool = False) -> None:
        self.auth = auth
        super().__init__(words)


class Lost(Exception):
    """The connection broke. ``stage`` MESSAGE: after the final dot, so the mail may be taken."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        super().__init__(f"connection lost at {stage.value}")


class _Connection:
    """One SMTP session. ``stage`` is how far the message in hand has come."""

    def __init__(self, server: SmtpServer, ehlo: str) -> None:
        self.smtp = _connect(server, ehlo)
        self.stage = Stage.SENDER
        self.used = False
        self.rested_at = time.monotonic()

    def deliver(self, sender: str, recipient: str, message: bytes) -> Reply:
        """One message (wire form, ended by CRLF) to one recipient. Raises Lost."""
        envelope = {
            Stage.SENDER: f"MAIL FROM:<{sender}>\r\n",
            Stage.RECIPIENT: f"RCPT TO:<{recipient}>\r\n",
            Stage.DATA: "DATA\r\n",
        }
        try:
            if refused := self._refusal(envelope):
                return refused
            self.smtp.send(message + b".\r\n")
            self.stage = Stage.MESSAGE
            return self._finish()
        except (OSError, smtplib.SMTPException) as error:
            self.smtp.close()
            raise Lost(self.stage) from error

    def _refusal(self, envelope: dict[Stage, str]) -> Reply | None:
        """Say the envelope; None when the server waits for the message."""
        at_once = self.smtp.has_extn("pipelining")
        if at_once:
            self.smtp.send("".join(envelope.values()))
        refused: Reply | None = None
        for self.stage, command in envelope.items():
            if not at_once:
                self.smtp.send(command)
            reply = _reply(self.smtp, self.stage)
            if not reply.goes_on:
                refused = refused or reply
            if refused and not at_once:
                break
        if refused:
            self._abandon(refused, message_awaited=at_once and reply.goes_on)
        return refused

    def _finish(self) -> Reply:
        """The answer to the final dot, which takes servers with filters long."""
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(_AFTER_DOT)
        reply = _reply(self.smtp, Stage.MESSAGE)
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(_TIMEOUT)
        return reply

    def _abandon(self, refused: Reply, message_awaited: bool) -> None:
        """Bring the session back to its beginning. DATA may have been taken although the only
        recipient was not; RFC 2920 3.1 then wants an empty message."""
        if message_awaited:
            self.smtp.send(b".\r\n")
            self.smtp.getreply()
        if refused.code != _CLOSING:
            self.smtp.rset()

    @property
    def is_open(self) -> bool:
        return self.smtp.sock is not None

    def quit(self) -> None:
        """Say good-bye, if anybody listens."""
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()


def _reply(smtp: smtplib.SMTP, stage: Stage) -> Reply:
    code, words = smtp.getreply()
    return Reply(stage, code, words.decode("utf-8", "replace"))


def _connect(server: SmtpServer, ehlo: str) -> smtplib.SMTP:
    smtp: smtplib.SMTP | None = None
    try:
        if server.security is Security.IMPLICIT:
            context = ssl.create_default_context()
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, ehlo, timeout=_TIMEOUT, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, ehlo, timeout=_TIMEOUT)
        smtp.ehlo_or_helo_if_needed()
        _secure(smtp, server)
        if server.user:
            smtp.login(server.user, server.password)
        return smtp
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        raise _no_connection(error) from error


def _secure(smtp: smtplib.SMTP, server: SmtpServer) -> None:
    """STARTTLS. Without being asked for it, any certificate will do: eavesdropping is harder
    than in the clear, and refusing would only mean the clear (RFC 7435)."""
    if server.security is Security.IMPLICIT:
        return
    offered = smtp.has_extn("starttls")
    if server.security is Security.STARTTLS:
        if not offered:
            raise smtplib.SMTPNotSupportedError("The mail server offers no encryption.")
        smtp.starttls(context=ssl.create_default_context())
    elif offered:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        smtp.starttls(context=context)
    smtp.ehlo_or_helo_if_needed()  # once more: what was said in the clear is forgotten


def _no_connection(error: Exception) -> NoConnection:
    auth = isinstance(error, smtplib.SMTPAuthenticationError)
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return NoConnection(f"{error.smtp_code} {words}", auth and error.smtp_code >= 500)
    return NoConnection(str(error) or type(error).__name__)


class SmtpPool:
    """Hands out connections; as many as there are threads sending at one moment."""

    def __init__(self, server: SmtpServer, ehlo: str = "localhost") -> None:
        self.server = server
        self._ehlo = ehlo
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def deliver(self, sender: str, recipient: str, message: bytes) -> Reply:
        """Hand in one message. Raises NoConnection and Lost.

        A rested connection that turns out to be closed is replaced once: nothing was said yet.
        """
        connection = self._take()
        try:
            reply = connection.deliver(sender, recipient, message)
        except Lost as lost:
            if not connection.used or lost.stage is not Stage.SENDER:
                raise
        else:
            stale = connection.used and reply.code == _CLOSING and reply.stage is Stage.SENDER
            self._give_back(connection, keep=reply.code != _CLOSING)
            if not stale:
                return reply
        return self._deliver_afresh(sender, recipient, message)

    def _deliver_afresh(self, sender: str, recipient: str, message: bytes) -> Reply:
        connection = _Connection(self.server, self._ehlo)
        reply = connection.deliver(sender, recipient, message)
        self._give_back(connection, keep=reply.code != _CLOSING)
        return reply

    def check(self) -> None:
        """Connect, greet, sign in, do nothing, leave. Raises NoConnection."""
        connection = _Connection(self.server, self._ehlo)
        try:
            connection.smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise _no_connection(error) from error
        finally:
            connection.quit()

    def close(self) -> None:
        """Leave politely. Connections in use are closed when they come back too late to rest."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.quit()

    def _take(self) -> _Connection:
        fresh_since = time.monotonic() - _REST_MAX
        with self._lock:
            rested = [one for one in self._idle if one.rested_at < fresh_since]
            self._idle = [one for one in self._idle if one.rested_at >= fresh_since]
            connection = self._idle.pop() if self._idle else None
        for one in rested:
            one.quit()
        return connection or _Connection(self.server, self._ehlo)

    def _give_back(self, connection: _Connection, keep: bool) -> None:
        if not keep or not connection.is_open:
            connection.smtp.close()
            return
        connection.used, connection.rested_at = True, time.monotonic()
        with self._lock:
            self._idle.append(connection)
