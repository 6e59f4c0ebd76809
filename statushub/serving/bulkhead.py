"""The bulkhead: Flask may hold so many of the server's threads and no more.

With every thread hanging in a view that waits for a dead database, no server that has one pool
of threads answers anything. So the last few threads are never given to Flask; who comes when its
share is taken is told so at once.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from statushub.serving.answers import Answer, ask
from statushub.serving.pages import Header
from statushub.web.language import split_locale

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

SLOTS = 6  # for Flask
READERS = 16  # for bodies on their way in (bodies.py)
BLOCKING_THREADS = SLOTS + READERS + 2  # two are always left for ready bytes
RETRY_AFTER = 2  # seconds

# Outside the application there is no catalogue to ask, so the few words stand here.
_WORDS = {
    "en": (
        "Busy just now",
        "StatusHub has more requests than it can work on. Nothing you typed is lost: go back, "
        "wait a few seconds and try again.",
        "The status page itself is still there",
    ),
    "ja": (
        "ただいま混み合っています",
        "処理できる量を超える要求が届いています。入力した内容は失われていません。"
        "前のページに戻り、数秒待ってからもう一度お試しください。",
        "ステータスページは引き続きご覧いただけます",
    ),
}
_SECURITY: tuple[Header, ...] = (
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)


class Full(Exception):
    """Flask's share of the threads is taken."""


class Bulkhead:
    """``slots`` requests at a time go to ``app``."""

    def __init__(self, app: WSGIApplication, slots: int = SLOTS) -> None:
        self._app = app
        self._slots = threading.BoundedSemaphore(slots)

    def ask(self, environ: WSGIEnvironment) -> Answer:
        """The application's answer. Raises Full at once when no slot is free."""
        if not self._slots.acquire(blocking=False):
            raise Full
        return ask(self._app, environ, self._slots.release)


def unavailable(environ: WSGIEnvironment) -> Answer:
    """503 in plain words, as a page or as JSON, with the time to come back (RFC 9110, 10.2.3)."""
    locale, path = split_locale(environ.get("PATH_INFO", ""))
    if path.startswith("/api/") or "application/json" in environ.get("HTTP_ACCEPT", ""):
        kind, body = "application/json", json.dumps({"error": _WORDS["en"][1]}).encode()
    else:
        kind, body = "text/html; charset=utf-8", _page(locale or "en").encode()
    headers: list[Header] = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Retry-After", str(RETRY_AFTER)),
        ("Cache-Control", "no-store"),
        *_SECURITY,
    ]
    if environ.get("REQUEST_METHOD") == "HEAD":
        body = b""
    return Answer("503 Service Unavailable", headers, body)


def _page(locale: str) -> str:
    title, text, link = _WORDS[locale]
    home = "/" if locale == "en" else f"/{locale}/"
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p>"
        f'<p><a href="{home}">{link}</a></p></main></body></html>'
    )
