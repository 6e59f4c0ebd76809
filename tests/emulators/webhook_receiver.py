"""Somebody's webhook endpoint: verifies signatures with the standardwebhooks library.

It knows ``secrets`` and says for each call which of them fits. :class:`Answer` scripts what it
answers. As a command it writes one JSON line a call (``--secret`` may be given several times).
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.emulators.http_base import Handler, Served, serve_until_told


@dataclass
class Answer:
    """One scripted answer. ``cut``: reset the connection instead; ``drip``: send the body a byte
    every that many seconds; ``delay``: seconds before it."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False
    drip: float = 0.0


@dataclass
class Call:
    """One request as it came. ``signed_by`` is the secret that verifies it, if one does."""

    path: str
    headers: dict[str, str]
    body: str
    signed_by: str | None
    at: float = field(default_factory=time.time)

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def verifies(self, secret: str) -> bool:
        """Does the signature hold under ``secret``, now?"""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except (WebhookVerificationError, ValueError):
            return False
        return True


class _ReceiverHandler(Handler):
    def do_POST(self) -> None:
        receiver: WebhookReceiver = self.server.owner  # type: ignore[attr-defined]
        body = self.read_body().decode()
        if self.path == "/_emulator/secrets":
            receiver.secrets.append(body.strip())
            self.answer(204)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.take(Call(self.path, headers, body, None))
        answer = receiver.next_answer()
        receiver.stopping.wait(answer.delay)
        if answer.cut:
            self.cut()
        elif answer.drip:
            self._drip(answer, receiver.stopping)
        else:
            self.answer(answer.status, answer.body, answer.headers, "text/plain")

    def do_GET(self) -> None:
        self.do_POST()

    def _drip(self, answer: Answer, stopping: threading.Event) -> None:
        """Header lines without end, one byte at a time."""
        self.connection.sendall(f"HTTP/1.1 {answer.status} OK\r\nX-Slow: ".encode())
        while not stopping.wait(answer.drip):
            try:
                self.connection.sendall(b"a")
            except OSError:
                break
        self.close_connection = True


class WebhookReceiver(Served):
    """A receiver on 127.0.0.1. ``calls`` is what came; answers are 200 unless scripted."""

    handler = _ReceiverHandler

    def __init__(
        self, port: int = 0, secrets: tuple[str, ...] = (), out: Path | None = None
    ) -> None:
        super().__init__(port)
        self.secrets = list(secrets)
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self.always = Answer()
        self.stopping = threading.Event()
        self._out = out
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where to send."""
        return f"{self.base}/hook"

    def answer(self, *answers: Answer) -> None:
        """Script the next answers."""
        with self._lock:
            self.answers += answers

    def next_answer(self) -> Answer:
        with self._lock:
            return self.answers.pop(0) if self.answers else self.always

    def take(self, call: Call) -> None:
        call.signed_by = next((one for one in self.secrets if call.verifies(one)), None)
        with self._lock:
            self.calls.append(call)
            if self._out is not None:
                with self._out.open("a") as lines:
                    lines.write(json.dumps(asdict(call)) + "\n")

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Call]:
        """The calls once there are ``count``; AssertionError when they do not come in time."""
        until = time.monotonic() + seconds
        while len(self.calls) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.calls) >= count, f"{len(self.calls)} of {count} calls came"
        return list(self.calls)

    def stop(self) -> None:
        self.stopping.set()
        super().stop()


def read_lines(out: Path) -> list[Call]:
    """What a run of the command wrote."""
    if not out.exists():
        return []
    return [Call(**json.loads(line)) for line in out.read_text().splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    serve_until_told(WebhookReceiver(given.port, tuple(given.secret), given.out))


if __name__ == "__main__":
    main()
