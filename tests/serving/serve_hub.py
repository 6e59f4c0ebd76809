"""``python -m tests.serving.serve_hub [worker]``: the real site, publisher and supervisor."""

from __future__ import annotations

import sys

from statushub import config
from statushub.serving.server import serve


def main() -> None:
    settings = config.load()
    lines = [f"StatusHub is at {settings.base_url}/"]
    worker = "worker" in sys.argv
    sys.exit(serve(settings, settings.host, settings.port, with_worker=worker, lines=lines))


if __name__ == "__main__":
    main()
