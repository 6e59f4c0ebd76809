"""The stack in front of a tiny application, in this process and in a real granian."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.test import Client

from statushub.serving.beat import beat_file
from statushub.serving.bulkhead import Bulkhead
from statushub.serving.cache import PageCache
from statushub.serving.hot import HotPages
from statushub.serving.publisher import Publisher, wsgi_renderer
from statushub.serving.static import StaticFiles
from statushub.serving.store import Store
from statushub.web.static import StaticTree
from tests.serving.raw import Raw, until
from tests.serving.tiny import Moods, make_tiny

BASE = "https://status.example.test"


@dataclass
class Stack:
    """The tiny application behind everything, and what steers it."""

    data_dir: Path
    moods: Moods
    store: Store
    hot: HotPages
    publisher: Publisher
    cache: PageCache

    def publish(self, text: str) -> None:
        """Change what pages say, and let the server process see it."""
        self.moods.text = text
        snapshot = self.publisher.snapshot
        self.publisher.publish(1 if snapshot is None else snapshot.revision + 1)
        self.store.refresh()

    def client(self) -> Client:
        return Client(self.hot, use_cookies=False)


def make_publisher(data_dir: Path, moods: Moods, paths: list[str]) -> Publisher:
    return Publisher(
        data_dir=data_dir,
        render=wsgi_renderer(make_tiny(moods.folder).wsgi_app, BASE),
        current_revision=lambda: 1,
        hot_paths=lambda: paths,
    )


@pytest.fixture
def static_root(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "css").mkdir(parents=True)
    (root / "css" / "site.css").write_text("body { color: CanvasText }\n" * 50)
    (root / "js").mkdir()
    (root / "js" / "desk.js").write_text("export const answer = 42;\n")
    (root / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return root


@pytest.fixture
def stack(tmp_path: Path, static_root: Path) -> Iterator[Stack]:
    data_dir = tmp_path / "data"
    moods = Moods(tmp_path / "moods")
    beat_file(data_dir).parent.mkdir(parents=True)
    beat_file(data_dir).touch()
    publisher = make_publisher(data_dir, moods, ["/", "/history", "/api/v2/status.json", "/ja/"])
    store = Store(data_dir, poll_seconds=0.05)
    cache = PageCache()
    hot = HotPages(
        Bulkhead(make_tiny(moods.folder), slots=2),
        store,
        StaticFiles(StaticTree(static_root)),
        base_url=BASE,
        cache=cache,
    )
    yield Stack(data_dir, moods, store, hot, publisher, cache)
    moods.set("hang", False)
    store.close()


@dataclass
class Running:
    """A real granian in another process."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path
    moods: Moods
    publisher: Publisher

    def publish(self, text: str) -> None:
        self.moods.text = text
        snapshot = self.publisher.snapshot
        self.publisher.publish(1 if snapshot is None else snapshot.revision + 1)

    def get(self, path: str = "/", head: str = "", method: str = "GET") -> Raw:
        return Raw.ask(self.port, f"{method} {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n", method)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def granian(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts the tiny application in granian, configured as StatusHub configures it."""
    started: list[Running] = []

    def start(trust: float = 60.0) -> Running:
        data_dir, moods = tmp_path / "data", Moods(tmp_path / "moods")
        port = free_port()
        command = [sys.executable, "-m", "tests.serving.tiny_server", str(port), str(tmp_path)]
        command.append(str(trust))
        process = subprocess.Popen(command)
        publisher = make_publisher(data_dir, moods, ["/", "/history"])
        running = Running(process, port, data_dir, moods, publisher)
        started.append(running)
        until(lambda: running.get("/healthz").status == 200, "granian answers")
        return running

    yield start
    for running in started:
        running.moods.set("hang", False)
        running.process.terminate()
    for running in started:
        try:
            running.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()
    time.sleep(0)
