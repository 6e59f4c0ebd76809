"""Static files from memory: read, compressed and named once at the start."""

from __future__ import annotations

from pathlib import PurePosixPath

from statushub.serving.pages import Header, Page, make_page
from statushub.web.static import StaticTree

PREFIX = "/static/"
# Said here, because the machine's own table (mimetypes) differs from host to host.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml; charset=utf-8",
}
_SECURITY: tuple[Header, ...] = (
    # For an SVG that is opened by its own address: it may be styled, and nothing else.
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ("X-Content-Type-Options", "nosniff"),
)


class StaticFiles:
    """Answers for ``/static/…``: a year under the tree's hash, a minute under any other name."""

    def __init__(self, tree: StaticTree) -> None:
        self._tree = tree
        self._ready: dict[str, Page] = {}
        for name, path in tree.files.items():
            self._add(name, path.read_bytes())
        text = b"There is no such file.\n"
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        self._missing = make_page(404, [*headers, *_SECURITY], text)

    def get(self, path: str) -> Page:
        """The file at a path that begins with ``/static/``; a 404 page when there is none."""
        page = self._ready.get(path)
        if page is None:
            name, _ = self._tree.resolve(path.removeprefix(PREFIX))
            page = self._ready.get(PREFIX + name, self._missing)
        return page

    def _add(self, name: str, body: bytes) -> None:
        kind = _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
        packed: Page | None = None
        for path in (f"{PREFIX}{self._tree.hash}/{name}", PREFIX + name):
            _, caching = self._tree.resolve(path.removeprefix(PREFIX))
            headers = [("Content-Type", kind), ("Cache-Control", caching), *_SECURITY]
            if packed is None:
                packed = make_page(200, headers, body)
            self._ready[path] = Page(200, headers, packed.bodies, packed.etags)
