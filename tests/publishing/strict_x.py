"""The X emulator, with a second book: every attempt to post is written down before it is judged.

X itself refuses the same text twice, which would hide a second attempt; this shows it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.emulators.http_base import serve_until_told
from tests.emulators.x_api import XAccount, XEmulator


class StrictX(XEmulator):
    """See above. ``attempts`` is a file with one JSON text a line."""

    def __init__(self, port: int, state: Path, attempts: Path) -> None:
        super().__init__(port, state)
        self._attempts = attempts

    def serve(
        self, account: XAccount, method: str, path: str, query: dict[str, str], raw: bytes
    ) -> tuple[int, Any]:
        if (method, path) == ("POST", "/2/tweets"):
            with self._attempts.open("a") as lines:
                lines.write(json.dumps(json.loads(raw)["text"]) + "\n")
        return super().serve(account, method, path, query, raw)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--attempts", type=Path, required=True)
    given = parser.parse_args()
    serve_until_told(StrictX(given.port, given.state, given.attempts))


if __name__ == "__main__":
    main()
