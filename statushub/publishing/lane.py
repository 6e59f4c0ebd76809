"""A lane: everything that goes one way (e-mail, webhooks, X), with threads of its own, so that a
slow mail server or a hanging endpoint never delays another way.

One loop claims, renews and settles; the threads only talk to providers. What the loop writes goes
in batches: a crash may repeat the few mails since the last one, under the same Message-ID.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue

from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from statushub.channels.seam import Retry
from statushub.channels.service import transports
from statushub.core import clock
from statushub.core.db import release
from statushub.core.i18n import known_locale
from statushub.core.ids import new_id
from statushub.incidents.page import find_page
from statushub.publishing import leasing, patience, settling, upkeep
from statushub.publishing.leasing import Claim
from statushub.publishing.sending import Abandoned, Messages, deliver
from statushub.publishing.settling import Result

log = logging.getLogger(__name__)
_BATCH = 500
_BREATH = timedelta(seconds=1)


@dataclass(frozen=True)
class _Back:
    """A claim that was not begun."""

    claim: Claim


class Lane:
    """The deliveries of one transport. ``ahead`` is how many are claimed beyond what the threads
    hold: quick ways need a supply, slow ones must not hoard."""

    def __init__(
        self,
        app: Flask,
        transport: str,
        worker: str,
        *,
        threads: int,
        ahead: int = 0,
        lease: float = patience.LEASE,
    ) -> None:
        self.transport = transport
        self._app = app
        self._worker = worker
        self._ahead = ahead
        self._capacity = threads + ahead
        with app.app_context():
            self._public = transports().get(transport).public_post
        self._lease = timedelta(seconds=lease)
        self._messages = Messages()
        self._todo: SimpleQueue[Claim | None] = SimpleQueue()
        self._done: SimpleQueue[Result | _Back] = SimpleQueue()
        self._in_hand: dict[int, Claim] = {}
        self._unsettled: list[Result | _Back] = []
        self._renewed_at = time.monotonic()
        self._seconds_at = 0.0
        self._failures = 0
        self._paused_until = 0.0
        self._stuck = 0
        self._why = ""
        self._closed = False  # a thread has just found the way closed
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{transport}-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    @property
    def idle(self) -> bool:
        """Nothing is in hand and nothing waits to be written down."""
        return len(self._in_hand) == self._stuck and not self._unsettled

    @property
    def paused(self) -> bool:
        """Whether the way itself is closed for a moment."""
        return time.monotonic() < self._paused_until

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``, then finish what is in hand and give the rest back."""
        with self._app.app_context():
            while not stop.is_set():
                self.step(patience.POLL)
        self.finish()

    def step(self, wait: float) -> bool:
        """One round: settle, renew, claim. Waits up to ``wait`` seconds when there is nothing to
        do. Returns whether anything moved. A database that is away is waited for."""
        try:
            moved = self._settle(0 if self.idle else wait)
            self._renew()
            moved = self._take() or moved
        except (OperationalError, InterfaceError) as error:
            log.warning("%s: the database does not answer: %s", self.transport, error.orig)
            moved = False
            time.sleep(wait)
        except Exception:  # a mistake of ours must not end the lane; what is unsettled is kept
            log.exception("%s: a round failed", self.transport)
            moved = False
            time.sleep(max(wait, _BREATH.total_seconds()))
        finally:
            release()
        if not moved and self.idle:
            time.sleep(wait)
        return moved

    def finish(self, seconds: float = 90.0) -> None:
        """Let what a thread has in hand come to its end; give back what none has begun."""
        self._stopping = True
        until = time.monotonic() + seconds
        with self._app.app_context():
            while not self.idle and time.monotonic() < until:
                try:
                    self._settle(patience.POLL)
                    self._renew()
                except SQLAlchemyError:
                    time.sleep(patience.POLL)
                finally:
                    release()
        for _thread in self._threads:
            self._todo.put(None)

    def _settle(self, wait: float) -> bool:
        """Write down what the threads have brought."""
        self._collect(wait)
        if not self._unsettled:
            return False
        batch = self._unsettled[:_BATCH]
        results = [one for one in batch if isinstance(one, Result)]
        stuck = self._write_down(results)
        self._notice_pause(results)
        if returned := [one.claim for one in batch if isinstance(one, _Back)]:
            later = None if self._stopping else clock.now() + _BREATH
            leasing.give_back(returned, later, self._why if self.paused else "")
        del self._unsettled[: len(batch)]
        for one in batch:
            if one not in stuck:
                self._in_hand.pop(one.claim.id, None)
        return True

    def _write_down(self, results: Sequence[Result]) -> Sequence[Result]:
        """Store outcomes; those that cannot be stored, by a mistake of ours, are given back.

        Such a one stays in hand, its lease renewed: given up, a mail would be sent again and
        again. The log says so; the next start of a worker takes it up."""
        try:
            settling.settle(results)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if len(results) > 1:
                return [one for alone in results for one in self._write_down([alone])]
            log.exception("the outcome %s cannot be stored", results[0])
            self._stuck += 1
            return results
        return ()

    def _collect(self, wait: float) -> None:
        try:
            if wait and not self._unsettled:
                self._unsettled.append(self._done.get(timeout=wait))
            while True:
                self._unsettled.append(self._done.get_nowait())
        except Empty:
            return

    def _notice_pause(self, results: Sequence[Result]) -> None:
        """A closed way (the mail server is down) rests as a whole, longer each time."""
        closed = [
            one.outcome for one in results if isinstance(one.outcome, Retry) and _found_closed(one)
        ]
        if not closed:
            self._failures = 0 if results else self._failures
            return
        if not self.paused:
            self._failures += 1
            rest = patience.pause(self._failures)
            if (at := closed[0].at) is not None:
                rest = max(rest, at - clock.now())
            self._paused_until = time.monotonic() + rest.total_seconds()
        self._closed = False
        self._why = closed[0].reason
        upkeep.explain_waiting(self.transport, self._why)

    def _renew(self) -> None:
        if time.monotonic() - self._renewed_at < self._lease.total_seconds() / 3:
            return
        upkeep.renew({one.lease_by for one in self._in_hand.values()}, self._lease)
        self._renewed_at = time.monotonic()

    def _take(self) -> bool:
        """Claim what is due, as much as there is room for: first attempts, and every now and then
        look-ups and later attempts, in at most half of the room, so that slow ones never fill the
        lane."""
        if self._stopping or self.paused or not self._has_room():
            return False
        lease_by = f"{self._worker}:{new_id()}"
        claims = self._second_tries(lease_by)
        room = self._capacity - len(self._in_hand) - len(claims)
        claims += leasing.claim(self.transport, lease_by, self._lease, room)
        if claims and self.idle:
            self._renewed_at = time.monotonic()
        for one in claims:
            self._in_hand[one.id] = one
            self._todo.put(one)
        return bool(claims)

    def _second_tries(self, lease_by: str) -> list[Claim]:
        """Posts to be looked for, and what failed before."""
        if time.monotonic() < self._seconds_at:
            return []
        late = sum(one.attempts > 1 or one.look_up for one in self._in_hand.values())
        room = min(self._capacity - len(self._in_hand), max(1, self._capacity // 2) - late)
        claims: list[Claim] = []
        if self._public:
            claims = leasing.claim_lookups(self.transport, lease_by, self._lease, room)
        room -= len(claims)
        claims += leasing.claim(self.transport, lease_by, self._lease, room, retries=True)
        if not claims:
            self._seconds_at = time.monotonic() + patience.POLL
        return claims

    def _has_room(self) -> bool:
        """A supply is filled up by the handful: a query for each place costs more than it
        brings."""
        free = self._capacity - len(self._in_hand)
        return free >= max(1, self._ahead // 3)

    def _work(self) -> None:
        """A thread: take a claim, call the provider, bring the outcome."""
        with self._app.app_context(), force_locale(self._locale()):
            while (claim := self._todo.get()) is not None:
                self._done.put(self._handled(claim))

    def _handled(self, claim: Claim) -> Result | _Back:
        if self._stopping or self.paused or self._closed:
            return _Back(claim)
        try:
            result = Result(claim, deliver(claim, self._messages))
        except Abandoned:
            return _Back(claim)
        except Exception:  # before anything was sent
            log.exception("delivery %s could not be begun", claim.id)
            return _Back(claim)
        finally:
            release()
        self._closed = self._closed or _found_closed(result)
        return result

    def _locale(self) -> str:
        """Reasons are written in the page's language."""
        try:
            page = find_page()
            return known_locale(page.locale if page else None)
        except SQLAlchemyError:
            return known_locale(None)
        finally:
            release()


def _found_closed(result: Result) -> bool:
    """Whether the way itself is closed (the mail server is down). Of an account's posts the
    channel's own row keeps that in mind."""
    return result.claim.channel_id is None and settling.is_account_wide(result.outcome)
