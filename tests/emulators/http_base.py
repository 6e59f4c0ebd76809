"""A threaded HTTP server on a free port, without the delays of the standard one."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers with one write a response: two would cost 40 ms of delayed acknowledgement."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(
        self,
        status: int,
        body: Any = None,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json; charset=utf-8",
    ) -> None:
        """``body``: bytes or text as they are, None for nothing, anything else as JSON."""
        if body is None:
            raw = b""
        elif isinstance(body, bytes):
            raw = body
        else:
            raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def cut(self) -> None:
        """Reset the connection without a word."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()


class Server(ThreadingHTTPServer):
    """Daemon threads; a client that hangs up is no news."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: cutting connections is this server's trade."""


class Served:
    """A server in a thread, as a context manager. ``base`` is its address without a slash."""

    handler: type[Handler] = Handler

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self._server = Server((host, port), self.handler)
        self._server.owner = self  # type: ignore[attr-defined] # how a handler finds its state
        self.port: int = self._server.server_address[1]
        self.base = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def use_tls(self, certificate: Path) -> None:
        """Speak HTTPS with that certificate and key; before the start."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.base = self.base.replace("http://", "https://")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()


def serve_until_told(served: Served) -> None:
    """As a command: print the port (the first line of output), serve until a signal."""
    served.start()
    print(served.port, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        served.stop()
