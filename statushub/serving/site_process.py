"""The site's process: granian, with the settings that this work needs.

Why these: granian's own ``backlog`` also limits open connections (idle ones would lock everybody
out at 1024), its 512 threads cost time for nothing, and its header time-out of 30 s is generous
to slow attackers. Measured; see docs/adr/0002-ready-bytes.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from statushub.serving.bulkhead import BLOCKING_THREADS
from statushub.serving.hot import HotPages
from statushub.serving.logs import log_to_stderr
from statushub.serving.parent import end_with_parent, watch_parent

BACKLOG = 16_384
HEADER_TIMEOUT_MS = 10_000
STOP_SECONDS = 5


def load_site() -> HotPages:
    """The application, in granian's worker process. Public because granian may pickle it."""
    from statushub.serving.wsgi_app import build

    end_with_parent()
    log_to_stderr()
    app = build()
    # granian puts the whole environment into every request; our secrets have no place there,
    # and nothing but the settings, which have been read, looks at them.
    for name in [name for name in os.environ if name.startswith("STATUSHUB_")]:
        del os.environ[name]
    return app


def make_server(host: str, port: int, workers: int) -> MPServer:
    """granian, ready to serve the site."""
    return MPServer(
        "statushub.serving.wsgi_app:build",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        runtime_mode=RuntimeModes.mt,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_access=False,
        log_level=LogLevels.error,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m statushub.serving.site_process --host H --port P --workers N``."""
    parser = argparse.ArgumentParser(description="StatusHub's site, without its other processes")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args(arguments)
    watch_parent()
    make_server(given.host, given.port, given.workers).serve(
        target_loader=load_site, wrap_loader=False
    )


if __name__ == "__main__":
    main(sys.argv[1:])
