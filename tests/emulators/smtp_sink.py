"""A mail server (aiosmtpd) that keeps what it takes, and misbehaves when told to.

As a command it writes one JSON line a mail; ``--headers-only`` leaves the raw message out.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import json
import re
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default as policy
from functools import cached_property
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HEADERS = (
    "Message-ID",
    "Subject",
    "From",
    "To",
    "References",
    "In-Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
)


@dataclass
class Fault:
    """What goes wrong at the next ``times`` commands of ``stage`` (CONNECT, MAIL, RCPT or DATA,
    which is the message) for recipients that match ``to``.

    ``reply``: the answer. ``drop``: cut the connection instead; a message is kept first when
    ``keep``. ``delay``: seconds before the answer.
    """

    stage: str
    reply: str = ""
    drop: bool = False
    keep: bool = False
    delay: float = 0.0
    to: str = ""
    times: int = 1


@dataclass
class Mail:
    """One mail taken from one session to one recipient."""

    sender: str
    to: str
    raw: bytes
    taken_at: float = field(default_factory=time.time)

    @cached_property
    def message(self) -> EmailMessage:
        """Parsed."""
        parsed = email.message_from_bytes(self.raw, policy=policy)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain part, decoded."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part, decoded."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else part.get_content().replace("\r\n", "\n")

    def as_json(self, raw: bool = True) -> dict[str, Any]:
        """For a line of the command's file: envelope, :data:`HEADERS` and the raw message."""
        said = {"sender": self.sender, "rcpt": self.to, "taken_at": self.taken_at}
        said |= {name: str(self.message[name] or "") for name in HEADERS}
        return said | ({"raw": self.raw.decode("latin-1")} if raw else {})


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        extra = ["250-PIPELINING"] if self.sink.pipelining else []
        return [*responses[:-1], *extra, responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return await self._fault(server, "MAIL", "") or self._from(envelope, address)

    def _from(self, envelope: Envelope, address: str) -> str:
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = await self._fault(server, "RCPT", address)
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        mails = [Mail(envelope.mail_from or "", to, raw) for to in envelope.rcpt_tos]
        fault = self.sink.next_fault("DATA", envelope.rcpt_tos[0])
        if fault is None or fault.keep:
            self.sink.keep(mails)
        if fault is None:
            return f"250 2.0.0 OK queued as {len(self.sink.mails)}"
        return await self._do(server, fault)

    async def _fault(self, server: SMTP, stage: str, to: str) -> str:
        fault = self.sink.next_fault(stage, to)
        return "" if fault is None else await self._do(server, fault)

    async def _do(self, server: SMTP, fault: Fault) -> str:
        await asyncio.sleep(fault.delay)
        if fault.drop and server.transport is not None:
            server.transport.abort()
            await asyncio.sleep(0)
        return fault.reply or "250 OK"


class SmtpSink:
    """A mail server on 127.0.0.1. ``mails`` is what it took; ``connections`` counts sessions."""

    def __init__(
        self,
        port: int = 0,
        *,
        pipelining: bool = False,
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        out: Path | None = None,
        headers_only: bool = False,
    ) -> None:
        self.port = port
        self.pipelining = pipelining
        self.mails: list[Mail] = []
        self.faults: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self._tls, self._login = tls, login
        self._out, self._headers_only = out, headers_only
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @property
    def url(self) -> str:
        """For STATUSHUB_SMTP_URL, without credentials."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        return self.counts["connections"]

    def fail(self, *faults: Fault) -> None:
        """Script what goes wrong next."""
        with self._lock:
            self.faults += [Fault(**vars(fault)) for fault in faults]

    def next_fault(self, stage: str, to: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.stage == stage and re.search(fault.to, to):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    def keep(self, mails: list[Mail]) -> None:
        with self._lock:
            self.mails += mails
            if self._out is not None:
                with self._out.open("a") as lines:
                    for mail in mails:
                        lines.write(json.dumps(mail.as_json(not self._headers_only)) + "\n")

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Mail]:
        """The mails once there are ``count``; AssertionError when they do not come in time."""
        until = time.monotonic() + seconds
        while len(self.mails) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.mails) >= count, f"{len(self.mails)} of {count} mails came"
        return list(self.mails)

    def hang_up(self) -> None:
        """Close every session now, as a server does with idle ones."""
        for session in list(self._sessions):
            transport = session.transport
            if transport is not None:
                self._loop.call_soon_threadsafe(transport.close)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the mail server did not start")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def __enter__(self) -> SmtpSink:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _session(self) -> SMTP:
        self.counts["connections"] += 1
        session = SMTP(
            _Handler(self),
            hostname="sink.test",
            loop=self._loop,
            tls_context=self._tls,
            authenticator=self._authenticate if self._login else None,
            auth_required=self._login is not None,
            auth_require_tls=self._tls is not None,
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and (
            (data.login.decode(), data.password.decode()) == self._login
        )
        return AuthResult(success=right, handled=False)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        serving = self._loop.create_server(self._session, "127.0.0.1", self.port)
        self._server = self._loop.run_until_complete(serving)
        self.port = self._server.sockets[0].getsockname()[1]
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(self._leave())
        self._loop.close()

    async def _leave(self) -> None:
        assert self._server is not None
        self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        tasks = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def read_lines(out: Path) -> list[dict[str, Any]]:
    """What a run of the command wrote."""
    return [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--headers-only", action="store_true")
    parser.add_argument("--pipelining", action="store_true")
    given = parser.parse_args()
    sink = SmtpSink(
        given.port,
        out=given.out,
        headers_only=given.headers_only,
        pipelining=given.pipelining,
    )
    sink.start()
    print(sink.port, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sink.stop()


if __name__ == "__main__":
    main()
