"""A mail server that takes everything and keeps nothing, fast enough not to be the measure.

Run as ``python -m benchmarks.fast_sink``: prints its port, then serves until killed. Speaks
pipelining, as every current mail server does. postfix's ``smtp-sink`` is used instead where it is
installed (see :func:`sink`)."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.hub import free_port

_END = b"\r\n.\r\n"


class _Session(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._to = transport
        self._buffer = b""
        self._in_data = False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answers: list[bytes] = []
        while True:
            if self._in_data:
                end = self._buffer.find(_END)
                if end < 0:
                    break
                self._buffer = self._buffer[end + len(_END) :]
                self._in_data = False
                answers.append(b"250 2.0.0 Ok\r\n")
                continue
            line, found, rest = self._buffer.partition(b"\r\n")
            if not found:
                break
            self._buffer = rest
            answers.append(self._answer(line[:4].upper()))
        if answers:
            self._to.write(b"".join(answers))

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink\r\n250 PIPELINING\r\n"
        if verb == b"DATA":
            self._in_data = True
            return b"354 Go on\r\n"
        if verb == b"QUIT":
            return b"221 Bye\r\n"
        return b"250 2.1.0 Ok\r\n"


@contextmanager
def sink() -> Iterator[tuple[str, int]]:
    """A running sink in a process of its own: its name and port."""
    port = free_port()
    known = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if known:
        name, command = "smtp-sink", [known, "-c", f"127.0.0.1:{port}", "1000"]
    else:
        name, command = "own sink", [sys.executable, "-m", "benchmarks.fast_sink", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield name, port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
