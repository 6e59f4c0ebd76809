"""The publisher's sign of life: a file that it touches, which server processes watch.

While it beats, the snapshot is as current as anything can be (the database may be away). When it
does not, nobody would notice a new revision, so pages are asked of Flask again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
HANG_SECONDS = 120.0
HUNG_EXIT = 70  # EX_SOFTWARE


def beat_file(data_dir: Path) -> Path:
    """Where the sign of life of a data directory's publisher is."""
    return data_dir / "snapshot" / "beat"


def _die() -> None:
    os._exit(HUNG_EXIT)


class Beat:
    """A thread that touches the file, and ends the process when the work hangs: a connection to
    a frozen database never returns, a new process with new connections does."""

    def __init__(
        self, path: Path, *, hang_seconds: float = HANG_SECONDS, on_hang: Callable[[], None] = _die
    ) -> None:
        self._path = path
        self._hang_seconds = hang_seconds
        self._on_hang = on_hang
        self._progress = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._touch()
        self._thread.start()

    def progress(self) -> None:
        """Say that the work goes on."""
        self._progress = time.monotonic()

    def stop(self) -> None:
        """Beat no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(min(BEAT_SECONDS, self._hang_seconds / 4)):
            self._touch()
            if time.monotonic() - self._progress > self._hang_seconds:
                log.critical("the publisher hangs; ending it, so that a fresh one can start")
                self._on_hang()
                return

    def _touch(self) -> None:
        try:
            self._path.touch(mode=0o600)
            os.utime(self._path)
        except OSError as error:
            log.error("cannot write the sign of life %s: %s", self._path, error)
