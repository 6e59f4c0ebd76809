"""The hot path: public pages as ready bytes, before Flask is reached.

For everything else it asks Flask, through the bulkhead. A public page that Flask renders on
first demand (it says so with ``X-StatusHub-Cache: page``) is kept for its revision, and is what
is served when Flask can no longer answer.

Query strings: a public page depends on its path alone, so ``/?utm_source=x`` is ``/``. The one
exception is the page number of the paths in :data:`PAGED`. Cookies are ignored.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from statushub.core.clock import now
from statushub.serving.answers import Answer
from statushub.serving.bodies import Bodies
from statushub.serving.bulkhead import Bulkhead, Full, unavailable
from statushub.serving.cache import PageCache
from statushub.serving.environ import public_environ
from statushub.serving.negotiate import etag_matches, preferred
from statushub.serving.pages import (
    Header,
    Page,
    header_of,
    make_page,
    public_headers,
    refusal,
)
from statushub.serving.static import PREFIX as STATIC
from statushub.serving.static import StaticFiles
from statushub.serving.store import Store
from statushub.web.language import split_locale

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

MARKER = "x-statushub-cache"
STALE_HEADER = "X-StatusHub-Stale"
HEALTH = "/healthz"
PAGED = frozenset({"/history"})  # paths whose ``page`` parameter chooses another page
_PAGE_NUMBER = re.compile(r"(?:^|&)page=([1-9][0-9]{0,3})(?:&|$)")
_MOST_SHAPES = 64
HANGS_AFTER = 0.5  # seconds
TRY_AGAIN = 10.0
_GONE = frozenset({404, 410})


def key_of(path: str, query: str) -> str:
    """Under what a request's page is stored: the path, and the page number where it counts."""
    if query:
        number = _PAGE_NUMBER.search(query)
        if number and number[1] != "1" and split_locale(path)[1] in PAGED:
            return f"{path}?page={number[1]}"
    return path


def send(
    page: Page,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    extra: Iterable[Header] = (),
) -> list[bytes]:
    """Answer with ``page`` in the client's encoding, or with 304 when it has those bytes."""
    variant = page.pick(preferred(environ.get("HTTP_ACCEPT_ENCODING", "")))
    if page.status == 200 and _has_it(page, variant.etag, environ):
        start_response("304 Not Modified", [*variant.not_modified, *extra])
        return []
    start_response(page.status_line, [*variant.headers, *extra])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]


def _has_it(page: Page, etag: str, environ: WSGIEnvironment) -> bool:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return etag_matches(known, etag)
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and since == page.last_modified


