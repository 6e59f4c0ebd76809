"""Static files, named by the content of the whole tree.

``/static/<hash>/css/site.css`` may be cached for a year: when any file changes, every address
does, so that ES modules which import each other by relative path change together.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory

from statushub.web.guards import public

HASH_LENGTH = 12
_HASHED = re.compile(rf"^([0-9a-f]{{{HASH_LENGTH}}})/(.+)$")
_YEAR = "public, max-age=31536000, immutable"
_MINUTE = "public, max-age=60"


class StaticTree:
    """The files under ``root`` and the hash over all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        digest = hashlib.sha256()
        self.files = {
            path.relative_to(root).as_posix(): path
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        for name, path in self.files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes())
        self.hash = digest.hexdigest()[:HASH_LENGTH]

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that does not exist."""
        if name not in self.files:
            raise KeyError(f"no static file {name!r}")
        return f"/static/{self.hash}/{name}"

    def resolve(self, name: str) -> tuple[str, str]:
        """File name and Cache-Control for what follows ``/static/``."""
        match = _HASHED.match(name)
        if match is None:
            return name, _MINUTE
        return match[2], _YEAR if match[1] == self.hash else _MINUTE


@public
def static_file(name: str) -> Response:
    """A static file through Flask; in service the hot path answers before this is reached."""
    tree: StaticTree = current_app.extensions["statushub.static"]
    file, cache_control = tree.resolve(name)
    response = send_from_directory(tree.root, file)
    response.headers["Cache-Control"] = cache_control
    return response


def install(app: Flask, root: Path) -> None:
    """Serve ``root`` under ``/static/``."""
    app.extensions["statushub.static"] = StaticTree(root)
    app.add_url_rule("/static/<path:name>", "static", static_file)
