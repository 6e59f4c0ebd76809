from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statushub.serving.pages import Page, make_page
from statushub.serving.snapshot import (
    Snapshot,
    SnapshotError,
    decode,
    encode,
    load,
    save,
    snapshot_file,
)

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def example(text: str = "all is well", revision: int = 7) -> Snapshot:
    body = f"<h1>{text}</h1>".encode() * 40
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "public")]
    pages = {"/": make_page(200, headers, body), "/ja/": make_page(200, headers, body[:10])}
    return Snapshot(revision, AT, pages, frozenset({"/ja/"}))


WHOLE = encode(example())


def same(one: Page, other: Page) -> bool:
    return (one.status, one.headers, one.bodies, one.etags) == (
        other.status,
        other.headers,
        other.bodies,
        other.etags,
    )


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    file = snapshot_file(tmp_path)
    save(example(), file)
    found = load(file)
    assert (found.revision, found.created_at) == (7, AT)
    assert list(found.pages) == ["/", "/ja/"]
    assert found.old == {"/ja/"}
    assert all(same(found.pages[key], page) for key, page in example().pages.items())


def test_a_snapshot_without_pages_is_a_snapshot() -> None:
    assert decode(encode(Snapshot(0, AT))).pages == {}


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_byte_that_flipped_is_noticed(position: int, flip: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[position] ^= flip
    with pytest.raises(SnapshotError):
        decode(bytes(damaged))


@given(st.integers(0, len(WHOLE) - 1))
def test_a_torn_file_is_refused(length: int) -> None:
    with pytest.raises(SnapshotError):
        decode(WHOLE[:length])


@given(st.binary(max_size=400))
def test_no_bytes_whatever_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        decode(data)


def test_a_later_format_is_refused_rather_than_guessed() -> None:
    with pytest.raises(SnapshotError, match="version 1"):
        decode(WHOLE.replace(b"statushub-snapshot 1 ", b"statushub-snapshot 2 ", 1))


def test_saving_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = snapshot_file(tmp_path)
    save(example("one"), file)
    inode = file.stat().st_ino
    with file.open("rb") as reader:  # somebody is reading the old one
        save(example("two"), file)
        assert decode(reader.read()).pages["/"].bodies["identity"].startswith(b"<h1>one")
    assert file.stat().st_ino != inode
    assert [found.name for found in file.parent.iterdir()] == ["current"]
    assert file.stat().st_mode & 0o077 == 0


def test_a_save_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = snapshot_file(tmp_path)
    save(example("one"), file)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(example("two"), file)
    assert load(file).pages["/"].bodies["identity"].startswith(b"<h1>one")
    assert [found.name for found in file.parent.iterdir()] == ["current"]
