"""What the chapters share: the product, the world around it, the people in their windows."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.emulators.smtp_sink import Mail, SmtpSink
from tests.emulators.webhook_receiver import WebhookReceiver
from tests.emulators.x_api import XEmulator
from tests.walk.looks import look
from tests.walk.product import Product
from tests.walk.windows import Windows

T = TypeVar("T")
PASSWORD = "a quiet harbour at dawn"


def until(ask: Callable[[], T], what: str, seconds: float = 20.0) -> T:
    """The first true answer; AssertionError naming ``what`` when it does not come in time."""
    limit = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < limit, f"{what}: not within {seconds} s"
        time.sleep(0.05)


@dataclass
class Walk:
    """The state of the story. ``owner``, ``kim`` (communications manager) and ``vera`` (viewer)
    are pages of browser windows."""

    product: Product
    mail: SmtpSink
    network: XEmulator
    receiver: WebhookReceiver
    windows: Windows
    owner: Any = None
    kim: Any = None
    vera: Any = None
    incident: str = ""
    updates: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def look(self, page: Any, name: str) -> None:
        """Once for every name. What is wrong there fails the walk at its end."""
        if name not in self.seen:
            self.seen.add(name)
            self.windows.problems += look(page, name)

    def get(self, path: str) -> str:
        """What anybody gets there; AssertionError unless 200."""
        with urllib.request.urlopen(self.product.url + path, timeout=10) as answer:
            return str(answer.read().decode())

    def get_json(self, path: str) -> Any:
        return json.loads(self.get(path))

    def mails_to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mail.mails if mail.to == address]

    def mail_to(self, address: str, words: str) -> Mail:
        """The newest mail to ``address`` with ``words`` in subject or text, once it is there."""

        def newest() -> Mail | None:
            found = [m for m in self.mails_to(address) if words in m.subject + m.text]
            return found[-1] if found else None

        found = until(newest, f"a mail to {address} with {words!r}")
        assert found is not None
        return found

    def visible(self, words: str, *paths: str, seconds: float = 1.0) -> None:
        """``words`` stand on every one of ``paths`` within ``seconds`` from now."""
        limit = time.monotonic() + seconds
        for path in paths:
            left = max(limit - time.monotonic(), 0.0)
            until(lambda path=path: words in self.get(path), f"{words!r} on {path}", left)  # type: ignore[misc] # a default argument holds the loop's value

    def status_of(self, request: urllib.request.Request) -> int:
        """The answer's status, whatever it is."""
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
