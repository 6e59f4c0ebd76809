"""Workers are killed with SIGKILL again and again; in the end everybody has been told, no mail or
webhook is lost, no public post was made twice, and nothing says "sent" that was not.

Real worker processes, real databases, and a mail server, a webhook receiver and X's API in
processes of their own. ``STATUSHUB_TEST_KILLS`` sets how many random kills there are (default 16,
besides the ones at chosen moments)."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from statushub.channels.service import connect
from statushub.core.access import vault
from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.publishing.models import Delivery, DeliveryState
from statushub.subscribers.models import SubscriberKind
from tests.emulators import smtp_sink, webhook_receiver
from tests.emulators.x_api import Post, XAccount, read_state
from tests.publishing.conftest import World, _world
from tests.publishing.mortal_worker import MOMENTS

RANDOM_KILLS = int(os.environ.get("STATUSHUB_TEST_KILLS", "16"))
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQh"
MAILBOXES, HOOKS = 12, 3
DONE = {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED}


@dataclass
class Outside:
    """The networks, each a process with a book of its own."""

    folder: Path
    smtp_port: int
    hook_port: int
    x_port: int

    @property
    def mails(self) -> list[dict[str, Any]]:
        return smtp_sink.read_lines(self.folder / "mails")

    @property
    def calls(self) -> list[webhook_receiver.Call]:
        return webhook_receiver.read_lines(self.folder / "calls")

    @property
    def posts(self) -> list[Post]:
        book = self.folder / "posts"
        return read_state(book) if book.exists() else []

    @property
    def attempts(self) -> Counter[str]:
        book = self.folder / "attempts"
        lines = book.read_text().splitlines() if book.exists() else []
        return Counter(json.loads(line) for line in lines)


@contextmanager
def _process(*command: str, **facts: Any) -> Iterator[subprocess.Popen[str]]:
    """A process; it and all its children are gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **facts,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    book = {name: str(tmp_path / name) for name in ("mails", "calls", "posts", "attempts")}
    with ExitStack() as stack:
        smtp = stack.enter_context(
            _process("tests.emulators.smtp_sink", "--headers-only", "--out", book["mails"])
        )
        hook = stack.enter_context(
            _process("tests.emulators.webhook_receiver", "--secret", SECRET, "--out", book["calls"])
        )
        x = stack.enter_context(
            _process(
                "tests.publishing.strict_x",
                *("--state", book["posts"], "--attempts", book["attempts"]),
            )
        )
        yield Outside(tmp_path, *(int(_first_line(one)) for one in (smtp, hook, x)))


class Workers:
    """The warm parent of the workers (see mortal_worker.py)."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent

    def start(self, **order: Any) -> int:
        """A new worker's process id."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        return int(_first_line(self._parent))


@pytest.fixture
def workers(app: Flask, outside: Outside) -> Iterator[Workers]:
    settings = app.config["SETTINGS"]
    env = {
        **os.environ,
        "STATUSHUB_DATA_DIR": str(settings.data_dir),
        "STATUSHUB_DATABASE_URL": settings.database_url,
        "STATUSHUB_SECRET_KEY": settings.secret_keys[0],
        "STATUSHUB_BASE_URL": settings.base_url,
        "STATUSHUB_MAIL_FROM": "StatusHub <status@example.com>",
        "STATUSHUB_ALLOW_PRIVATE_TARGETS": "127.0.0.1/32",
        "STATUSHUB_SMTP_URL": f"smtp://127.0.0.1:{outside.smtp_port}",
        "STATUSHUB_X_API_BASE": f"http://127.0.0.1:{outside.x_port}",
    }
    with _process("tests.publishing.mortal_worker", stdin=subprocess.PIPE, env=env) as parent:
        yield Workers(parent)


