"""Has anything been committed since we looked? The cheapest sound question for each database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Ask = Callable[[], int]
Signature = tuple[int, int]

SURE_SECONDS = 5.0
POSTGRES_SECONDS = 0.25


class SqliteRevision:
    """Asks ``PRAGMA data_version`` (4 µs: it moves when another connection commits) and the
    database proper only when that moved, when the file was replaced (a restored backup), and
    every five seconds in any case. https://www.sqlite.org/pragma.html#pragma_data_version"""

    def __init__(self, file: Path, ask: Ask) -> None:
        self._file = file
        self._ask = ask
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[Signature, int] | None = None
        self._revision = 0
        self._asked_at = 0.0

    def __call__(self) -> int:
        """The revision now. Raises what the database raises, and FileNotFoundError when the
        file is not there."""
        moment = time.monotonic()
        seen = self._look()
        if seen != self._seen or moment - self._asked_at > SURE_SECONDS:
            self._seen = None  # if asking fails, ask again
            self._revision = self._ask()
            self._seen, self._asked_at = seen, moment
        return self._revision

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _look(self) -> tuple[Signature, int]:
        found = self._file.stat()
        signature = (found.st_dev, found.st_ino)
        if self._seen is None or self._seen[0] != signature:
            self.close()
        if self._connection is None:
            uri = f"{self._file.absolute().as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, uri=True, timeout=0.2)
        with closing(self._connection.execute("PRAGMA data_version")) as cursor:
            version: int = cursor.fetchone()[0]
        return signature, version


class PolledRevision:
    """Asks the database itself, at most every ``seconds``: 0.2 ms each on PostgreSQL."""

    def __init__(self, ask: Ask, seconds: float = POSTGRES_SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._revision = 0
        self._asked_at: float | None = None

    def __call__(self) -> int:
        """The revision, as of at most ``seconds`` ago. Raises what the database raises."""
        moment = time.monotonic()
        if self._asked_at is None or moment - self._asked_at >= self._seconds:
            self._revision = self._ask()
            self._asked_at = moment
        return self._revision


def revision_probe(database_url: str, ask: Ask) -> Ask:
    """The question fit for a database. ``ask`` reads the revision itself."""
    prefix = "sqlite:///"
    if database_url.startswith(prefix) and len(database_url) > len(prefix):
        path = database_url.removeprefix(prefix).partition("?")[0]
        if path != ":memory:":
            return SqliteRevision(Path(path), ask)
    return PolledRevision(ask)
