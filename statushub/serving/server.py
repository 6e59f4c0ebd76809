"""``statushub serve``: a light supervisor of the site, the publisher and the delivery worker."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import NoReturn, TextIO
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
_HEAVY = "flask"  # whoever imported this has the whole application in memory
_PLAN = "STATUSHUB_SERVE_PLAN"
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
    address = base_url(settings.base_url, port)
    plan = Plan(
        host=host,
        port=port,
        workers=workers,
        with_worker=with_worker,
        lines=[line.replace(settings.base_url, address) for line in lines],
    )
    env = _environment(settings, plan, address)
    if _HEAVY in sys.modules:
        _start_afresh(plan, env)
    return Supervisor(plan, env).run()


@dataclass(frozen=True)
class Plan:
    """What to run and what to say."""

    host: str
    port: int
    workers: int
    with_worker: bool
    lines: Sequence[str]


def main() -> int:
    """The supervisor in the process that :func:`serve` left for it."""
    env = dict(os.environ)
    plan = Plan(**json.loads(env.pop(_PLAN)))
    return Supervisor(plan, env).run()


def _start_afresh(plan: Plan, env: Mapping[str, str]) -> NoReturn:
    """Go on as a process that never saw the application: a supervisor that lives for months
    needs 15 MB, not 100. The plan goes by the environment, which other users cannot read: it
    may hold the set-up link."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = _module("statushub.serving.server")
    os.execve(command[0], command, {**env, _PLAN: json.dumps(asdict(plan))})  # noqa: S606 - ourselves


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

    def __init__(self, plan: Plan, env: Mapping[str, str]) -> None:
        self._plan = plan
        self._signals: list[int] = []
        place = ["--host", plan.host, "--port", str(plan.port), "--workers", str(plan.workers)]
        self._site = Child(
            "site", _module("statushub.serving.site_process", *place), env, SITE_GRACE
        )
        self._publisher = Child(
            "publisher", _module("statushub.serving.publisher_process"), env, PUBLISHER_GRACE
        )
        self._worker = Child("worker", _module("statushub", "worker"), env, WORKER_GRACE)
        self._children = [self._site, self._publisher]
        if plan.with_worker:
            self._children.append(self._worker)

    def run(self) -> int:
        """Serve. Returns the exit code."""
        log_to_stderr()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        ready = False
        give_up_at = time.monotonic() + READY_SECONDS
        while not self._signals:
            for child in self._children:
                child.tend()
            if not ready and self._answers():
                ready = True
                for line in self._plan.lines:
                    _say(line, sys.stdout)
            elif not ready and self._hopeless(give_up_at):
                _say("The site does not come up; the reason is above.", sys.stderr)
                self._stop()
                return 1
            time.sleep(TICK)
        self._stop()
        return 0

    def _on_signal(self, number: int, _frame: object) -> None:
        self._signals.append(number)

    def _answers(self) -> bool:
        """Whether the site takes connections."""
        host = _ANY.get(self._plan.host, self._plan.host)
        try:
            with socket.create_connection((host, self._plan.port), 0.2):
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


def _environment(settings: Settings, plan: Plan, address: str) -> dict[str, str]:
    """What the children read their settings from: ours, with what the command line said."""
    return {
        **os.environ,
        "STATUSHUB_DATA_DIR": str(settings.data_dir),
        "STATUSHUB_DATABASE_URL": settings.database_url,
        "STATUSHUB_BASE_URL": address,
        "STATUSHUB_HOST": plan.host,
        "STATUSHUB_PORT": str(plan.port),
        "PYTHONUNBUFFERED": "1",
    }


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


if __name__ == "__main__":
    sys.exit(main())
