"""HTTP by hand over a socket, so that nothing polite stands between a test and the server."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Raw:
    """One answer, as it came."""

    status: int
    headers: dict[str, str]
    repeated: list[str]
    body: bytes

    @classmethod
    def ask(cls, port: int, request: str, method: str = "GET", timeout: float = 10.0) -> Raw:
        with socket.create_connection(("127.0.0.1", port), timeout) as connection:
            connection.sendall(request.encode("latin-1"))
            return cls.read(connection, method)

    @classmethod
    def read(cls, connection: socket.socket, method: str = "GET") -> Raw:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                raise ConnectionError(f"closed after {data!r}")
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines)]
        headers = dict(pairs)
        status = int(first.split(" ")[1])
        length = int(headers.get("content-length", "0"))
        if method == "HEAD" or status in (204, 304):
            length = 0
        if headers.get("transfer-encoding") == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += connection.recv(65536)
        while len(body) < length:
            body += connection.recv(65536)
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        return cls(status, headers, repeated, body)


def until(true: Callable[[], bool], what: str, seconds: float = 15.0, every: float = 0.02) -> float:
    """Wait until ``true()``; returns the seconds it took."""
    start = time.monotonic()
    while True:
        try:
            if true():
                return time.monotonic() - start
        except OSError:
            pass
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)
