"""From the commit of an update to its words on "/" in another process. Promise: under 1 s.

A hundred real updates of a real incident are committed by this process; the site's process is
asked over HTTP until it shows each. The reference is the floor of the method: a snapshot file
renamed into place by this process, without database and rendering.
"""

from __future__ import annotations

import http.client
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.hub import Hub, hub, milliseconds, site_alone, table
from statushub.core.audit import SYSTEM
from statushub.core.clock import now
from statushub.incidents.models import Component
from statushub.incidents.service import declare_incident
from statushub.incidents.updates import post_update
from statushub.serving.beat import beat_file
from statushub.serving.pages import make_page
from statushub.serving.snapshot import Snapshot, load, save, snapshot_file

PUBLISHES = 100
FLOOR = 30
LIMIT = 1.0
GIVE_UP = 15.0


class Reader:
    """One visitor with a kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def sees(self, words: str, path: str = "/") -> bool:
        self._connection.request("GET", path)
        return words.encode() in self._connection.getresponse().read()

    def wait(self, words: str, start: float) -> float:
        while not self.sees(words):
            if time.perf_counter() - start > GIVE_UP:
                raise TimeoutError(f"{words!r} was not to be seen within {GIVE_UP} s")
            time.sleep(0.004)
        return time.perf_counter() - start


def measure(port: int, count: int, write: Callable[[str], None]) -> list[float]:
    """Seconds from the end of each ``write(words)`` until "/" shows the words."""
    reader = Reader(port)
    times = []
    for number in range(count):
        time.sleep(random.uniform(0.3, 0.6))  # so that no clock of ours beats with one of theirs
        words = f"measured {number} {random.getrandbits(64):x}"
        write(words)
        times.append(reader.wait(words, time.perf_counter()))
    return times


def commits(made: Hub) -> Callable[[str], None]:
    """Writes by publishing an update of an open incident."""
    with made.app.app_context():
        component = made.app.extensions["sqlalchemy"].session.query(Component.id).first()
        incident = declare_incident(
            SYSTEM, name="Benchmark", components={component[0]: "degraded_performance"}
        )
        incident_id = incident.id

    def write(words: str) -> None:
        with made.app.app_context():
            post_update(SYSTEM, incident_id, status="investigating", body=words)

    return write


def renames(data_dir: Path, found: Snapshot) -> Callable[[str], None]:
    """Writes by renaming a snapshot into place, as the publisher does at its end."""
    file = snapshot_file(data_dir)
    save(found, file)

    def write(words: str) -> None:
        beat_file(data_dir).touch()
        home = found.pages["/"]
        page = make_page(200, home.headers, home.bodies["identity"] + words.encode())
        save(Snapshot(found.revision, now(), {**found.pages, "/": page}), file)

    return write


def main() -> None:
    """Measure and print."""
    with hub() as made:
        times = measure(made.port, PUBLISHES, commits(made))
        snapshot = load(snapshot_file(made.data_dir))
    with tempfile.TemporaryDirectory(prefix="statushub-bench-") as folder:
        write = renames(Path(folder), snapshot)
        with site_alone(Path(folder)) as (port, _pid):
            floor = measure(port, FLOOR, write)
    over = sum(seconds > LIMIT for seconds in times)
    table(
        [
            ("ms from commit to visible", "n", "median", "95 %", "worst"),
            (f"publish, {len(snapshot.pages)} pages, SQLite", len(times), *milliseconds(times)),
            ("reference: rename of a finished file", len(floor), *milliseconds(floor)),
        ]
    )
    print(f"over {LIMIT:.0f} s: {over} of {len(times)}")
    if over:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
