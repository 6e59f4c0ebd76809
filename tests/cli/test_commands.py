"""The commands, as a person in a shell meets them: real processes, honest exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from statushub.core.clock import parse_iso
from statushub.demo.story import story

ROOT = Path(__file__).resolve().parent.parent.parent
NOON = parse_iso("2026-03-02T12:00:00Z")


class Shell:
    """Runs ``statushub`` in a data directory of its own."""

    def __init__(self, data_dir: Path) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("STATUSHUB_")}
        self.env = inherited | {
            "STATUSHUB_DATA_DIR": str(data_dir),
            "STATUSHUB_BASE_URL": "http://status.example",
            "PYTHONPATH": str(ROOT),
        }

    def __call__(
        self, *arguments: str, code: int = 0, stdin: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "statushub", *arguments],
            env=self.env | env, input=stdin, text=True, capture_output=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


@pytest.fixture
def ready(shell: Shell) -> Shell:
    """A shell whose database has its tables."""
    shell("db", "upgrade")
    return shell


def test_the_embedded_database_is_made_when_there_is_none(shell: Shell) -> None:
    assert "demo is loaded" in shell("demo").stdout


def test_a_server_without_tables_is_told_in_words(shell: Shell, bare_postgres: str) -> None:
    done = shell("demo", code=1, STATUSHUB_DATABASE_URL=bare_postgres)
    assert "statushub db upgrade" in done.stderr


def test_a_bad_setting_is_told_in_words(shell: Shell) -> None:
    done = shell("doctor", code=1, PORT="eighty")
    assert "PORT" in done.stdout
    assert "PORT" in shell("demo", code=1, PORT="eighty").stderr


def test_a_wrong_call_exits_with_two(shell: Shell) -> None:
    shell("no-such-command", code=2)
    shell("key", "add", "exporter", "--role", "king", code=2)


def test_people_and_keys_are_added(ready: Shell) -> None:
    arguments = ["user", "add", "Ada@Example.com", "--name", "Ada", "--role", "owner"]
    password = "a quiet harbour at dawn\n"
    done = ready(*arguments, "--password-stdin", stdin=password)
    assert "Ada" in done.stdout
    again = ready(*arguments, "--password-stdin", code=1, stdin=password)
    assert "already" in again.stderr
    weak = ["user", "add", "b@example.com", "--name", "B", "--role", "viewer", "--password-stdin"]
    assert "at least" in ready(*weak, code=1, stdin="short\n").stderr
    key = ready("key", "add", "exporter", "--role", "responder")
    assert key.stdout.startswith("sh_")
    assert "not shown again" in key.stderr


def test_an_import_says_what_it_did_and_twice_is_once(ready: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps(story(NOON)))
    assert "7 incidents and maintenances" in ready("import", "statuspage", str(page)).stdout
    assert "nothing was changed" in ready("import", "statuspage", str(page)).stdout


def test_a_broken_file_is_refused_by_its_place(ready: Shell, tmp_path: Path) -> None:
    raw = story(NOON)
    raw["incidents"][2]["status"] = "on fire"
    page = tmp_path / "page.json"
    page.write_text(json.dumps(raw))
    done = ready("import", "statuspage", str(page), code=1)
    assert "incidents[2].status" in done.stderr
    assert "no such file" in ready("import", "statuspage", "nowhere.json", code=1).stderr


def test_the_demo_is_loaded_once(ready: Shell) -> None:
    assert "demo is loaded" in ready("demo").stdout
    assert "empty StatusHub" in ready("demo", code=1).stderr


def test_the_doctor_says_what_to_do(shell: Shell) -> None:
    before = shell("doctor", code=1)
    assert "statushub db upgrade" in before.stdout
    shell("db", "upgrade")
    after = shell("doctor")
    assert "/desk/setup?token=" in after.stdout
    assert "STATUSHUB_SMTP_URL" in after.stdout
    assert "No delivery worker is running" in after.stdout


def test_the_doctor_finds_a_database_and_a_mail_server_that_are_away(ready: Shell) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    assert "Database" in ready("doctor", code=1, STATUSHUB_DATABASE_URL=away).stdout
    mail = ready("doctor", code=1, STATUSHUB_SMTP_URL="smtp://127.0.0.1:1")
    assert "Mail server" in mail.stdout


def test_tables_go_up_and_down(ready: Shell) -> None:
    assert "0001" in ready("db", "current").stdout
    ready("db", "downgrade", "base", "--yes")
    ready("db", "upgrade")
