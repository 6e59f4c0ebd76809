"""What a server process holds in memory: the newest whole snapshot, kept up by a thread.

The thread looks at the file's time and inode every 250 ms, which costs a request nothing and
works whether or not there is a database. On any error the last good snapshot stays.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Mapping
from pathlib import Path

from statushub.serving.beat import beat_file
from statushub.serving.pages import Page
from statushub.serving.snapshot import Snapshot, SnapshotError, load, snapshot_file

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
TRUST_SECONDS = 15.0
Signature = tuple[int, int]

_stores: weakref.WeakSet[Store] = weakref.WeakSet()


class Store:
    """Read :attr:`pages` (what may be served as the present) and :attr:`snapshot` (all there
    is); both are swapped whole, never changed in place."""

    def __init__(
        self,
        data_dir: Path,
        poll_seconds: float = POLL_SECONDS,
        trust_seconds: float = TRUST_SECONDS,
    ) -> None:
        self.snapshot: Snapshot | None = None
        self.pages: Mapping[str, Page] = {}
        self.trusted = True
        self._file = snapshot_file(data_dir)
        self._beat = beat_file(data_dir)
        self._poll_seconds = poll_seconds
        self._trust_seconds = trust_seconds
        self._seen: Signature | None = None
        self._beat_seen: Signature | None = None
        self._beat_at = time.monotonic()  # at the start, the publisher gets time to appear
        self._stop = threading.Event()
        self.refresh()
        self._start()
        _stores.add(self)

    @property
    def revision(self) -> int | None:
        """The revision in memory, while a publisher keeps it up; None when nobody does, so that
        nothing rendered now can be called current later."""
        snapshot = self.snapshot
        return snapshot.revision if snapshot is not None and self.trusted else None

    def refresh(self) -> None:
        """Load the file if it was replaced, and look whether the publisher is alive."""
        self._listen()
        signature = _signature(self._file)
        if signature is None or signature == self._seen:
            return
        self._seen = signature  # a bad file is tried once, not four times a second
        try:
            snapshot = load(self._file)
        except (SnapshotError, OSError) as error:
            log.error("snapshot refused, the last good one stays: %s", error)
            return
        old = snapshot.old
        self.pages = {key: page for key, page in snapshot.pages.items() if key not in old}
        self.snapshot = snapshot

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(timeout=5)

    def after_fork(self) -> None:
        """Threads do not survive a fork (gunicorn --preload): start again in the child."""
        if not self._stop.is_set():
            self._stop = threading.Event()
            self._start()

    def _listen(self) -> None:
        beat = _signature(self._beat)
        moment = time.monotonic()
        if beat != self._beat_seen:
            self._beat_seen, self._beat_at = beat, moment
        self.trusted = moment - self._beat_at < self._trust_seconds

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._poll, name="snapshot-poll", daemon=True)
        self._thread.start()

    def _poll(self) -> None:
        stop = self._stop
        while not stop.wait(self._poll_seconds):
            try:
                self.refresh()
            except Exception:  # the thread must outlive whatever a file system can do
                log.exception("looking at the snapshot failed")


def _signature(path: Path) -> Signature | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _restart_all() -> None:
    for store in list(_stores):
        store.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart_all)
