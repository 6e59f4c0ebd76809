"""Addresses that would fill or poison what is kept for everybody, were they read twice."""

from __future__ import annotations

import pytest
from werkzeug.test import create_environ

from tests.serving.conftest import Stack

REAL = "/incidents/real"


def ask(stack: Stack, path: str, method: str = "GET") -> tuple[int, bytes]:
    """A request whose PATH_INFO is exactly ``path``: what a server makes of %3F, %25 and the like
    is decoded already, and must not be decoded again."""
    environ = create_environ("/", method=method)
    environ["PATH_INFO"] = path
    seen: list[str] = []
    body = b"".join(stack.hot(environ, lambda status, *_more: seen.append(status)))  # type: ignore[arg-type]
    return int(seen[0].split()[0]), body


@pytest.mark.parametrize(
    "path",
    [
        f"{REAL}?x=1",
        f"{REAL}#x",
        "/incidents/%72eal",
        "/incidents/%2572eal",
        f"{REAL}%3Fx",
        f"/ja{REAL}?x=1",
        f"//elsewhere.example{REAL}",
        f"/ja/ja{REAL}",
        f"{REAL};x=1",
        "/history?page=2",
    ],
)
def test_an_address_is_asked_of_flask_exactly_as_it_came(stack: Stack, path: str) -> None:
    stack.publish("quiet")
    for known in (REAL, "/history"):
        assert ask(stack, known)[0] == 200  # addresses of their shape count as public now
    last = path.rpartition("/")[2]
    status, body = ask(stack, path)
    assert status in {301, 308, 404} or f"<h1>{last} nobody".encode() in body
    if "?" in path:
        assert stack.cache.get(path) is None


def test_the_spellings_of_an_address_do_not_fill_the_memory(stack: Stack) -> None:
    stack.publish("quiet")
    assert ask(stack, REAL)[0] == 200
    before = stack.cache.bytes_used
    for letters in range(1, 16):
        spelt = "".join(
            f"%{ord(letter):02x}" if letters >> place & 1 else letter
            for place, letter in enumerate("real")
        )
        assert ask(stack, f"/incidents/{spelt}")[0] == 404
    assert stack.cache.bytes_used == before


def test_a_public_page_is_still_kept_in_every_language_and_script(stack: Stack) -> None:
    stack.publish("quiet")
    for path in (REAL, f"/ja{REAL}", "/incidents/real-\xe3\x81\x82"):
        assert ask(stack, path)[0] == 200
        assert stack.cache.get(path) is not None
    assert "real-あ".encode() in ask(stack, "/incidents/real-\xe3\x81\x82")[1]
