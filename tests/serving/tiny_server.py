"""``python -m tests.serving.tiny_server PORT FOLDER TRUST``: the tiny application in granian."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from statushub.serving.bulkhead import Bulkhead
from statushub.serving.hot import HotPages
from statushub.serving.parent import end_with_parent
from statushub.serving.site_process import make_server
from statushub.serving.static import StaticFiles
from statushub.serving.store import Store
from statushub.web.static import StaticTree
from tests.serving.tiny import make_tiny


def load(folder: Path, trust_seconds: float) -> HotPages:
    end_with_parent()
    return HotPages(
        Bulkhead(make_tiny(folder / "moods")),
        Store(folder / "data", trust_seconds=trust_seconds),
        StaticFiles(StaticTree(folder / "static")),
        base_url="https://status.example.test",
    )


def main() -> None:
    end_with_parent()
    target = functools.partial(load, Path(sys.argv[2]), float(sys.argv[3]))
    server = make_server("127.0.0.1", int(sys.argv[1]), 1)
    server.serve(target_loader=target, wrap_loader=False)


if __name__ == "__main__":
    main()
