"""``statushub serve``: a light supervisor of the site, the publisher and the delivery worker."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO
from urllib.parse import urlsplit, urlunsplit

from statushub.config import Settings
from statushub.serving.children import Child
from statushub.serving.logs import log_to_stderr

TICK = 0.1
WORKER_GRACE = 20.0  # to finish the message in hand
PUBLISHER_GRACE = 5.0
SITE_GRACE = 10.0
READY_SECONDS = 60.0
HOPELESS_DEATHS = 3
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound


def serve(
    settings: Settings,
    host: str,
    port: int,
    workers: int = 1,
    with_worker: bool = True,
    lines: Sequence[str] = (),
) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code: 0 after a clean stop, 1 when the
    port is taken or the site does not come up. ``port`` 0 takes any free one. ``lines`` are
    printed once the site answers, with the address as it is then."""
    try:
        port = free_port(host, port)
    except OSError as error:
        _say(_why_not(host, port, error), sys.stderr)
        return 1
    _raise_file_limit()
    log_to_stderr()
    return Supervisor(settings, host, port, workers, with_worker).run(lines)


def free_port(host: str, port: int) -> int:
    """``port`` if we can have it, for 0 one that is free. Raises OSError. Asked without
    SO_REUSEPORT, so that a server that is already there is noticed rather than joined."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)
        found: int = probe.getsockname()[1]
        return found


class Supervisor:
    """Starts the children, starts them again when they die, stops them in the right order: the
    worker first (nothing half-sent), the site last (the page stays up to the end)."""

    def __init__(
        self, settings: Settings, host: str, port: int, workers: int, with_worker: bool
    ) -> None:
        self._host = host
        self._port = port
        self._asked_url = settings.base_url
        self._base_url = base_url(settings.base_url, port)
        self._signals: list[int] = []
        env = self._environment(settings)
        place = ["--host", host, "--port", str(port), "--workers", str(workers)]
        self._site = Child(
            "site", _module("statushub.serving.site_process", *place), env, SITE_GRACE
        )
        self._publisher = Child(
            "publisher", _module("statushub.serving.publisher_process"), env, PUBLISHER_GRACE
        )
        self._worker = Child("worker", _module("statushub", "worker"), env, WORKER_GRACE)
        self._children = [self._site, self._publisher]
        if with_worker:
            self._children.append(self._worker)

    def run(self, lines: Sequence[str]) -> int:
        """Serve. Returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        ready = False
        give_up_at = time.monotonic() + READY_SECONDS
        while not self._signals:
            for child in self._children:
                child.tend()
            if not ready and self._answers():
                ready = True
                self._announce(lines)
            elif not ready and self._hopeless(give_up_at):
                _say("The site does not come up; the reason is above.", sys.stderr)
                self._stop()
                return 1
            time.sleep(TICK)
        self._stop()
        return 0

    def _environment(self, settings: Settings) -> dict[str, str]:
        """What the children read their settings from: ours, with what the command line said."""
        return {
            **os.environ,
            "STATUSHUB_DATA_DIR": str(settings.data_dir),
            "STATUSHUB_DATABASE_URL": settings.database_url,
            "STATUSHUB_BASE_URL": self._base_url,
            "STATUSHUB_HOST": self._host,
            "STATUSHUB_PORT": str(self._port),
            "PYTHONUNBUFFERED": "1",
        }

    def _on_signal(self, number: int, _frame: object) -> None:
        self._signals.append(number)

    def _announce(self, lines: Sequence[str]) -> None:
        for line in lines:
            _say(line.replace(self._asked_url, self._base_url), sys.stdout)

    def _answers(self) -> bool:
        """Whether the site takes connections."""
        try:
            with socket.create_connection((_ANY.get(self._host, self._host), self._port), 0.2):
                return True
        except OSError:
            return False

    def _hopeless(self, give_up_at: float) -> bool:
        return self._site.deaths >= HOPELESS_DEATHS or time.monotonic() > give_up_at

    def _stop(self) -> None:
        """A second signal while we wait means: at once."""
        self._signals.clear()
        self._worker.ask_to_stop()
        self._worker.wait(self._signals)
        for child in (self._publisher, self._site):
            child.ask_to_stop()
        for child in (self._publisher, self._site):
            child.wait(self._signals)


def base_url(configured: str, port: int) -> str:
    """The public address, with the port that was found where port 0 was asked for."""
    parts = urlsplit(configured)
    if parts.port != 0:
        return configured
    return urlunsplit(parts._replace(netloc=f"{parts.hostname}:{port}"))


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _say(line: str, stream: TextIO) -> None:
    with suppress(OSError):  # nobody listens any more (a closed pipe)
        stream.write(f"{line}\n")
        stream.flush()


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is already taken. Stop what runs there, or choose another "
            "one: statushub serve --port 8080"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has. Choose one above 1023."
    return f"Cannot listen at {host}, port {port}: {error.strerror or error}."


def _raise_file_limit() -> None:
    """As many connections as the system allows, rather than the shell's 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