class HotPages:
    """WSGI middleware, the outermost. ``base_url`` is the page's public address."""

    def __init__(
        self,
        bulkhead: Bulkhead,
        store: Store,
        static: StaticFiles | None = None,
        *,
        base_url: str,
        cache: PageCache | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        self._bulkhead = bulkhead
        self._store = store
        self._static = static
        self._base_url = base_url
        self._cache = cache or PageCache()
        self._bodies = bodies or Bodies()
        self._in_work: dict[str, float] = {}
        self._shapes: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or ask Flask."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._receive(environ).send(start_response)
        path = environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        key = key_of(path, query) if query else path
        store = self._store
        if store.trusted:
            page = store.pages.get(key)
            if page is not None:
                return send(page, environ, start_response)
        if self._static is not None and path.startswith(STATIC):
            return send(self._static.get(path), environ, start_response)
        if path == HEALTH:
            return self._health(head=environ["REQUEST_METHOD"] == "HEAD").send(start_response)
        return self._less_hot(key, environ, start_response)

    def close(self) -> None:
        """End the thread that watches for snapshots."""
        self._store.close()

    def _less_hot(
        self, key: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if "?" in environ.get("PATH_INFO", ""):  # %3F: no page has it, and in a key it means more
            return _unmark(self._ask(environ)).send(start_response)
        if split_locale(key)[1] == "/" and not key.endswith("/"):
            key += "/"  # /ja is /ja/
            page = self._store.pages.get(key) if self._store.trusted else None
            if page is not None:
                return send(page, environ, start_response)
        kept = self._cache.get(key)
        if kept is not None and kept.fresh(self._store.revision):
            return send(kept.page, environ, start_response)
        last = self._last_good(key)
        if last is None:
            return self._demand(key, environ, start_response, None)
        if not self._begin(key):  # somebody is at it, and may be hanging: do not join them
            return self._stale(last, environ, start_response)
        try:
            return self._demand(key, environ, start_response, last)
        finally:
            self._end(key)

    def _demand(
        self,
        key: str,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        last: tuple[Page, datetime] | None,
    ) -> Iterable[bytes]:
        revision = self._store.revision  # before asking: what is rendered now is never older
        answer = self._ask_public(key, environ)
        if answer.status >= 500 and last is not None:
            answer.drop()
            return self._stale(last, environ, start_response)
        if answer.status in _GONE:
            self._cache.forget(key)
        marked = _marked(answer)
        _unmark(answer)
        if not marked or answer.stream is not None:
            return answer.send(start_response)
        why_not = refusal(answer.status, answer.headers)
        if why_not:
            log.warning("%s is marked as a public page but not kept: %s", key, why_not)
            return answer.send(start_response)
        page = self._make(key, answer, last)
        self._cache.put(key, page, revision)
        return send(page, environ, start_response)

    def _ask_public(self, key: str, environ: WSGIEnvironment) -> Answer:
        """Ask with the visitor's request; when the answer turns out to be a public page, take it
        from a request of our own. Addresses of a shape that was public before are asked for
        that way at once. Only an answer to our own request comes back with the mark."""
        shape = _shape(key)
        if shape in self._shapes:
            answer = self._ask(public_environ(self._base_url, key, environ))
            if _marked(answer) or answer.status >= 400:
                return answer
            answer.drop()
            return _unmark(self._ask(environ))
        answer = self._ask(environ)
        if not _marked(answer):
            return answer
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes.add(shape)
        answer.drop()
        return self._ask(public_environ(self._base_url, key, environ))

    def _receive(self, environ: WSGIEnvironment) -> Answer:
        """Ask once the whole request is there."""
        try:
            return self._ask(self._bodies.take(environ))
        except Full:
            return unavailable(environ)

    def _ask(self, environ: WSGIEnvironment) -> Answer:
        try:
            return self._bulkhead.ask(environ)
        except Full:
            return unavailable(environ)
        except Exception:
            log.exception("the application failed on %s", environ.get("PATH_INFO"))
            return unavailable(environ)

    def _make(self, key: str, answer: Answer, last: tuple[Page, datetime] | None) -> Page:
        headers = public_headers(key, answer.headers)
        if last is not None and last[0].same_content(headers, answer.body):
            return last[0]
        return make_page(answer.status, headers, answer.body)

    def _last_good(self, key: str) -> tuple[Page, datetime] | None:
        """The newest bytes there are of ``key``, and from when."""
        found = []
        kept = self._cache.get(key)
        if kept is not None:
            found.append((kept.page, kept.at))
        snapshot = self._store.snapshot
        if snapshot is not None and key in snapshot.pages:
            found.append((snapshot.pages[key], snapshot.created_at))
        return max(found, key=lambda pair: pair[1], default=None)

    def _stale(
        self,
        last: tuple[Page, datetime],
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """The last good bytes, with their age (RFC 9111, 5.1) and a word that they are old."""
        page, at = last
        age = max(0, int((now() - at).total_seconds()))
        return send(page, environ, start_response, (("Age", str(age)), (STALE_HEADER, "1")))

    def _begin(self, key: str) -> bool:
        """Whether to ask Flask for ``key`` now. No while an earlier request for it seems to
        hang; another try every ten seconds finds out when that is over."""
        moment = time.monotonic()
        with self._lock:
            waiting = moment - self._in_work.get(key, moment)
            if HANGS_AFTER <= waiting < TRY_AGAIN:
                return False
            if waiting >= TRY_AGAIN or key not in self._in_work:
                self._in_work[key] = moment
            return True

    def _end(self, key: str) -> None:
        with self._lock:
            self._in_work.pop(key, None)

    def _health(self, *, head: bool) -> Answer:
        """This process lives; what it has in memory, how old that is. Asks nobody."""
        snapshot = self._store.snapshot
        age = None if snapshot is None else round((now() - snapshot.created_at).total_seconds(), 1)
        state = {
            "status": "ok",
            "revision": None if snapshot is None else snapshot.revision,
            "snapshot_age_seconds": age,
            "publisher": "alive" if self._store.trusted else "absent",
        }
        body = json.dumps(state).encode() + b"\n"
        headers: list[Header] = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return Answer("200 OK", headers, b"" if head else body)


def _marked(answer: Answer) -> bool:
    return bool(header_of(answer.headers, MARKER))


def _unmark(answer: Answer) -> Answer:
    answer.headers = [pair for pair in answer.headers if pair[0].lower() != MARKER]
    return answer


def _shape(key: str) -> tuple[str, int]:
    parts = split_locale(key.partition("?")[0])[1].strip("/").split("/")
    return parts[0], len(parts)
