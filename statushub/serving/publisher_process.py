"""The publisher's process: one a host and data directory, whoever holds the lock."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from flask import Flask

from statushub import config
from statushub.config import Settings
from statushub.core.errors import ConfigError
from statushub.serving.beat import Beat, beat_file
from statushub.serving.logs import log_to_stderr
from statushub.serving.parent import watch_parent
from statushub.serving.publisher import Publisher, wsgi_renderer
from statushub.serving.revision import revision_probe
from statushub.serving.snapshot import FOLDER

log = logging.getLogger(__name__)

T = TypeVar("T")
LOCK_SECONDS = 0.5
APP_SECONDS = 2.0
Stopped = Callable[[float], bool]


def make_publisher(app: Flask, settings: Settings) -> Publisher:
    """A publisher of ``app``'s public pages."""
    from statushub.incidents.page import current_revision
    from statushub.serving.due import seconds_until_due
    from statushub.site.hot import hot_paths

    def inside(read: Callable[[], T]) -> Callable[[], T]:
        def asked() -> T:
            with app.app_context():
                return read()

        return asked

    paths: Callable[[], Iterable[str]] = inside(hot_paths)
    return Publisher(
        data_dir=settings.data_dir,
        render=wsgi_renderer(app, settings.base_url),
        current_revision=revision_probe(settings.database_url, inside(current_revision)),
        hot_paths=paths,
        max_age=inside(seconds_until_due),
    )


def lock(data_dir: Path, stopped: Stopped) -> int | None:
    """Wait until no other process publishes for ``data_dir``; the lock goes with the process.
    None when told to stop before."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if stopped(LOCK_SECONDS):
                os.close(handle)
                return None
        else:
            return handle


def _app(settings: Settings, stopped: Stopped, progress: Callable[[], None]) -> Flask | None:
    """The application; tried again until it comes up. None when told to stop before."""
    while True:
        progress()
        try:
            from statushub.factory import create_app

            return create_app(settings)
        except ConfigError:
            raise
        except Exception:
            log.exception("the application did not start; trying again")
            if stopped(APP_SECONDS):
                return None


def run(settings: Settings, stopped: Stopped) -> None:
    """Publish until ``stopped(seconds)`` says True."""
    held = lock(settings.data_dir, stopped)
    if held is None:
        return
    beat = Beat(beat_file(settings.data_dir))
    beat.start()
    try:
        app = _app(settings, stopped, beat.progress)
        if app is not None:
            make_publisher(app, settings).run(stopped, beat.progress)
    finally:
        beat.stop()
        os.close(held)


def main() -> None:
    """``python -m statushub.serving.publisher_process``; settings from the environment."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    watch_parent()
    log_to_stderr()
    run(config.load(), stop.wait)


if __name__ == "__main__":
    main()
