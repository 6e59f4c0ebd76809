from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statushub.serving import revision as revision_module
from statushub.serving.due import seconds_to_midnight
from statushub.serving.revision import PolledRevision, SqliteRevision, revision_probe


class Database:
    """A real SQLite file, and a count of how often the revision itself was read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked = 0
        self.write("CREATE TABLE page (revision INTEGER)", "INSERT INTO page VALUES (1)")

    def write(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL").close()
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def read(self) -> int:
        self.asked += 1
        with closing(sqlite3.connect(self.file)) as connection:
            found: int = connection.execute("SELECT revision FROM page").fetchone()[0]
            return found


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "some db.sqlite")


def test_the_revision_is_read_only_when_something_was_committed(database: Database) -> None:
    probe = SqliteRevision(database.file, database.read)
    assert [probe() for _ in range(5)] == [1] * 5
    assert database.asked == 1
    database.write("UPDATE page SET revision = 2")
    assert [probe() for _ in range(5)] == [2] * 5
    assert database.asked == 2
    probe.close()


def test_a_restored_backup_is_noticed(database: Database, tmp_path: Path) -> None:
    other = Database(tmp_path / "backup")
    other.write("UPDATE page SET revision = 9")
    probe = SqliteRevision(database.file, database.read)
    assert probe() == 1
    for leftover in ("-wal", "-shm"):
        Path(f"{database.file}{leftover}").unlink(missing_ok=True)
    other.file.replace(database.file)
    assert probe() == 9
    probe.close()


def test_a_failure_is_raised_and_asked_again(database: Database) -> None:
    def fail() -> int:
        raise ConnectionError

    probe = SqliteRevision(database.file, fail)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            probe()
    probe._ask = database.read
    assert probe() == 1
    probe.close()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    probe = SqliteRevision(tmp_path / "gone.db", lambda: 1)
    with pytest.raises(FileNotFoundError):
        probe()
    assert list(tmp_path.iterdir()) == []


def test_every_few_seconds_the_revision_is_read_in_any_case(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revision_module, "SURE_SECONDS", 0.0)
    probe = SqliteRevision(database.file, database.read)
    probe()
    probe()
    assert database.asked == 2
    probe.close()


def test_a_server_is_asked_at_most_every_so_often() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    assert [PolledRevision(ask, 60)() for _ in range(1)] == [1]
    probe = PolledRevision(ask, 60)
    assert (probe(), probe()) == (2, 2)
    eager = PolledRevision(ask, 0)
    assert (eager(), eager()) == (3, 4)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:////var/lib/statushub/statushub.db", SqliteRevision),
        ("sqlite:///relative.db?timeout=5", SqliteRevision),
        ("sqlite:///:memory:", PolledRevision),
        ("sqlite://", PolledRevision),
        ("postgresql+psycopg://user@host/name", PolledRevision),
    ],
)
def test_each_database_gets_its_question(url: str, kind: type) -> None:
    assert isinstance(revision_probe(url, lambda: 1), kind)


@pytest.mark.parametrize(
    ("moment", "zone", "hours"),
    [
        ("2026-03-02T14:00:00+00:00", "Etc/UTC", 10),
        ("2026-03-02T14:00:00+00:00", "Asia/Tokyo", 1),
        ("2026-03-29T00:00:00+00:00", "Europe/Zurich", 22),  # 23 hours long, one gone
        ("2026-10-24T22:00:00+00:00", "Europe/Zurich", 25),  # the day with 25 hours
        ("2026-03-02T14:00:00+00:00", "Nowhere/Nothing", 10),
        ("2026-03-02T14:00:00+00:00", "", 10),
    ],
)
def test_the_next_midnight_is_the_pages_own(moment: str, zone: str, hours: int) -> None:
    aware = datetime.fromisoformat(moment).astimezone(UTC)
    assert seconds_to_midnight(aware, zone) == hours * 3600 + 1
