"""The public page from memory: requests a second and CPU microseconds a request.

References in the same run: nginx serving the same bytes as precompressed files (if nginx is
installed), and granian with an application of one line (the floor of any WSGI application).
The client is wrk (https://github.com/wg/wrk), which needs a core of its own; on two cores read
the ratios, and the CPU time before the rate.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hub import answers, free_port, hub, running, site_alone, table, until
from statushub.serving.beat import beat_file
from statushub.serving.pages import Page
from statushub.serving.snapshot import Snapshot, load, save, snapshot_file

SECONDS = 3
ROUNDS = 2
CONNECTIONS = 64
CHROME = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Site": "none",
}
ONE_LINE = """
import sys
from statushub.serving.site_process import make_server
BODY = b"x" * int(sys.argv[2])
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", str(len(BODY)))])
    return [BODY]
def load():
    return app
make_server("127.0.0.1", int(sys.argv[1]), 1).serve(target_loader=load, wrap_loader=False)
"""
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; default_type text/html; gzip_static on; keepalive_requests 1000000;
  open_file_cache max=100;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


@dataclass
class Target:
    """A server to ask."""

    name: str
    port: int
    pid: int


@dataclass
class Result:
    """What wrk saw and what the server's processes used."""

    rate: float
    cpu: float  # microseconds a request
    p99: str


def main() -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        print("wrk is not installed, so the rate of the hot path was NOT measured.")
        return
    with hub() as made:
        snapshot = load(snapshot_file(made.data_dir))
    etag = snapshot.pages["/"].etags["gzip"]
    kinds = {
        "gzip": {"Accept-Encoding": "gzip"},
        "browser, br": CHROME,
        "304": {"Accept-Encoding": "gzip", "If-None-Match": etag},
    }
    rows: list[tuple[object, ...]] = [("server", "request", "req/s", "ratio", "CPU µs", "p99")]
    with ExitStack() as stack:
        targets = _targets(stack, snapshot)
        for kind, headers in kinds.items():
            first: Result | None = None
            for target in targets:
                result = best(target, headers)
                first = first or result
                rows.append(_row(target, kind, result, first))
    table(rows)
    if shutil.which("nginx") is None:
        print("nginx is not installed: NOT compared with nginx, only with a bare application.")


def _row(target: Target, kind: str, result: Result, first: Result) -> tuple[object, ...]:
    ratio = f"{result.rate / first.rate:.2f}"
    return target.name, kind, f"{result.rate:,.0f}", ratio, f"{result.cpu:.1f}", result.p99


def _targets(stack: ExitStack, snapshot: Snapshot) -> list[Target]:
    """The reference first: ratios are to it."""
    home = snapshot.pages["/"]
    targets = []
    if shutil.which("nginx"):
        targets.append(stack.enter_context(_nginx(home)))
    targets.append(stack.enter_context(_one_line(len(home.bodies["gzip"]))))
    targets.append(stack.enter_context(_statushub(snapshot)))
    return targets


@contextmanager
def _statushub(snapshot: Snapshot) -> Iterator[Target]:
    with tempfile.TemporaryDirectory(prefix="statushub-bench-") as folder:
        save(snapshot, snapshot_file(Path(folder)))
        with site_alone(Path(folder)) as (port, pid):
            code = (
                "import pathlib, time\n"
                f"beat = pathlib.Path({str(beat_file(Path(folder)))!r})\n"
                "while True: beat.touch(); time.sleep(2)"
            )
            beat = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
            try:
                yield Target("StatusHub, hot path", port, pid)
            finally:
                beat.kill()
                beat.wait()


@contextmanager
def _one_line(size: int) -> Iterator[Target]:
    port = free_port()
    command = [sys.executable, "-c", ONE_LINE, str(port), str(size)]
    with running(command, dict(os.environ)) as pid:
        until(lambda: answers(port), "the bare application")
        yield Target("granian, one-line application", port, pid)


@contextmanager
def _nginx(home: Page) -> Iterator[Target]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="statushub-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "www").mkdir()
        (folder / "www" / "index.html").write_bytes(home.bodies["identity"])
        (folder / "www" / "index.html.gz").write_bytes(home.bodies["gzip"])
        (folder / "conf").write_text(NGINX.format(folder=folder, port=port))
        with running(["nginx", "-c", str(folder / "conf")], dict(os.environ)) as pid:
            until(lambda: answers(port), "nginx")
            yield Target("nginx, static files", port, pid)


def best(target: Target, headers: dict[str, str]) -> Result:
    """The better of a few rounds: neighbours only ever make it slower."""
    return max((wrk(target, headers) for _ in range(ROUNDS)), key=lambda result: result.rate)


def wrk(target: Target, headers: dict[str, str]) -> Result:
    """One round."""
    options = [f"-H{name}: {value}" for name, value in headers.items()]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *options]
    before = cpu_seconds(target.pid)
    address = f"http://127.0.0.1:{target.port}/"
    done = subprocess.run([*command, address], capture_output=True, text=True, check=True)
    used = cpu_seconds(target.pid) - before
    requests = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    tail = re.search(r"99%\s+(\S+)", done.stdout)
    if requests is None or rate is None or "Non-2xx" in done.stdout:
        raise RuntimeError(f"{target.name} did not serve: {done.stdout}")
    return Result(float(rate[1]), used / int(requests[1]) * 1e6, tail[1] if tail else "?")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(cpu_seconds(int(child)) for child in children)


if __name__ == "__main__":
    main()
