"""The full stack as one WSGI application: ready bytes, bulkhead, Flask. Works under any server.

Building it needs no database. Should Flask itself not come up, the ready bytes are served all
the same, and Flask is tried again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from statushub import config
from statushub.config import Settings
from statushub.core.errors import ConfigError
from statushub.core.paths import resource
from statushub.serving.bodies import Bodies
from statushub.serving.bulkhead import Bulkhead, unavailable
from statushub.serving.hot import HotPages
from statushub.serving.static import StaticFiles
from statushub.serving.store import Store
from statushub.web.static import StaticTree

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 5.0
MakeApp = Callable[[Settings], "WSGIApplication"]


def _create_app(settings: Settings) -> WSGIApplication:
    from statushub.factory import create_app  # what this imports may be what fails

    return create_app(settings)


class PatientApp:
    """The application, made at once if that works, else tried again every five seconds."""

    def __init__(self, settings: Settings, make_app: MakeApp = _create_app) -> None:
        self._settings = settings
        self._make_app = make_app
        self._app: WSGIApplication | None = None
        self._try_at = 0.0
        self._lock = threading.Lock()
        self._try()

    @property
    def made(self) -> bool:
        """Whether there is an application."""
        return self._app is not None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or say that nobody is there yet."""
        app = self._app or self._try()
        if app is None:
            return unavailable(environ).send(start_response)
        return app(environ, start_response)

    def _try(self) -> WSGIApplication | None:
        with self._lock:
            if self._app is None and time.monotonic() >= self._try_at:
                self._try_at = time.monotonic() + TRY_AGAIN_SECONDS
                try:
                    self._app = self._make_app(self._settings)
                except ConfigError:
                    raise  # a setting is wrong: whoever starts the server must see it
                except Exception:
                    log.exception("the application did not start; trying again on demand")
            return self._app


def build(settings: Settings | None = None, make_app: MakeApp = _create_app) -> HotPages:
    """The stack for ``settings`` (from the environment, if not given). Raises ConfigError."""
    settings = settings or config.load()
    return HotPages(
        Bulkhead(PatientApp(settings, make_app)),
        Store(settings.data_dir),
        StaticFiles(StaticTree(resource("static"))),
        base_url=settings.base_url,
        bodies=Bodies(settings.trusted_proxies),
    )
