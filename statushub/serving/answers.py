"""Asking a WSGI application and holding its whole answer, so that it can be judged before a
byte of it goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from statushub.serving.pages import Header, header_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

LARGEST_HELD = 4 * 1024 * 1024
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None


@dataclass
class Answer:
    """Status, headers, and the body: held (``body``), or still coming (``stream``)."""

    status_line: str
    headers: list[Header]
    body: bytes = b""
    stream: Iterable[bytes] | None = None

    @property
    def status(self) -> int:
        """The number."""
        return int(self.status_line.split(" ", 1)[0])

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Give it to the server."""
        start_response(self.status_line, self.headers)
        return [self.body] if self.stream is None else self.stream

    def drop(self) -> None:
        """It will not be sent: let go of what still streams."""
        if self.stream is not None:
            _close(self.stream)


@dataclass
class _Capture:
    status_line: str = ""
    headers: list[Header] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)

    def __call__(
        self, status: str, headers: list[Header], exc_info: ExcInfo = None
    ) -> Callable[[bytes], Any]:
        self.status_line = status
        self.headers = list(headers)
        return self.written.append


def ask(app: WSGIApplication, environ: WSGIEnvironment, done: Callable[[], None]) -> Answer:
    """The application's answer. ``done`` is called exactly once, when the application's part is
    over: now, or for a streamed answer when its last byte went out. Whatever the application
    raises is raised here."""
    capture = _Capture()
    chunks: Iterable[bytes] | None = None
    try:
        chunks = app(environ, capture)
        if _is_streamed(capture):
            stream = _Stream(chunks, done)
            return Answer(capture.status_line, capture.headers, stream=stream)
        body = b"".join(capture.written) + b"".join(chunks)
    except BaseException:
        _close(chunks)
        done()
        raise
    _close(chunks)
    done()
    return Answer(capture.status_line, capture.headers, body)


def _is_streamed(capture: _Capture) -> bool:
    """Only what says that it is small is held; an application that did not start yet is held
    too, for its status is not known before its first chunk."""
    if not capture.status_line or capture.written:
        return False
    length = header_of(capture.headers, "content-length")
    return not length.isdecimal() or int(length) > LARGEST_HELD


def _close(chunks: Iterable[bytes] | None) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


class _Stream:
    """Passes chunks on; says that it is done however it ends (also when it is just dropped)."""

    def __init__(self, chunks: Iterable[bytes], done: Callable[[], None]) -> None:
        self._chunks = chunks
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        finally:
            self.close()

    def close(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            try:
                _close(self._chunks)
            finally:
                done()

    def __del__(self) -> None:
        self.close()
