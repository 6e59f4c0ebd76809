"""The publisher: renders every public page when the revision moves, and writes the snapshot.

One a host. It asks for the revision several times a second, renders through the real application
with the page's real address, compresses, and renames the snapshot into place. Publishes come at
most four a second however fast the revision moves; "/" is rendered and shown first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

from statushub.core.clock import now
from statushub.serving.environ import public_environ
from statushub.serving.pages import Header, Page, make_page, public_headers, refusal
from statushub.serving.snapshot import Snapshot, SnapshotError, load, save, snapshot_file

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

BETWEEN_PUBLISHES = 0.25
SHOW_EVERY = 0.25  # seconds of rendering between two parts that are shown
ASK_SECONDS = 0.05
RETRY_SECONDS = 5.0
AWAY_SECONDS = 0.5  # after an error; doubled with each further one
LONGEST_AWAY = 8.0
HOPELESS_PAGES = 3
_NO_PAGE = frozenset({404, 410})  # before the set-up nothing is there


@dataclass(frozen=True)
class Rendered:
    """An answer of the application."""

    status: int
    headers: list[Header]
    body: bytes


Render = Callable[[str], Rendered]


def wsgi_renderer(app: WSGIApplication, base_url: str) -> Render:
    """Renders a public path through the real WSGI application, as an anonymous visitor of
    ``base_url`` would get it."""

    def render(key: str) -> Rendered:
        chunks, status, headers = run_wsgi_app(app, public_environ(base_url, key), buffered=True)
        return Rendered(int(status.split(" ", 1)[0]), list(headers.items()), b"".join(chunks))

    return render


class Publisher:
    """``current_revision`` and ``hot_paths`` ask the database; ``max_age`` says after how many
    seconds pages are due although nothing was published (midnight, an open incident). All may
    raise whatever a database raises: the snapshot then stays as it is."""

    def __init__(
        self,
        *,
        data_dir: Path,
        render: Render,
        current_revision: Callable[[], int],
        hot_paths: Callable[[], Iterable[str]],
        max_age: Callable[[], float] = lambda: 60.0,
    ) -> None:
        self._file = snapshot_file(data_dir)
        self._render = render
        self._current_revision = current_revision
        self._hot_paths = hot_paths
        self._max_age = max_age
        self._snapshot = self._former()
        self._due_at = time.monotonic()
        self._earliest = self._due_at

    @property
    def snapshot(self) -> Snapshot | None:
        """What was rendered last."""
        return self._snapshot

    def run(self, stopped: Callable[[float], bool], progress: Callable[[], None]) -> None:
        """Work until ``stopped(seconds)``, which waits so long at most, says True."""
        pause, away = 0.0, AWAY_SECONDS
        while not stopped(pause):
            progress()
            try:
                self.step()
                pause, away = ASK_SECONDS, AWAY_SECONDS
            except Exception as error:  # the database is away, the disk is full: go on trying
                log.error("not published, the snapshot stays: %s: %s", type(error).__name__, error)
                pause, away = away, min(away * 2, LONGEST_AWAY)

    def step(self) -> bool:
        """Publish if the revision moved or pages are due. Returns whether it did."""
        moment = time.monotonic()
        if moment < self._earliest:
            return False
        revision = self._current_revision()
        known = self._snapshot
        if known is not None and known.revision == revision and moment < self._due_at:
            return False
        self._earliest = moment + BETWEEN_PUBLISHES
        self.publish(revision)
        return True

    def publish(self, revision: int) -> None:
        """Render everything as of ``revision`` (or later) and write it. When the revision moves
        on meanwhile, the rest is left to the next publish, which begins with "/" again."""
        work = _Round(revision, self._snapshot or Snapshot(-1, now()), self._hot_paths())
        for path in work.paths:
            work.take(path, self._page(path, work.before.pages.get(path), work.failed))
            if work.hopeless:
                raise RuntimeError(f"none of {len(work.failed)} pages could be rendered")
            if work.part_is_due:
                self._write(work.snapshot())
            if work.shown and self._current_revision() != revision:
                self._snapshot = work.snapshot()  # what is done is done, though not yet on disk
                return
        self._write(work.snapshot())
        self._due_at = time.monotonic() + self._next_due(bool(work.failed))

    def _page(self, path: str, before: Page | None, failed: set[str]) -> Page | None:
        """The page of ``path`` now; the one before when it cannot be rendered; None when it is
        no public page (any more)."""
        try:
            answer = self._render(path)
        except Exception:
            log.exception("rendering %s failed", path)
            failed.add(path)
            return before
        if answer.status >= 500:
            log.error("rendering %s failed: status %s", path, answer.status)
            failed.add(path)
            return before
        why_not = refusal(answer.status, answer.headers)
        if why_not:
            level = logging.DEBUG if answer.status in _NO_PAGE else logging.WARNING
            log.log(level, "%s is not kept as ready bytes: %s", path, why_not)
            return None
        headers = public_headers(path, answer.headers)
        if before is not None and before.same_content(headers, answer.body):
            return before
        return make_page(answer.status, headers, answer.body)

    def _write(self, snapshot: Snapshot) -> None:
        save(snapshot, self._file)
        self._snapshot = snapshot

    def _next_due(self, failed: bool) -> float:
        try:
            due = max(1.0, self._max_age())
        except Exception as error:
            log.error("cannot say when pages are due: %s: %s", type(error).__name__, error)
            due = RETRY_SECONDS
        return min(due, RETRY_SECONDS) if failed else due

    def _former(self) -> Snapshot | None:
        """What a former publisher left: its bytes are kept for pages that cannot be rendered."""
        try:
            return load(self._file)
        except FileNotFoundError:
            return None
        except (SnapshotError, OSError) as error:
            log.error("the snapshot there is cannot be used: %s", error)
            return None


class _Round:
    """One rendering of all pages: what is done, what failed, what still waits for its turn."""

    def __init__(self, revision: int, before: Snapshot, paths: Iterable[str]) -> None:
        self.paths = sorted(dict.fromkeys(paths), key=lambda path: path != "/")  # "/" first
        self.before = before
        self.failed: set[str] = set()
        self._revision = revision
        self._waiting = set(self.paths)
        self._pages: dict[str, Page] = {}
        self._show_at = 0.0  # the first page at once
        self.shown = False

    def take(self, path: str, page: Page | None) -> None:
        """Its turn is over."""
        self._waiting.discard(path)
        if page is not None:
            self._pages[path] = page

    @property
    def hopeless(self) -> bool:
        """Whether nothing but failures came so far, often enough to believe it."""
        return self._none_good and len(self.failed) in (HOPELESS_PAGES, len(self.paths))

    @property
    def part_is_due(self) -> bool:
        """Whether to show what is ready before the rest is. Only for a new revision: pages that
        are merely due again are right as they are."""
        moment = time.monotonic()
        if not self._moved or not self._waiting or self._none_good or moment < self._show_at:
            return False
        self._show_at = moment + SHOW_EVERY
        self.shown = True
        return True

    @property
    def _none_good(self) -> bool:
        return len(self.failed) == len(self.paths) - len(self._waiting)

    def snapshot(self) -> Snapshot:
        """What is ready, as the new revision; what still waits or failed stays as the last good
        bytes, and is meanwhile asked of Flask."""
        kept = {key: page for key, page in self.before.pages.items() if key in self._waiting}
        late = kept.keys() | self.failed
        old = late if self._moved else late & self.before.old
        pages = {**kept, **self._pages}
        return Snapshot(self._revision, now(), pages, frozenset(old & pages.keys()))

    @property
    def _moved(self) -> bool:
        return self.before.revision != self._revision
