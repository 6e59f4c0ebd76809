"""A mail server that only counts: for benchmarks, where aiosmtpd would be the slowest part.

``python -m tests.emulators.fast_smtp_sink --port 0 [--out FILE] [--pipelining]`` prints its port;
with ``--out`` it appends the Message-ID and recipient of each mail.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import TextIO

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class _Session(asyncio.Protocol):
    def __init__(self, out: TextIO | None, pipelining: bool) -> None:
        self._out, self._pipelining = out, pipelining
        self._buffer = bytearray()
        self._in_message = False
        self._recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 fast.sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        replies = bytearray()
        while (reply := self._next()) is not None:
            replies += reply
        if replies:
            self._transport.write(bytes(replies))
        if replies.endswith(b"221 Bye\r\n"):
            self._transport.close()

    def _next(self) -> bytes | None:
        """The reply to the next whole command or message in the buffer; None for neither."""
        mark = b"\r\n.\r\n" if self._in_message else b"\r\n"
        end = self._buffer.find(mark)
        if end < 0:
            return None
        piece = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return self._message(piece) if self._in_message else self._command(piece)

    def _message(self, message: bytes) -> bytes:
        self._in_message = False
        if self._out is not None:
            found = _MESSAGE_ID.search(message)
            message_id = found[1].decode() if found else ""
            self._out.write(f"{message_id} {self._recipient.decode()}\n")
        return b"250 2.0.0 OK\r\n"

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            extra = b"250-PIPELINING\r\n" if self._pipelining else b""
            return b"250-fast.sink.test\r\n" + extra + b"250 8BITMIME\r\n"
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].rpartition(b">")[0]
        if verb == b"DATA":
            self._in_message = True
            return b"354 Go ahead\r\n"
        return b"221 Bye\r\n" if verb == b"QUIT" else b"250 OK\r\n"


async def _serve(port: int, out: TextIO | None, pipelining: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(out, pipelining), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pipelining", action="store_true")
    given = parser.parse_args()
    out = given.out.open("a", buffering=1) if given.out else None
    try:
        asyncio.run(_serve(given.port, out, given.pipelining))
    except KeyboardInterrupt:
        pass
    finally:
        if out is not None:
            out.close()


if __name__ == "__main__":
    main()
