"""The stack in a real granian, asked over raw sockets."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from statushub.serving.beat import beat_file
from statushub.serving.snapshot import snapshot_file
from tests.serving.conftest import Running, free_port
from tests.serving.raw import Raw, until

Start = Callable[..., Running]
CHROME = (
    'sec-ch-ua: "Chromium";v="140"\r\nsec-ch-ua-mobile: ?0\r\nUpgrade-Insecure-Requests: 1\r\n'
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: none\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCookie: session=whatever\r\n"
)


@pytest.fixture
def running(granian: Start) -> Running:
    running = granian()
    running.publish("one")
    until(lambda: b'"revision": 1' in running.get("/healthz").body, "the snapshot is seen")
    return running


def wait_for(running: Running, text: bytes) -> float:
    return until(lambda: text in running.get().body, f"{text!r} is seen")


def test_a_page_has_each_header_once_and_a_date(running: Running) -> None:
    answer = running.get(head=CHROME)
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["date"].endswith("GMT")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.repeated == []
    assert "set-cookie" not in answer.headers


def test_head_has_the_length_and_no_body(running: Running) -> None:
    full, head = running.get(), running.get(method="HEAD")
    assert head.headers["content-length"] == full.headers["content-length"] == str(len(full.body))
    with socket.create_connection(("127.0.0.1", running.port), 5) as connection:
        request = "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
    assert data.endswith(b"\r\n\r\n")


def test_conditional_requests_get_304(running: Running) -> None:
    etag = running.get(head="Accept-Encoding: gzip\r\n").headers["etag"]
    head = f"Accept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n"
    answer = running.get(head=head)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert answer.headers["cache-control"].startswith("public, max-age=0")


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /?utm_source=x&page=7 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /? HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: \x7f;;q=,*;q=x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\nAccept-Encoding: zstd\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a" * 8_000 + "\r\n\r\n",
    ],
)
def test_odd_requests_get_the_whole_plain_page(running: Running, request_text: str) -> None:
    answer = Raw.ask(running.port, request_text)
    if answer.status == 400:  # a control character in a header is the server's to refuse
        assert "\x7f" in request_text
        return
    assert answer.status == 200
    assert answer.body.startswith(b"<h1>one</h1>")
    assert len(answer.body) == int(answer.headers["content-length"])


def test_many_requests_go_over_one_connection(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), 5) as connection:
        for path in ("/", "/history", "/desk/", "/", "/stream", "/healthz", "/nothing", "/"):
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert Raw.read(connection).status == (404 if path == "/nothing" else 200)


def test_a_new_snapshot_is_served_within_a_second(running: Running) -> None:
    for number in range(5):
        running.publish(f"text {number}")
        assert wait_for(running, f"text {number}".encode()) < 1.0


def test_a_damaged_snapshot_changes_nothing(running: Running) -> None:
    snapshot_file(running.data_dir).write_bytes(b"statushub-snapshot 1 torn")
    time.sleep(0.6)
    assert b"one" in running.get().body
    running.publish("two")
    assert wait_for(running, b"two") < 1.0


def test_all_threads_hanging_in_views_leave_the_page_alone(running: Running) -> None:
    running.moods.set("hang")
    hung = [threading.Thread(target=lambda: running.get("/desk/"), daemon=True) for _ in range(30)]
    for thread in hung:
        thread.start()
    until(lambda: running.get("/desk/").status == 503, "Flask's share is taken")
    slowest = 0.0
    for _ in range(200):
        start = time.monotonic()
        answer = running.get(head="Accept-Encoding: gzip\r\n")
        slowest = max(slowest, time.monotonic() - start)
        assert gzip.decompress(answer.body).startswith(b"<h1>one</h1>")
    assert slowest < 0.5
    assert running.get("/desk/").headers["retry-after"] == "2"
    running.moods.set("hang", False)
    until(lambda: running.get("/desk/").status == 200, "Flask is back")


def test_a_restart_without_a_database_serves_the_last_snapshot(
    granian: Start, running: Running
) -> None:
    running.process.terminate()
    assert running.process.wait(15) == 0
    running.moods.set("dead")
    start = time.monotonic()
    again = granian()
    assert b"one" in again.get().body
    assert time.monotonic() - start < 5
    assert again.get("/desk/").status >= 500
    assert again.get("/healthz").status == 200


def test_when_the_publisher_is_gone_flask_is_asked(granian: Start) -> None:
    """Nobody beats in this set-up, so after a while memory must not pass for the present."""
    running = granian(trust=2.0)
    running.publish("one")
    until(lambda: b'"revision": 1' in running.get("/healthz").body, "the snapshot is seen", 2)
    assert not beat_file(running.data_dir).exists()
    running.moods.text = "from Flask"
    assert b"one" in running.get().body
    assert until(lambda: b"from Flask" in running.get().body, "Flask is asked") > 0.5


def test_idle_and_slow_connections_do_not_lock_others_out(running: Running) -> None:
    idle = []
    for number in range(1_200):
        connection = socket.create_connection(("127.0.0.1", running.port), 5)
        if number % 2:
            connection.sendall(b"GET / HTTP/1.1\r\nHos")
        idle.append(connection)
    start = time.monotonic()
    assert running.get().status == 200
    assert time.monotonic() - start < 1
    for connection in idle:
        connection.close()


def test_a_worker_that_is_killed_comes_back(granian: Start) -> None:
    running = granian()
    until(lambda: _children(running.process.pid) != [], "a worker")
    time.sleep(6)  # granian takes an earlier death for a crash loop
    os.kill(_children(running.process.pid)[0], signal.SIGKILL)
    until(lambda: running.get("/healthz").status == 200, "the new worker", 15)


def test_a_second_server_does_not_share_the_port(running: Running) -> None:
    from statushub.serving import server

    with pytest.raises(OSError, match="in use"):
        server.free_port("127.0.0.1", running.port)
    assert server.free_port("127.0.0.1", 0) > 0
    port = free_port()
    assert server.free_port("127.0.0.1", port) == port


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]
