from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from statushub.serving import publisher as publisher_module
from statushub.serving.pages import header_of, public_headers
from statushub.serving.publisher import Publisher, Rendered
from statushub.serving.snapshot import Snapshot, load, save, snapshot_file
from tests.serving.raw import until
from tests.serving.test_snapshot import example

HTML = [("Content-Type", "text/html")]


class World:
    """What the publisher asks, as plain values that a test sets."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.revision = 1
        self.paths = ["/history", "/", "/ja/"]
        self.text = "one"
        self.due = 3600.0
        self.rendered: list[str] = []
        self.broken: dict[str, Callable[[], Rendered]] = {}
        self.away = False
        self.slow = 0.0

    def publisher(self) -> Publisher:
        return Publisher(
            data_dir=self.data_dir,
            render=self.render,
            current_revision=self.current,
            hot_paths=lambda: self.paths,
            max_age=lambda: self.due,
        )

    def current(self) -> int:
        if self.away:
            raise ConnectionError("the database is away")
        return self.revision

    def render(self, path: str) -> Rendered:
        self.rendered.append(path)
        time.sleep(self.slow)
        if path in self.broken:
            return self.broken[path]()
        return Rendered(200, list(HTML), f"{path} {self.text}".encode() * 30)

    def written(self, path: str = "/") -> bytes:
        return load(snapshot_file(self.data_dir)).pages[path].bodies["identity"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_home_page_is_rendered_first_and_each_page_once(world: World) -> None:
    world.paths = ["/history", "/", "/ja/", "/history"]
    world.publisher().publish(1)
    assert world.rendered == ["/", "/history", "/ja/"]


def test_nothing_is_rendered_while_nothing_changed(world: World) -> None:
    publisher = world.publisher()
    assert publisher.step()
    time.sleep(0.26)
    assert not publisher.step()
    world.revision = 2
    world.text = "two"
    assert publisher.step()
    assert world.written().startswith(b"/ two")
    assert load(snapshot_file(world.data_dir)).revision == 2


def test_a_burst_of_revisions_is_published_at_most_four_times_a_second(world: World) -> None:
    publisher = world.publisher()
    published = 0
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        world.revision += 1
        published += publisher.step()
        time.sleep(0.005)
    assert 3 <= published <= 4
    time.sleep(0.26)
    assert publisher.step()
    assert publisher.snapshot is not None
    assert publisher.snapshot.revision == world.revision


def test_pages_are_rendered_again_when_they_are_due(world: World) -> None:
    world.due = 1.0
    publisher = world.publisher()
    assert publisher.step()
    world.text = "a minute later"
    until(publisher.step, "the page is due", 5)
    assert world.written().startswith(b"/ a minute later")


def _raise() -> Rendered:
    raise ConnectionError("the database is away")


@pytest.mark.parametrize("failure", [_raise, lambda: Rendered(503, list(HTML), b"sorry")])
def test_a_page_that_fails_keeps_its_bytes_and_is_soon_tried_again(
    world: World, failure: Callable[[], Rendered], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "RETRY_SECONDS", 0.3)
    publisher = world.publisher()
    publisher.step()
    world.broken["/history"] = failure
    world.revision, world.text = 2, "two"
    until(publisher.step, "the second publish")
    assert world.written("/").startswith(b"/ two")
    assert world.written("/history").startswith(b"/history one")
    assert load(snapshot_file(world.data_dir)).old == {"/history"}
    world.broken.clear()
    until(publisher.step, "another try", 5)
    assert world.written("/history").startswith(b"/history two")
    assert load(snapshot_file(world.data_dir)).old == frozenset()


def test_when_no_page_can_be_rendered_the_snapshot_stays_as_it_is(world: World) -> None:
    publisher = world.publisher()
    publisher.step()
    before = snapshot_file(world.data_dir).stat().st_ino
    world.revision = 2
    world.broken = dict.fromkeys(world.paths, _raise)
    with pytest.raises(RuntimeError, match="none of 3"):
        publisher.publish(2)
    assert snapshot_file(world.data_dir).stat().st_ino == before
    assert publisher.snapshot is not None
    assert publisher.snapshot.revision == 1


def test_what_is_not_for_everybody_is_left_out(world: World) -> None:
    world.broken["/history"] = lambda: Rendered(200, [*HTML, ("Set-Cookie", "a=b")], b"x")
    world.broken["/ja/"] = lambda: Rendered(302, [*HTML, ("Location", "/")], b"x")
    world.publisher().publish(1)
    assert list(load(snapshot_file(world.data_dir)).pages) == ["/"]


def test_bytes_that_did_not_change_are_not_made_again(world: World) -> None:
    publisher = world.publisher()
    publisher.publish(1)
    assert publisher.snapshot is not None
    before = publisher.snapshot.pages["/"]
    publisher.publish(2)
    assert publisher.snapshot.pages["/"] is before


def watch(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, bytes], frozenset[str]]]:
    """Every snapshot that is written: revision, last word of each page, pages that are old."""
    seen = []

    def saved(snapshot: Snapshot, path: Path) -> None:
        words = {key: page.bodies["identity"][-3:] for key, page in snapshot.pages.items()}
        seen.append((snapshot.revision, words, snapshot.old))
        save(snapshot, path)

    monkeypatch.setattr(publisher_module, "save", saved)
    return seen


def test_the_home_page_is_shown_while_the_rest_is_rendered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = world.publisher()
    publisher.publish(1)
    seen = watch(monkeypatch)
    world.text, world.revision = "two", 2
    publisher.publish(2)
    one, two = b"one", b"two"
    assert seen == [
        (2, {"/": two, "/history": one, "/ja/": one}, {"/history", "/ja/"}),
        (2, {"/": two, "/history": two, "/ja/": two}, frozenset()),
    ]
    seen.clear()
    publisher.publish(2)  # only due again: nothing is old, so nothing is hurried
    assert len(seen) == 1


def test_a_large_site_is_shown_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "SHOW_EVERY", 0.1)
    world.paths = ["/", *(f"/incidents/{number}" for number in range(30))]
    world.slow = 0.02
    seen = watch(monkeypatch)
    world.publisher().publish(1)
    assert 4 <= len(seen) <= 9
    assert [len(words) for _, words, _ in seen] == sorted(len(words) for _, words, _ in seen)


def test_a_revision_that_moves_meanwhile_is_begun_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = world.publisher()
    publisher.publish(1)
    seen = watch(monkeypatch)
    world.text, world.revision = "two", 3  # the third came while the second is rendered
    publisher.publish(2)
    assert [(revision, old) for revision, _, old in seen] == [(2, {"/history", "/ja/"})]
    world.text = "six"
    publisher.publish(3)
    assert seen[-1][0] == 3
    assert set(seen[-1][1].values()) == {b"six"}
    assert seen[-1][2] == frozenset()


def test_a_new_publisher_goes_on_from_what_the_former_left(world: World) -> None:
    save(example("from before"), snapshot_file(world.data_dir))
    world.paths = ["/", "/history"]
    world.broken["/"] = _raise
    world.publisher().publish(8)
    assert world.written("/").startswith(b"<h1>from before")


def test_a_damaged_snapshot_does_not_stop_a_publisher(world: World) -> None:
    snapshot_file(world.data_dir).parent.mkdir()
    snapshot_file(world.data_dir).write_bytes(b"nonsense")
    world.publisher().publish(1)
    assert world.written().startswith(b"/ one")


def test_the_loop_outlives_a_database_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "AWAY_SECONDS", 0.05)
    publisher, stop = world.publisher(), threading.Event()
    world.away = True
    thread = threading.Thread(target=publisher.run, args=(stop.wait, lambda: None))
    thread.start()
    time.sleep(0.2)
    assert publisher.snapshot is None
    world.away = False
    until(lambda: publisher.snapshot is not None, "a publish")
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("path", "asked", "given"),
    [
        ("/", "no-store", "s-maxage=1, stale-while-revalidate=30"),
        ("/", "public, max-age=0, must-revalidate", "stale-if-error=86400"),
        ("/", "public, max-age=300", "public, max-age=300"),
        ("/api/v2/status.json", "", "max-age=10, public, s-maxage=10"),
        ("/api/v2/status.json", "public, s-maxage=5", "public, s-maxage=5"),
    ],
)
def test_a_view_that_says_how_long_is_believed(path: str, asked: str, given: str) -> None:
    headers = public_headers(path, [*HTML, ("cache-control", asked), ("ETag", "x")])
    assert given in header_of(headers, "cache-control")
    assert not header_of(headers, "etag")
    assert len(headers) == 2
