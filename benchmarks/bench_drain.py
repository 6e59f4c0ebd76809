"""How fast 10,000 e-mails leave the outbox into a local sink, every one recorded as sent.

Reference, in the same run: a bare loop over smtplib with the same number of connections, one
thread each, the same message with only the recipient and the links replaced, nothing recorded.
Goal: at least half of that."""

from __future__ import annotations

import smtplib
import threading
import time
from queue import Empty, SimpleQueue

from flask import Flask
from sqlalchemy import func, select

from benchmarks.crowd import SUBSCRIBERS, add_subscribers, declare, postgres_app, sqlite_app
from benchmarks.fast_sink import sink
from benchmarks.hub import table
from statushub.core.audit import SYSTEM
from statushub.core.db import db
from statushub.core.ids import new_uid
from statushub.publishing import drafts, service
from statushub.publishing.models import Delivery, DeliveryState, Message
from statushub.publishing.worker import Worker

GOAL = 0.5
CONNECTIONS = 8


def main() -> None:
    """Measure and print."""
    rows: list[tuple[object, ...]] = [("what", "messages/s", "ratio", "goal")]
    with sink() as (name, port):
        url = f"smtp://127.0.0.1:{port}"
        with sqlite_app(STATUSHUB_SMTP_URL=url) as app:
            rows += _measured("SQLite", app, port, name)
        with postgres_app(STATUSHUB_SMTP_URL=url) as app:
            if app:
                rows += _measured("PostgreSQL", app, port, name)
            else:
                rows.append(("outbox on PostgreSQL", "not there", "", ""))
    table(rows)


def _measured(engine: str, app: Flask, port: int, sink_name: str) -> list[tuple[object, ...]]:
    """The reference right before and right after, because the machine has other work too."""
    _publish_to_all()
    message = _one_message()
    before = _bare_loop(port, message)
    ours = _drained(app)
    bare = (before + _bare_loop(port, message)) / 2
    ratio = ours / bare
    goal = "met" if ratio >= GOAL else "MISSED"
    return [
        (f"bare smtplib, {CONNECTIONS} connections, {sink_name}", f"{bare:,.0f}", "", ""),
        (f"outbox on {engine}", f"{ours:,.0f}", f"{ratio:.2f}", goal),
    ]


def _publish_to_all() -> None:
    add_subscribers()
    draft = drafts.open_draft(SYSTEM, declare())
    service.publish(SYSTEM, draft.id, draft.version)
    db.session.remove()


def _drained(app: Flask) -> float:
    stop = threading.Event()
    worker = threading.Thread(target=Worker(app, concurrency=CONNECTIONS).run, args=(stop,))
    began = time.perf_counter()
    worker.start()
    while _sent() < SUBSCRIBERS:
        time.sleep(0.05)
    took = time.perf_counter() - began
    stop.set()
    worker.join()
    return SUBSCRIBERS / took


def _sent() -> int:
    sent = db.session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENT)
    )
    db.session.remove()
    return sent or 0


def _one_message() -> bytes:
    """The update's own mail, about as big as one on the wire."""
    payload = db.session.scalars(select(Message.payload)).first()
    assert payload is not None
    text, html = payload["text"], payload["html"]
    head = "From: s@example.com\r\nTo: @@to@@\r\nMessage-ID: <@@uid@@@h>\r\nSubject: x\r\n\r\n"
    return (head + (text + html).replace("\n", "\r\n")).encode()


def _bare_loop(port: int, message: bytes) -> float:
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(SUBSCRIBERS):
        todo.put(number)
    threads = [
        threading.Thread(target=_send_all, args=(port, message, todo)) for _ in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return SUBSCRIBERS / (time.perf_counter() - began)


def _send_all(port: int, message: bytes, todo: SimpleQueue[int]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        while True:
            try:
                address = f"customer{todo.get_nowait()}@example.com"
            except Empty:
                return
            one = message.replace(b"@@to@@", address.encode())
            one = one.replace(b"@@uid@@", new_uid().encode())
            smtp.sendmail("s@example.com", [address], one)


if __name__ == "__main__":
    main()
