"""A StatusHub to measure: its own data directory, SQLite, the demo's story, real processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from statushub import config
from statushub.core.audit import SYSTEM
from statushub.core.db import Base, db, transaction
from statushub.demo.load import load_demo
from statushub.factory import create_app
from statushub.incidents.models import Page

SERVE = """
import sys
from statushub import config
from statushub.serving.server import serve
settings = config.load()
sys.exit(serve(settings, settings.host, settings.port, workers=int(sys.argv[1]),
               with_worker=False, lines=["ready"]))
"""


@dataclass
class Hub:
    """The application (for writing) and the address of the processes that serve it."""

    app: Flask
    data_dir: Path
    port: int
    pid: int


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def hub(workers: int = 1, database_url: str = "") -> Iterator[Hub]:
    """Site and publisher running, the first snapshot served."""
    with tempfile.TemporaryDirectory(prefix="statushub-bench-") as folder:
        port = free_port()
        env = {
            "STATUSHUB_DATA_DIR": folder,
            "STATUSHUB_PORT": str(port),
            "STATUSHUB_BASE_URL": f"http://127.0.0.1:{port}",
            "STATUSHUB_DATABASE_URL": database_url,
        }
        app = make_app(env)
        command = [sys.executable, "-c", SERVE, str(workers)]
        with running(command, {**os.environ, **env}) as pid:
            made = Hub(app, Path(folder), port, pid)
            until(lambda: snapshot_revision(port) is not None, "the first snapshot")
            yield made


@contextmanager
def site_alone(data_dir: Path) -> Iterator[tuple[int, int]]:
    """The site's process alone, without publisher or database, over a data directory with a
    snapshot; gives its port and process id. It trusts the snapshot while its beat is touched."""
    port = free_port()
    env = {
        **os.environ,
        "STATUSHUB_DATA_DIR": str(data_dir),
        "STATUSHUB_BASE_URL": f"http://127.0.0.1:{port}",
        "STATUSHUB_DATABASE_URL": "",
    }
    command = [sys.executable, "-m", "statushub.serving.site_process", "--port", str(port)]
    with running(command, env) as pid:
        until(lambda: snapshot_revision(port) is not None, "the site")
        yield port, pid


@contextmanager
def running(command: Sequence[str], env: dict[str, str]) -> Iterator[int]:
    """A process that gets Ctrl-C at the end."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=40)


def make_app(env: dict[str, str]) -> Flask:
    """An application with empty tables and the demo in it."""
    app = create_app(config.load({**os.environ, **env}))
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        with transaction() as session:
            session.add(Page(name="Tidewater"))
        load_demo(SYSTEM)
        db.session.remove()
    return app


def answers(port: int) -> bool:
    """Whether somebody speaks HTTP there."""
    try:
        ask(port, "/")
    except (OSError, http.client.HTTPException):
        return False
    return True


def ask(port: int, path: str) -> str:
    """The body of a GET. Raises OSError and HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def snapshot_revision(port: int) -> int | None:
    """What the serving process has in memory."""
    try:
        state = ask(port, "/healthz")
    except (OSError, http.client.HTTPException):
        return None
    number = state.partition('"revision": ')[2].partition(",")[0]
    return int(number) if number.isdecimal() else None


def until(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def table(rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns; the first row is the heading."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    for row in texts:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip(), flush=True)


def milliseconds(times: Sequence[float]) -> list[str]:
    """Median, 95th percentile and worst, as text."""
    ordered = sorted(times)
    ninety_five = ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))]
    return [f"{value * 1000:.0f}" for value in (statistics.median(times), ninety_five, ordered[-1])]
