"""The language of the address: ``/ja/history`` is ``/history`` in Japanese.

The prefix moves from PATH_INFO to SCRIPT_NAME, so that every address that Flask builds while it
answers keeps it (PEP 3333: SCRIPT_NAME is the part of the path that led to the application).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENVIRON_KEY = "statushub.locale"
LOCALES = ("en", "ja")


def split_locale(path: str, locales: Sequence[str] = LOCALES) -> tuple[str, str]:
    """``("ja", "/history")`` for ``/ja/history``; ``("", path)`` when no language leads it."""
    for locale in locales:
        prefix = f"/{locale}"
        if path == prefix or path.startswith(f"{prefix}/"):
            return locale, path[len(prefix) :] or "/"
    return "", path


class LanguagePrefix:
    """WSGI middleware: takes the language off the path and says it in the environ."""

    def __init__(self, app: WSGIApplication, locales: Sequence[str] = LOCALES) -> None:
        self._app = app
        self._locales = tuple(locales)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, without the prefix. One prefix only: ``/ja/en/`` is no page."""
        locale, path = split_locale(environ.get("PATH_INFO", ""), self._locales)
        if locale:
            environ = dict(environ)  # a middleware further out must not see our change
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{locale}"
            environ["PATH_INFO"] = path
            environ[ENVIRON_KEY] = locale
        return self._app(environ, start_response)
