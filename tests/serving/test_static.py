from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from statushub.serving.static import StaticFiles
from statushub.web.static import StaticTree
from tests.serving.conftest import Stack


def test_the_hashed_address_is_kept_for_a_year(stack: Stack, static_root: Path) -> None:
    address = StaticTree(static_root).url("css/site.css")
    response = stack.client().get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(response.data) == (static_root / "css/site.css").read_bytes()
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    known = {"Accept-Encoding": "gzip", "If-None-Match": response.headers["ETag"]}
    assert stack.client().get(address, headers=known).status_code == 304
    assert stack.client().head(address).data == b""
    assert stack.moods.count("asked") == 0


@pytest.mark.parametrize("address", ["/static/css/site.css", "/static/0123456789ab/css/site.css"])
def test_another_hash_gives_the_file_of_now_for_a_minute(stack: Stack, address: str) -> None:
    response = stack.client().get(address)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/css",
        "/static/../wsgi.py",
        "/static/%2e%2e/wsgi.py",
        "/static/css/x.css",
    ],
)
def test_what_is_not_there_is_not_found(stack: Stack, address: str) -> None:
    response = stack.client().get(address)
    assert response.status_code == 404
    assert stack.moods.count("asked") == 0


def test_types_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    types = {
        "a.js": "text/javascript; charset=utf-8",
        "a.css": "text/css; charset=utf-8",
        "a.svg": "image/svg+xml; charset=utf-8",
        "a.png": "image/png",
        "a.ico": "image/x-icon",
        "a.webmanifest": "application/manifest+json",
        "a.woff2": "font/woff2",
        "a.strange": "application/octet-stream",
    }
    for name in types:
        (tmp_path / name).write_bytes(b"x")
    files = StaticFiles(StaticTree(tmp_path))
    for name, kind in types.items():
        assert dict(files.get(f"/static/{name}").headers)["Content-Type"] == kind


def test_an_svg_opened_by_itself_may_run_nothing(stack: Stack) -> None:
    policy = stack.client().get("/static/icon.svg").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
