"""StatusHub as a person starts it: the command, a folder of its own, and what it prints."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 40.0


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """One installation in ``home``. Settings given here are all that it sees of ours."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "stderr.log"
        self._out = home / "stdout.log"
        self.log.touch()
        self._process: subprocess.Popen[bytes] | None = None
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "STATUSHUB_DATA_DIR": str(home / "data"),
            "STATUSHUB_BASE_URL": self.url,
            **settings,
        }

    def command(
        self, *words: str, stdin: str = "", seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """``statushub WORDS`` run to its end."""
        return subprocess.run(
            [sys.executable, "-m", "statushub", *words],
            cwd=self.home,
            env=self._env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def make_tables(self) -> None:
        """As the messages of the other commands advise before a first start."""
        done = self.command("db", "upgrade")
        assert done.returncode == 0, done.stderr

    def add_person(self, email: str, name: str, role: str, password: str) -> None:
        """By the command, before there is anybody who could invite."""
        words = ("user", "add", email, "--name", name, "--role", role, "--password-stdin")
        done = self.command(*words, stdin=password + "\n")
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """``statushub serve``, until the site answers."""
        with self.log.open("a") as log, self._out.open("a") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "statushub", "serve", "--port", str(self.port)],
                cwd=self.home,
                env=self._env,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_speaks()

    @property
    def printed(self) -> str:
        """What it told whoever started it."""
        return self._out.read_text()

    def _wait_until_it_speaks(self) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_SECONDS
        while "/desk/" not in self.printed:
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    @property
    def setup_link(self) -> str:
        """The one-time link, out of what was printed."""
        found = re.search(r"http\S+/desk/setup\?token=\S+", self.printed)
        assert found, self.printed
        return found.group()

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(STOP_SECONDS)

    def end(self) -> None:
        """Whatever happened before: nothing of it runs any more."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def complaints(self) -> list[str]:
        """Lines of its log that speak of something broken."""
        bad = re.compile(r"Traceback|ERROR|CRITICAL|Warning:|Exception")
        return [line for line in self.log.read_text().splitlines() if bad.search(line)]
