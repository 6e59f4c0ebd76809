from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from statushub.serving.beat import Beat, beat_file
from statushub.serving.snapshot import save, snapshot_file
from statushub.serving.store import Store
from tests.serving.raw import until
from tests.serving.test_snapshot import WHOLE, example


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, poll_seconds=0.02)
    yield store
    store.close()


def home(store: Store) -> bytes:
    return store.pages["/"].bodies["identity"][:7]


def test_a_new_snapshot_is_seen_without_being_told(store: Store, tmp_path: Path) -> None:
    assert store.snapshot is None
    assert store.revision is None
    save(example("one", 1), snapshot_file(tmp_path))
    until(lambda: store.revision == 1, "the first snapshot")
    save(example("two", 2), snapshot_file(tmp_path))
    until(lambda: store.revision == 2, "the second snapshot")
    assert home(store) == b"<h1>two"


def test_the_snapshot_on_disk_is_there_at_once_after_a_start(tmp_path: Path) -> None:
    save(example("one", 1), snapshot_file(tmp_path))
    store = Store(tmp_path)
    assert home(store) == b"<h1>one"
    store.close()


@pytest.mark.parametrize("damage", [b"", b"nonsense", WHOLE[:-1], WHOLE[:-1] + b"?"])
def test_a_damaged_file_leaves_the_last_good_snapshot(
    store: Store, tmp_path: Path, damage: bytes
) -> None:
    file = snapshot_file(tmp_path)
    save(example("one", 1), file)
    store.refresh()
    file.write_bytes(damage)
    store.refresh()
    assert home(store) == b"<h1>one"
    file.unlink()
    store.refresh()
    assert home(store) == b"<h1>one"
    save(example("two", 2), file)
    store.refresh()
    assert home(store) == b"<h1>two"


def test_a_damaged_file_is_reported_once_and_not_four_times_a_second(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot_file(tmp_path).parent.mkdir()
    snapshot_file(tmp_path).write_bytes(b"nonsense")
    until(lambda: "refused" in caplog.text, "the refusal")
    time.sleep(0.2)
    assert caplog.text.count("snapshot refused") == 1


def test_a_forked_process_sees_new_snapshots_too(store: Store, tmp_path: Path) -> None:
    save(example("one", 1), snapshot_file(tmp_path))
    until(lambda: store.revision == 1, "the first snapshot")
    child = os.fork()
    if child == 0:  # as gunicorn --preload does
        try:
            (tmp_path / "forked").touch()
            until(lambda: store.revision == 2, "the second snapshot, in the child", 10)
            os._exit(0)
        finally:
            os._exit(1)
    until((tmp_path / "forked").exists, "the child")
    save(example("two", 2), snapshot_file(tmp_path))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_a_publisher_no_revision_is_called_current(tmp_path: Path) -> None:
    save(example("one", 1), snapshot_file(tmp_path))
    store = Store(tmp_path, poll_seconds=0.02, trust_seconds=0.3)
    assert store.revision == 1  # it gets time to appear
    until(lambda: store.revision is None, "distrust")
    beat = Beat(beat_file(tmp_path), hang_seconds=0.2, on_hang=lambda: None)
    beat.start()
    until(lambda: store.revision == 1, "trust")
    beat.stop()
    until(lambda: store.revision is None, "distrust again")
    store.close()


def test_a_publisher_that_hangs_is_ended(tmp_path: Path) -> None:
    hung = threading.Event()
    beat = Beat(beat_file(tmp_path), hang_seconds=0.3, on_hang=hung.set)
    beat.start()
    for _ in range(10):
        beat.progress()
        assert not hung.wait(0.05)
    assert hung.wait(5)
    beat.stop()
