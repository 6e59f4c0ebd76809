"""Clients that never come to the end of what they send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from statushub.serving.bodies import LARGEST, Bodies
from statushub.serving.bulkhead import Full
from tests.serving.conftest import Running
from tests.serving.raw import Raw, until

BIG = "Content-Length: 100000\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"


class Hanging:
    """A body of which nothing comes until the connection is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.readers = 0

    def read(self, _size: int) -> bytes:
        """Waits."""
        self.readers += 1
        self.closed.wait(10)
        return b""


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    body = Hanging()
    yield body
    body.closed.set()


def sent(source: Any, address: str = "192.0.2.1", **more: str) -> dict[str, Any]:
    """A request that carries ``source``."""
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": "5",
        "REMOTE_ADDR": address,
        "wsgi.input": source,
        **more,
    }


def hang(bodies: Bodies, body: Hanging, *addresses: str, **more: str) -> None:
    """Readers that wait for ``body``."""
    wanted = body.readers + len(addresses)
    for address in addresses:
        request = sent(body, address, **more)
        threading.Thread(target=bodies.take, args=(request,), daemon=True).start()
    until(lambda: body.readers == wanted, "they read")


def test_what_came_whole_goes_on() -> None:
    taken = Bodies().take(sent(BytesIO(b"words")))
    assert taken["wsgi.input"].read() == b"words"


def test_a_request_without_a_body_is_left_alone() -> None:
    request = sent(None, CONTENT_LENGTH="0")
    assert Bodies().take(request) is request


def test_what_is_too_long_is_not_read_at_all() -> None:
    taken = Bodies().take(sent(None, CONTENT_LENGTH="9" * 5_000))
    assert taken["wsgi.input"].read() == b""
    more = BytesIO(b"x" * (LARGEST + 100))
    taken = Bodies().take(sent(more, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"))
    assert len(taken["wsgi.input"].read()) == LARGEST + 1


def test_the_limit_is_the_applications_own(make_app: Callable[..., Flask]) -> None:
    assert make_app().config["MAX_CONTENT_LENGTH"] == LARGEST


def test_one_address_holds_few_and_all_together_not_many(hanging: Hanging) -> None:
    bodies = Bodies(readers=3, each=2)
    hang(bodies, hanging, "192.0.2.1", "192.0.2.1")
    with pytest.raises(Full):
        bodies.take(sent(BytesIO(b"words")))
    assert bodies.take(sent(BytesIO(b"words"), "192.0.2.2"))
    hang(bodies, hanging, "192.0.2.2")
    with pytest.raises(Full):
        bodies.take(sent(BytesIO(b"words"), "192.0.2.3"))
    hanging.closed.set()
    until(lambda: _goes(bodies), "what ended gives its place back")


def _goes(bodies: Bodies) -> bool:
    try:
        return bool(bodies.take(sent(BytesIO(b"words"))))
    except Full:
        return False


def test_a_whole_ipv6_network_is_one_address(hanging: Hanging) -> None:
    bodies = Bodies(each=1)
    hang(bodies, hanging, "2001:db8:1:2::1")
    with pytest.raises(Full):
        bodies.take(sent(BytesIO(b"words"), "2001:db8:1:2:ffff::9"))
    assert bodies.take(sent(BytesIO(b"words"), "2001:db8:1:3::1"))


def test_only_a_trusted_proxy_says_who_asks(hanging: Hanging) -> None:
    forged = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"}
    bodies = Bodies(each=1)
    hang(bodies, hanging, "192.0.2.1")
    with pytest.raises(Full):
        bodies.take(sent(BytesIO(b"words"), **forged))
    behind_one = Bodies(1, each=1)
    hang(behind_one, hanging, "192.0.2.1", **forged)
    with pytest.raises(Full):
        behind_one.take(sent(BytesIO(b"words"), HTTP_X_FORWARDED_FOR="198.51.100.7"))
    assert behind_one.take(sent(BytesIO(b"words"), HTTP_X_FORWARDED_FOR="203.0.113.9"))


@pytest.mark.parametrize("kind", [BIG, CHUNKED])
def test_slow_senders_lock_nobody_out(granian: Callable[..., Running], kind: str) -> None:
    running = granian()
    running.publish("one")
    until(lambda: b'"revision": 1' in running.get("/healthz").body, "the snapshot is seen")
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\n{kind}\r\n".encode()
    slow = [socket.create_connection(("127.0.0.1", running.port), 5) for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(head + b"1\r\na\r\n")
        until(lambda: _busy(slow) >= 16, "those beyond the limit are told to come back")
        assert running.get().status == 200
        assert running.get("/desk/").status == 200
        words = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwords"
        assert _from_another_address(running.port, words).body == b"words"
    finally:
        for connection in slow:
            connection.close()
    until(lambda: Raw.ask(running.port, words).body == b"words", "places are given back")


def _busy(connections: list[socket.socket]) -> int:
    """How many have been answered."""
    answered = 0
    for connection in connections:
        connection.settimeout(0.01)
        try:
            answered += b"503" in connection.recv(20, socket.MSG_PEEK)
        except TimeoutError:
            continue
    return answered


def _from_another_address(port: int, request: str) -> Raw:
    with socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.2", 0)) as connection:
        connection.sendall(request.encode())
        return Raw.read(connection)
