"""The snapshot: every public page of one revision in one file, renamed into place.

Layout: one line ``statushub-snapshot 1 <length> <BLAKE2b of the rest>``, one line of JSON (the
revision, the time, each page's headers, ETags and lengths), then the bodies one after another.
Whatever was torn or changed on the way is refused whole; no part of it is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from statushub.core.clock import parse_iso, to_iso
from statushub.serving.pages import Page

MAGIC = b"statushub-snapshot"
VERSION = b"1"
FOLDER = "snapshot"


class SnapshotError(Exception):
    """The file is not a whole snapshot of a version that we read."""


@dataclass(frozen=True)
class Snapshot:
    """The pages of one revision. ``created_at`` is aware UTC; keys of ``pages`` are full public
    paths with the language prefix, and with the query for the few pages that have one. ``old``
    names pages whose bytes are of an earlier revision: they are there for when nothing better
    can be had, and are asked of Flask until then."""

    revision: int
    created_at: datetime
    pages: Mapping[str, Page] = field(default_factory=dict)
    old: frozenset[str] = frozenset()


def snapshot_file(data_dir: Path) -> Path:
    """Where the snapshot of a data directory is."""
    return data_dir / FOLDER / "current"


def save(snapshot: Snapshot, path: Path) -> None:
    """Write aside, flush to the disk, rename into place, flush the directory: a reader sees the
    old file or the new one, also after a power cut. Raises OSError (disk full, no right)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, aside = tempfile.mkstemp(prefix="next-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encode(snapshot))
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _flush_directory(path.parent)


def load(path: Path) -> Snapshot:
    """The snapshot in ``path``. Raises SnapshotError when it is not whole, OSError when it
    cannot be read."""
    return decode(path.read_bytes())


def encode(snapshot: Snapshot) -> bytes:
    """The file's bytes."""
    bodies: list[bytes] = []
    pages = []
    for key, page in snapshot.pages.items():
        pages.append(
            {
                "path": key,
                "status": page.status,
                "headers": page.headers,
                "bodies": [
                    [name, len(body), page.etags[name]] for name, body in page.bodies.items()
                ],
            }
        )
        bodies.extend(page.bodies.values())
    head = {
        "revision": snapshot.revision,
        "created_at": to_iso(snapshot.created_at),
        "old": sorted(snapshot.old),
        "pages": pages,
    }
    rest = json.dumps(head, separators=(",", ":")).encode() + b"\n" + b"".join(bodies)
    return b"%b %b %d %b\n%b" % (MAGIC, VERSION, len(rest), _digest(rest), rest)


def decode(data: bytes) -> Snapshot:
    """A snapshot from the file's bytes. Raises SnapshotError."""
    rest = _checked(data)
    line, _, bodies = rest.partition(b"\n")
    try:
        head = json.loads(line)
        pages = dict(_pages(head["pages"], bodies))
        at, old = parse_iso(head["created_at"]), frozenset(head["old"])
        return Snapshot(int(head["revision"]), at, pages, old)
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"unreadable contents: {error!r}") from error


def _checked(data: bytes) -> bytes:
    first, _, rest = data.partition(b"\n")
    words = first.split(b" ")
    if words[:2] != [MAGIC, VERSION]:
        raise SnapshotError("not a snapshot of version 1")
    if words[2:] != [b"%d" % len(rest), _digest(rest)]:
        raise SnapshotError("length or checksum differ: the file is torn or was changed")
    return rest


def _pages(heads: list[Any], bodies: bytes) -> Iterator[tuple[str, Page]]:
    position = 0
    for head in heads:
        parts: dict[str, bytes] = {}
        for name, length, _etag in head["bodies"]:
            parts[name] = bodies[position : position + length]
            position += length
        etags = {name: etag for name, _length, etag in head["bodies"]}
        headers = [(name, value) for name, value in head["headers"]]
        yield head["path"], Page(head["status"], headers, parts, etags)


def _digest(rest: bytes) -> bytes:
    return hashlib.blake2b(rest, digest_size=32).hexdigest().encode()


def _flush_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