@pytest.fixture
def told_world(app: Flask, actor: Actor, outside: Outside) -> World:
    """A page with mail, webhook and X subscribers."""
    world = _world(app, actor)
    for number in range(MAILBOXES):
        world.subscriber(f"customer{number}@example.com")
    for number in range(HOOKS):
        world.subscriber(
            f"http://127.0.0.1:{outside.hook_port}/hook/{number}",
            kind=SubscriberKind.WEBHOOK,
            sealed=vault().seal({"signing_secret": SECRET}),
        )
    connect(actor, "x", "@acme", {**XAccount("acme").secrets, "username": "acme"})
    return world


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_workers_lose_nothing_and_post_nothing_twice(
    told_world: World, outside: Outside, workers: Workers
) -> None:
    chance, numbers = random.Random(20261121), count(1)
    for moment in MOMENTS:
        _tell(told_world, next(numbers))
        _await_death(workers.start(die_at=moment, nth=chance.choice((1, 1, 2, 4))))
    for _kill in range(RANDOM_KILLS):
        _tell(told_world, next(numbers))
        pids = [workers.start() for _ in range(chance.choice((1, 2)))]
        time.sleep(chance.uniform(0.02, 0.35))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            _wait(lambda pid=pid: not _alive(pid), 5)
    survivor = workers.start()
    _wait(_everything_is_settled, 60 + 3 * RANDOM_KILLS)
    os.kill(survivor, signal.SIGTERM)
    _wait(lambda: not _alive(survivor), 20)
    _compare(outside)


def _tell(world: World, number: int) -> None:
    """A new incident with two updates, so that every thread has an order to keep."""
    incident = world.declare(f"Incident {number}")
    for words in ("We look into it", "We found it"):
        world.publish(incident, body=f"{words}, number {number}.")
    db.session.rollback()  # nothing is held open while the workers write


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _await_death(pid: int) -> None:
    """The worker dies at its moment; if that never comes for it, it is killed where it is."""
    until = time.monotonic() + 1.5
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    if _alive(pid):
        os.kill(pid, signal.SIGKILL)
        _wait(lambda: not _alive(pid), 5)


def _wait(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.02)


def _everything_is_settled() -> bool:
    """Nothing is under way, and every uncertain post has been looked for."""
    rows = db.session.execute(select(Delivery.state, Delivery.lookups)).all()
    db.session.rollback()
    return all(
        state in DONE and (state is not DeliveryState.UNCERTAIN or lookups > 0)
        for state, lookups in rows
    )


def _compare(outside: Outside) -> None:
    """What was received is what was due."""
    rows = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    due = {
        kind: [one for one in rows if one.transport == kind] for kind in ("email", "webhook", "x")
    }
    assert all(len(some) > 20 for some in due.values())

    assert {one.state for one in due["email"]} == {DeliveryState.SENT}
    assert {(one.target, f"<{one.uid}@example.com>") for one in due["email"]} == {
        (mail["rcpt"], mail["Message-ID"]) for mail in outside.mails
    }

    assert {one.state for one in due["webhook"]} == {DeliveryState.SENT}
    whole = [call for call in outside.calls if call.signed_by == SECRET]
    assert {call.id for call in whole} == {one.uid for one in due["webhook"]}
    torn = [call for call in outside.calls if call.signed_by != SECRET]
    assert all(_is_torn(call.body) for call in torn)  # cut off when the worker died over it

    _compare_posts(due["x"], outside)


def _is_torn(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return True
    return False


def _compare_posts(due: list[Delivery], outside: Outside) -> None:
    attempts, posts = outside.attempts, outside.posts
    assert max(attempts.values()) == 1, "a public post was attempted twice"
    assert len({post.sent for post in posts}) == len(posts)
    by_id = {post.id: post for post in posts}
    sent = [one for one in due if one.state is DeliveryState.SENT]
    assert {one.message.payload["text"] for one in sent} == {post.sent for post in posts}
    for one in sent:
        assert by_id[one.provider_id].sent == one.message.payload["text"]
    unsent = [one for one in due if one.state is not DeliveryState.SENT]
    assert {one.state for one in unsent} == {DeliveryState.UNCERTAIN}  # some died before posting
    assert all(one.reason for one in unsent)
    _compare_threads(sent, by_id)


def _compare_threads(sent: list[Delivery], by_id: dict[str, Post]) -> None:
    """A later update replies to the newest earlier one that is known to stand on X, or stands
    alone when that one's fate was not known yet; never the other way round."""
    newest: dict[str, str] = {}
    for one in sent:
        earlier = newest.get(one.order_key)
        assert by_id[one.provider_id].in_reply_to in {None, earlier}
        newest[one.order_key] = one.provider_id
