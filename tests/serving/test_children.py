from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from statushub.serving import children as children_module
from statushub.serving.children import Child
from statushub.serving.server import base_url
from tests.serving.raw import until

PATIENT = "import time, pathlib; pathlib.Path('{file}').touch(); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + PATIENT


def child(code: str, file: Path, grace: float = 5.0) -> Child:
    return Child("child", [sys.executable, "-c", code.format(file=file)], os.environ, grace)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Child]:
    patient = child(PATIENT, tmp_path / "up")
    patient.tend()
    until((tmp_path / "up").exists, "the child")
    yield patient
    patient.wait(["now"])


def test_a_child_is_stopped_by_asking(patient: Child) -> None:
    start = time.monotonic()
    patient.ask_to_stop()
    patient.wait()
    assert patient.pid is None
    assert time.monotonic() - start < 2


def test_a_child_that_died_is_started_again(patient: Child) -> None:
    first = patient.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def again() -> bool:
        patient.tend()
        return patient.pid not in (None, first)

    assert until(again, "the new child") >= children_module.FIRST_DELAY
    assert patient.deaths == 1


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children_module, "FIRST_DELAY", 0.02)
    dying = Child("dying", [sys.executable, "-c", "raise SystemExit(3)"], os.environ, 1)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        dying.tend()
        time.sleep(0.01)
    assert 2 <= dying.deaths <= 7
    dying.wait(["now"])


def test_a_child_that_will_not_stop_is_killed_when_its_grace_is_over(tmp_path: Path) -> None:
    stubborn = child(STUBBORN, tmp_path / "up", grace=0.3)
    stubborn.tend()
    until((tmp_path / "up").exists, "the child")
    pid = stubborn.pid
    assert pid is not None
    stubborn.ask_to_stop()
    stubborn.wait()
    assert not alive(pid)


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, time, pathlib\n"
        "from statushub.serving.children import Child\n"
        f"inner = {PATIENT.format(file=tmp_path / 'up')!r}\n"
        "child = Child('c', [sys.executable, '-c', inner], os.environ, 1)\n"
        "child.tend()\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    until((tmp_path / "up").exists, "the grandchild")
    pid = int((tmp_path / "pid").read_text())
    parent.kill()
    parent.wait()
    until(lambda: not alive(pid), "the grandchild ended", 5)


@pytest.mark.parametrize(
    ("configured", "port", "address"),
    [
        ("http://127.0.0.1:0", 8123, "http://127.0.0.1:8123"),
        ("http://127.0.0.1:8000", 8000, "http://127.0.0.1:8000"),
        ("https://status.example.com", 8000, "https://status.example.com"),
    ],
)
def test_the_address_has_the_port_that_was_found(configured: str, port: int, address: str) -> None:
    assert base_url(configured, port) == address
