"""The delivery worker: a lane per way out, and one thread for what the clock does.

Any number of workers may run, in any number of processes and (on PostgreSQL) on any number of
machines. docs/delivery.md says what each of them promises.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import InterfaceError, OperationalError

from statushub.channels.service import transports
from statushub.core import clock
from statushub.core.db import release, transaction
from statushub.core.ids import new_id
from statushub.publishing import clockwork, outbox, patience, upkeep
from statushub.publishing.lane import Lane
from statushub.publishing.models import WorkerHeartbeat

log = logging.getLogger(__name__)

HEARTBEAT = 5.0
CLOCK = 1.0
CLEAR_OUT = 5.0
FORGET = timedelta(days=1)

_WEBHOOK_FACTOR = 2  # endpoints of strangers: they wait more than they work
_MAIL_AHEAD = 120  # a thread's supply, in mails


class Worker:
    """One worker. ``concurrency`` is the number of connections to the mail server; webhooks get
    twice as many threads, every other way half. ``lease`` (seconds) is for tests."""

    def __init__(self, app: Flask, concurrency: int = 8, lease: float = patience.LEASE) -> None:
        self._app = app
        self.name = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"[:50]
        self._started_at = clock.now()
        with app.app_context():
            names = [transport.name for transport in transports().all_()]
        self._names = names
        self._lanes = [
            Lane(
                app,
                name,
                self.name,
                threads=_threads(name, concurrency),
                ahead=_MAIL_AHEAD * concurrency if name == "email" else 0,
                lease=lease,
            )
            for name in names
        ]
        self._due: dict[Callable[[], object], float] = {}

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; then finish the messages in hand, give the rest back, and
        return."""
        for lane in self._lanes:
            lane.start()
        loops = [
            threading.Thread(target=lane.run, args=(stop,), name=f"lane-{lane.transport}")
            for lane in self._lanes
        ]
        for loop in loops:
            loop.start()
        with self._app.app_context():
            while not stop.wait(patience.POLL):
                self._keep_time()
        for loop in loops:
            loop.join()
        self._leave()

    def drain(self, seconds: float = 30.0) -> None:
        """Work in this thread until nothing is due and nothing is in hand (for tests and for a
        command that must not leave before its mail has). Raises TimeoutError.

        A worker runs or drains once."""
        for lane in self._lanes:
            lane.start()
        until = time.monotonic() + seconds
        try:
            with self._app.app_context():
                while not self._drained():
                    if time.monotonic() > until:
                        raise TimeoutError(f"still at work after {seconds} s")
                    self._keep_time()
                    for lane in self._lanes:
                        lane.step(0.005)
        finally:
            for lane in self._lanes:
                lane.finish()
            self._leave()

    def _drained(self) -> bool:
        if any(not lane.idle for lane in self._lanes):
            return False
        open_ways = [lane.transport for lane in self._lanes if not lane.paused]
        try:
            return bool(self._due) and not upkeep.anything_left(open_ways)
        finally:
            release()

    def _keep_time(self) -> None:
        """Every now and then: what the clock does, dead workers' work, the heartbeat."""
        for task, every in (
            (clockwork.run_due, CLOCK),
            (upkeep.reap, CLOCK),
            (upkeep.clear_out, CLEAR_OUT),
            (self._beat, HEARTBEAT),
            (_explain_holds, CLEAR_OUT),
        ):
            if time.monotonic() < self._due.get(task, 0.0):
                continue
            self._due[task] = time.monotonic() + every
            _carefully(task)

    def _beat(self) -> None:
        """Say that this worker is alive, and forget those that have long been dead."""
        now = clock.now()
        with transaction() as session:
            mine = session.get(WorkerHeartbeat, self.name)
            if mine is None:
                mine = WorkerHeartbeat(name=self.name, started_at=self._started_at)
                session.add(mine)
            mine.seen_at = now
            session.execute(
                delete(WorkerHeartbeat)
                .where(WorkerHeartbeat.seen_at < now - FORGET)
                .execution_options(synchronize_session=False)
            )

    def _leave(self) -> None:
        with self._app.app_context():
            _carefully(self._sign_off)
            transports().close()

    def _sign_off(self) -> None:
        with transaction() as session:
            session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name == self.name))


def _threads(transport: str, concurrency: int) -> int:
    if transport == "email":
        return concurrency
    if transport == "webhook":
        return concurrency * _WEBHOOK_FACTOR
    return max(2, concurrency // 2)


def _explain_holds() -> None:
    """Say on what cannot go out at all why it does not (settings change while things wait)."""
    for transport in transports().all_():
        reason = outbox.hold_reason(transport.name)
        if reason:
            upkeep.explain_waiting(transport.name, reason)


def _carefully(task: Callable[[], object]) -> None:
    """A task that fails is tried again when its time comes; the others go on."""
    try:
        task()
    except (OperationalError, InterfaceError) as error:
        log.warning("%s: the database does not answer: %s", task.__name__, error.orig)
    except Exception:
        log.exception("%s failed", task.__name__)
    finally:
        release()
