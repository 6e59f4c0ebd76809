"""The real thing: supervisor, granian, publisher, the whole application, SQLite and PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from statushub.core.db import Base, db, transaction
from statushub.incidents.models import Page
from statushub.incidents.page import bump_revision, get_page
from statushub.serving.snapshot import snapshot_file
from tests.serving.raw import Raw, until

KEY = "test-only-key-" + "0123456789abcdef" * 3
STATE = re.compile(rb'"revision": (\d+)')


@dataclass
class Hub:
    """A StatusHub on disk, and the processes that serve it (again and again)."""

    data_dir: Path
    database_url: str
    app: Flask
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    port: int = 0

    @property
    def env(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "STATUSHUB_DATA_DIR": str(self.data_dir),
            "STATUSHUB_DATABASE_URL": self.database_url,
            "STATUSHUB_SECRET_KEY": KEY,
            "STATUSHUB_PORT": str(self.port),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.serving.serve_hub", *arguments]
        process = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, text=True)
        self.started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, f"no address in {line!r}"
        self.port = int(found[1])
        return process

    def get(self, path: str = "/") -> Raw:
        return Raw.ask(self.port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n", timeout=30)

    def revision(self) -> int | None:
        found = STATE.search(self.get("/healthz").body)
        return int(found[1]) if found else None

    def rename(self, name: str) -> int:
        """A change that every visitor sees; returns the revision."""
        with self.app.app_context(), transaction():
            get_page().name = name
            bump_revision()
            db.session.flush()
            return get_page().revision


def prepared(make_app: Callable[..., Flask], data_dir: Path, url: str) -> Iterator[Hub]:
    """A page in an empty database; at the end, no process and no table of ours is left."""
    app = make_app(STATUSHUB_DATA_DIR=str(data_dir), STATUSHUB_DATABASE_URL=url)
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        with transaction() as session:
            session.add(Page(name="First name"))
        db.session.remove()
    made = Hub(data_dir, app.config["SQLALCHEMY_DATABASE_URI"], app)
    yield made
    for process in made.started:
        process.send_signal(signal.SIGTERM)
    for process in made.started:
        try:
            process.wait(timeout=40)
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def hub(tmp_path: Path, make_app: Callable[..., Flask]) -> Iterator[Hub]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    yield from prepared(make_app, data_dir, f"sqlite:///{data_dir / 'statushub.db'}")


@pytest.fixture
def postgres_hub(
    tmp_path: Path, make_app: Callable[..., Flask], postgres_url: str
) -> Iterator[Hub]:
    yield from prepared(make_app, tmp_path / "data", postgres_url)


def descendants(pid: int) -> dict[int, str]:
    """Processes below ``pid`` and what they run."""
    found = {}
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for child in map(int, children):
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found[child] = command
            found |= descendants(child)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def one(pid: int, what: str) -> int | None:
    """The child of ``pid`` that runs ``what``, if there is one just now."""
    below = descendants(pid)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return next((int(child) for child in children if what in below.get(int(child), "")), None)


@pytest.mark.parametrize("which", ["hub", "postgres_hub"])
def test_a_commit_is_seen_by_every_visitor(which: str, request: pytest.FixtureRequest) -> None:
    hub: Hub = request.getfixturevalue(which)
    start = time.monotonic()
    hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    assert time.monotonic() - start < 20  # two seconds on a quiet machine; see the benchmark
    assert b"First name" in hub.get().body
    for number in range(3):
        revision = hub.rename(f"Name {number}")
        took = until(lambda n=number: f"Name {n}".encode() in hub.get().body, "the name")  # type: ignore[misc]
        assert took < 5  # one second is the benchmark's to prove, on a machine of its own
        until(lambda r=revision: hub.revision() == r, "the revision")  # type: ignore[misc]
    until(lambda: b"Name 2" in hub.get("/ja/").body, "the name, in Japanese")


def test_pages_come_with_everything_a_browser_needs(hub: Hub) -> None:
    hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    page = hub.get()
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "stale-if-error=86400" in page.headers["cache-control"]
    assert "set-cookie" not in page.headers
    assert "x-statushub-cache" not in page.headers
    assert page.repeated == []
    address = re.search(rb'href="(/static/[0-9a-f]{12}/[^"]+\.css)"', page.body)
    assert address
    css = hub.get(address[1].decode())
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in css.headers["cache-control"]
    assert b'lang="ja"' in hub.get("/ja/").body
    assert hub.get("/api/v2/status.json").headers["access-control-allow-origin"] == "*"


def test_ctrl_c_stops_everything_cleanly(hub: Hub) -> None:
    process = hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    below = descendants(process.pid)
    assert len(below) >= 3
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - start < 10
    assert [pid for pid in below if Path(f"/proc/{pid}").exists()] == []


def test_the_worker_is_one_of_the_family(hub: Hub) -> None:
    process = hub.start("worker")
    until(lambda: one(process.pid, "statushub worker") is not None, "the worker")
    worker = one(process.pid, "statushub worker")
    assert worker is not None
    time.sleep(3)  # so that it is at work, with its signal handlers in place
    assert one(process.pid, "statushub worker") == worker, "it ended by itself"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert not Path(f"/proc/{worker}").exists()


def test_when_the_supervisor_is_killed_nobody_stays_behind(hub: Hub) -> None:
    process = hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    below = descendants(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), "all ended", 20)


def test_a_killed_publisher_is_started_again(hub: Hub) -> None:
    process = hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    publisher = one(process.pid, "publisher_process")
    assert publisher is not None
    os.kill(publisher, signal.SIGKILL)
    assert b"First name" in hub.get().body
    hub.rename("After the kill")
    until(lambda: b"After the kill" in hub.get().body, "a new publisher's work", 30)
    assert one(process.pid, "publisher_process") != publisher


def test_a_killed_site_is_started_again_and_its_worker_does_not_linger(hub: Hub) -> None:
    process = hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    site = one(process.pid, "site_process")
    assert site is not None
    workers = descendants(site)
    os.kill(site, signal.SIGKILL)
    until(lambda: one(process.pid, "site_process") not in (None, site), "a new site", 30)
    until(lambda: hub.revision() is not None, "the new site answers", 30)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), "they ended", 10)


def test_a_restart_without_the_database_serves_the_last_snapshot(hub: Hub) -> None:
    first = hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 0
    with hub.app.app_context():
        db.engine.dispose()
    file = Path(hub.database_url.removeprefix("sqlite:///"))
    aside = file.with_suffix(".aside")
    file.rename(aside)
    file.mkdir()  # so that nobody can make a new one there
    hub.start()
    assert b"First name" in hub.get().body
    assert hub.revision() is not None
    assert hub.get("/desk/").status in (302, 500, 503)
    assert hub.get("/readyz").status != 200
    file.rmdir()
    aside.rename(file)
    hub.rename("The database is back")
    until(lambda: b"The database is back" in hub.get().body, "life goes on", 30)


def test_a_writer_that_never_ends_does_not_touch_the_page(hub: Hub) -> None:
    hub.start()
    until(lambda: hub.revision() is not None, "the first snapshot", 30)
    file = hub.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE").close()
        for _ in range(20):
            start = time.monotonic()
            assert b"First name" in hub.get().body
            assert time.monotonic() - start < 1
        connection.execute("ROLLBACK").close()


def test_a_damaged_snapshot_on_disk_does_not_stop_a_start(hub: Hub) -> None:
    snapshot_file(hub.data_dir).parent.mkdir()
    snapshot_file(hub.data_dir).write_bytes(b"statushub-snapshot 1 torn")
    hub.start()
    until(lambda: hub.revision() is not None, "a good snapshot", 30)
    assert b"First name" in hub.get().body


def test_a_port_that_is_taken_is_said_in_words(hub: Hub) -> None:
    hub.start()
    command = [sys.executable, "-m", "tests.serving.serve_hub"]
    second = subprocess.run(
        command, env=hub.env, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert f"Port {hub.port} on 127.0.0.1 is already taken" in second.stderr
    assert "Traceback" not in second.stderr
    assert hub.get("/healthz").status == 200


def test_secrets_are_not_in_the_site_processs_requests(hub: Hub) -> None:
    """granian puts the environment into every request; ours must be gone from it by then."""
    code = (
        "import os\n"
        "from statushub.serving.site_process import load_site\n"
        "app = load_site()\n"
        "print([name for name in os.environ if name.startswith('STATUSHUB_')])\n"
    )
    command = [sys.executable, "-c", code]
    env = {**hub.env, "STATUSHUB_PORT": "8000"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "[]\n"


def test_the_whole_stack_works_under_any_wsgi_server(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzeug.test import Client

    from statushub.serving.wsgi_app import build

    for name, value in hub.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATUSHUB_PORT", "8000")
    app = build()
    try:
        assert "First name" in Client(app).get("/").text
        assert Client(app).get("/healthz").json["status"] == "ok"
    finally:
        app.close()


def test_the_command_makes_everything_in_an_empty_directory(tmp_path: Path) -> None:
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "STATUSHUB_DATA_DIR": str(tmp_path / "new"),
        "STATUSHUB_PORT": "0",
    }
    command = [sys.executable, "-m", "statushub", "serve", "--no-worker"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:([1-9]\d+)/", line)
            assert found, f"no address in {line!r}"
            port = int(found[1])
            said = process.stdout.readline() + process.stdout.readline()
            assert f"http://127.0.0.1:{port}/desk/setup?token=" in said
            assert Raw.ask(port, "GET /healthz HTTP/1.0\r\n\r\n").status == 200
            memory = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            resident = re.search(r"VmRSS:\s+(\d+) kB", memory)
            assert resident
            assert int(resident[1]) < 50_000, "the supervisor carries the whole application"
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
