"""The commands at a terminal: a bar that moves, and Ctrl-C as a keyboard sends it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from statushub.core.clock import parse_iso
from statushub.demo.story import story
from tests.cli.test_commands import ROOT

_PATIENCE = 60.0  # seconds; a loaded machine starts slowly


class Terminal:
    """A command at a terminal of its own, in a data directory of its own."""

    def __init__(self, data_dir: Path, *arguments: str, port: int = 0) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("STATUSHUB_")}
        env = inherited | {
            "STATUSHUB_DATA_DIR": str(data_dir),
            "STATUSHUB_PORT": str(port),
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
        }
        self.shown = ""
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            command = [sys.executable, "-m", "statushub", *arguments]
            os.execve(command[0], command, env)

    def press(self, keys: bytes) -> None:
        """What a keyboard sends; the terminal makes a signal of Ctrl-C."""
        os.write(self._screen, keys)

    def read(self, until: str = "") -> str:
        """What is on the screen once ``until`` is there, or once the command has ended."""
        end = time.monotonic() + _PATIENCE
        while not until or until not in self.shown:
            assert time.monotonic() < end, self.shown
            if select.select([self._screen], [], [], 0.2)[0]:
                try:
                    some = os.read(self._screen, 65_536)
                except OSError:  # Linux says so when nobody writes any more
                    break
                self.shown += some.decode(errors="replace")
        return self.shown

    def end(self) -> int:
        """The exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def clear_up(self) -> None:
        """End it whatever it does."""
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._screen)


@contextmanager
def terminal(data_dir: Path, *arguments: str, port: int = 0) -> Iterator[Terminal]:
    """A command at a terminal, for a while."""
    at = Terminal(data_dir, *arguments, port=port)
    try:
        yield at
    finally:
        at.clear_up()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_an_import_shows_a_bar_that_comes_to_its_end(data_dir: Path, tmp_path: Path) -> None:
    with terminal(data_dir, "db", "upgrade") as at:
        at.read()
        assert at.end() == 0
    raw = story(parse_iso("2026-03-02T12:00:00Z"))
    updates = sum(len(one["incident_updates"]) for one in raw["incidents"])
    updates += sum(len(one["incident_updates"]) for one in raw.get("scheduled_maintenances", []))
    page = tmp_path / "page.json"
    page.write_text(json.dumps(raw))
    with terminal(data_dir, "import", "statuspage", str(page)) as at:
        shown = at.read()
        assert at.end() == 0
    assert f"0/{updates}" in shown
    assert f"{updates}/{updates}" in shown
    assert "rows added" in shown


def test_ctrl_c_at_the_terminal_stops_site_and_worker_without_a_complaint(data_dir: Path) -> None:
    with terminal(data_dir, "serve") as at:
        at.read(until="/desk/setup?token=")
        time.sleep(3)  # the worker and the renderer are at work
        at.press(b"\x03")
        shown = at.read()
        assert at.end() == 0
    after = shown.split("^C")[1]
    assert after.strip() == ""
    port = int(shown.split("http://127.0.0.1:")[1].split("/")[0])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
