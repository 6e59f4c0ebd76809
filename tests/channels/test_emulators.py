"""The emulators as commands: another process's record outlives whoever was killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from statushub.channels.registry import Transports
from statushub.channels.seam import Account, Rejected, Sent
from tests.channels.conftest import LOOPBACK, MAIL_FROM, SECRET, outgoing
from tests.emulators import smtp_sink, webhook_receiver, x_api


@contextmanager
def command(module: str, *arguments: str) -> Iterator[int]:
    """A running emulator's port; it is told to stop at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.emulators.{module}", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        process.stdout.close()


def transports(*, smtp: int = 1, x: int = 1) -> Transports:
    return Transports.from_settings(
        smtp_url=f"smtp://127.0.0.1:{smtp}",
        mail_from=MAIL_FROM,
        x_api_base=f"http://127.0.0.1:{x}",
        allow_private=LOOPBACK,
    )


def test_the_x_emulator_remembers_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "x.jsonl"
    account = Account(secrets=x_api.XAccount("acme").secrets)
    out = outgoing({"text": "Hello & welcome to https://example.com/"})
    with command("x_api", "--state", str(state)) as port:
        sent = transports(x=port).get("x").send(account, out)
        assert isinstance(sent, Sent)
    with command("x_api", "--state", str(state)) as port:
        found = transports(x=port).get("x").find(account, out)
        assert isinstance(found, Sent)
        assert found.provider_id == sent.provider_id
        fault = json.dumps([asdict(x_api.SUSPENDED)]).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_emulator/faults", fault, 5).close()
        refused = transports(x=port).get("x").send(account, outgoing({"text": "More."}))
        assert isinstance(refused, Rejected)
    assert [post.sent for post in x_api.read_state(state)] == [out.payload["text"]]


def test_the_mail_server_writes_down_each_mail(tmp_path: Path) -> None:
    written = tmp_path / "mail.jsonl"
    payload = {"subject": "障害", "text": "Hello.", "headers": {"List-Unsubscribe": "<https://u>"}}
    with command("smtp_sink", "--out", str(written)) as port:
        built = transports(smtp=port)
        outcome = built.get("email").send(Account(), outgoing(payload, "ann@example.com"))
        built.close()
    (line,) = smtp_sink.read_lines(written)
    assert isinstance(outcome, Sent)
    assert (line["rcpt"], line["Subject"]) == ("ann@example.com", "障害")
    assert (line["Message-ID"], line["List-Unsubscribe"]) == (outcome.provider_id, "<https://u>")
    assert "Hello." in line["raw"]


def test_the_fast_mail_server_writes_down_each_mail(tmp_path: Path) -> None:
    written = tmp_path / "mail.txt"
    with command("fast_smtp_sink", "--out", str(written), "--pipelining") as port:
        built = transports(smtp=port)
        for uid in ("one", "two"):
            out = outgoing({"subject": "x", "text": ".\nx"}, f"{uid}@example.com", uid=uid)
            assert isinstance(built.get("email").send(Account(), out), Sent)
        built.close()
    assert written.read_text().splitlines() == [
        "<one@acme.example> one@example.com",
        "<two@acme.example> two@example.com",
    ]


def test_the_webhook_receiver_writes_down_each_call(tmp_path: Path) -> None:
    written = tmp_path / "calls.jsonl"
    with command("webhook_receiver", "--out", str(written), "--secret", SECRET) as port:
        built = transports()
        out = outgoing({"body": {"a": 1}, "secret": SECRET}, f"http://127.0.0.1:{port}/hook")
        assert isinstance(built.get("webhook").send(Account(), out), Sent)
        built.close()
    (call,) = webhook_receiver.read_lines(written)
    assert (call.id, call.json, call.signed_by) == (out.uid, {"a": 1}, SECRET)
