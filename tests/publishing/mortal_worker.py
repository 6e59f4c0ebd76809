"""Workers that are made to be killed: ``python -m tests.publishing.mortal_worker``.

A warm parent that never touches the database forks a worker for each line of JSON on its input,
and prints the child's process id. ``die_at`` names a moment at which the child kills itself with
SIGKILL, the ``nth`` time it comes by; without it the child works until somebody kills it, or until
SIGTERM asks it to stop in good order.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import tweepy  # noqa: F401 - loaded once here instead of in every child
import twitter_text  # noqa: F401

from statushub.channels.transports.email import EmailTransport
from statushub.channels.transports.webhook import WebhookTransport
from statushub.channels.transports.x import XTransport
from statushub.factory import create_app
from statushub.publishing import leasing, sending, settling
from statushub.publishing.worker import Worker

LEASE = 0.8

# Moment → where it is, and whether the child dies before or after that call.
MOMENTS: dict[str, tuple[Any, str, str]] = {
    "claimed": (leasing, "claim", "after"),
    "about to begin a post": (sending, "_begin", "before"),
    "post begun": (XTransport, "send", "before"),
    "posted": (XTransport, "send", "after"),
    "post being written down": (settling, "note_post", "before"),
    "looked for": (XTransport, "find", "after"),
    "mailed": (EmailTransport, "send", "after"),
    "webhook called": (WebhookTransport, "send", "after"),
    "settling": (settling, "settle", "before"),
    "settled": (settling, "settle", "after"),
}


def _arm(die_at: str, nth: int) -> None:
    where, name, side = MOMENTS[die_at]
    call: Callable[..., Any] = getattr(where, name)
    left = [nth]

    def mortal(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if side == "before" and left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*args, **kwargs)
        if side == "after" and left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(where, name, mortal)


def _work(app: Any, order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if order.get("die_at"):
        _arm(order["die_at"], order.get("nth", 1))
    Worker(app, concurrency=2, lease=LEASE).run(stop)


def main() -> None:
    """Fork until the input ends."""
    app = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the kernel
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                _work(app, order)
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
