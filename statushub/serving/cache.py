"""Pages that were rendered on first demand, bounded by bytes; the longest unused goes first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from statushub.core.clock import now
from statushub.serving.pages import Page

MAX_BYTES = 32 * 1024 * 1024
LARGEST_SHARE = 8  # no page may take more than one eighth of the room
FRESH_SECONDS = 60.0  # a page may show "today", so it is not kept for ever within one revision


@dataclass(frozen=True, slots=True)
class Kept:
    """A page, the revision it was rendered at or after, and when (aware UTC)."""

    page: Page
    revision: int | None
    at: datetime
    ticks: float

    def fresh(self, revision: int | None) -> bool:
        """Whether it may be served as the page of ``revision``."""
        if revision is None or self.revision != revision:
            return False
        return time.monotonic() - self.ticks < FRESH_SECONDS


class PageCache:
    """Keyed by public path (and the page number where a path has one). Only real pages get in,
    one entry a path, so no invented address can fill it; what is there of an older revision
    stays as the last good bytes until it is replaced or pushed out."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes_used(self) -> int:
        """What is held now, in bytes, about."""
        return self._bytes

    def get(self, key: str) -> Kept | None:
        """What is kept of ``key``, of whatever revision."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: str, page: Page, revision: int | None) -> None:
        """Keep ``page``. One that would take too much of the room is not kept."""
        weight = page.weight() + len(key)
        if weight > self._max_bytes // LARGEST_SHARE:
            return
        kept = Kept(page, revision, now(), time.monotonic())
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._bytes += weight
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def forget(self, key: str) -> None:
        """Drop ``key``: the page is no more."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.page.weight() + len(key)
