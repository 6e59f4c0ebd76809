"""An application with ten thousand subscribers, on SQLite and, where there is one, PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask import Flask

from statushub import config
from statushub.core import clock
from statushub.core.audit import SYSTEM
from statushub.core.db import Base, db, transaction
from statushub.core.ids import new_id
from statushub.factory import create_app
from statushub.incidents import service as incidents
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState

POSTGRES = os.environ.get(
    "STATUSHUB_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
SUBSCRIBERS = 10_000


@contextmanager
def sqlite_app(**env: str) -> Iterator[Flask]:
    """An application on a SQLite database of its own."""
    with tempfile.TemporaryDirectory(prefix="statushub-bench-") as folder:
        yield from _app({"STATUSHUB_DATA_DIR": folder, "STATUSHUB_DATABASE_URL": "", **env})


@contextmanager
def postgres_app(**env: str) -> Iterator[Flask | None]:
    """An application on a PostgreSQL database of its own; None where there is no server."""
    name = f"statushub_bench_{os.getpid()}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield None
        return
    with admin, tempfile.TemporaryDirectory(prefix="statushub-bench-") as folder:
        admin.execute(f'CREATE DATABASE "{name}"')
        url = POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        try:
            yield from _app({"STATUSHUB_DATA_DIR": folder, "STATUSHUB_DATABASE_URL": url, **env})
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _app(env: dict[str, str]) -> Iterator[Flask]:
    app = create_app(config.load({"STATUSHUB_MAIL_FROM": "status@example.com", **env}))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        incidents.set_up_page(name="Acme", time_zone="Etc/UTC", locale="en")
        yield app
        db.session.remove()
        db.engine.dispose()


def add_subscribers(count: int = SUBSCRIBERS) -> None:
    """That many confirmed e-mail subscribers of everything."""
    now = clock.now()
    with transaction() as session:
        session.execute(
            Subscriber.__table__.insert(),
            [
                {
                    "id": new_id(),
                    "kind": SubscriberKind.EMAIL,
                    "endpoint": f"customer{number}@example.com",
                    "state": SubscriberState.ACTIVE,
                    "locale": "en",
                    "sealed": "",
                    "reason": "",
                    "created_at": now,
                }
                for number in range(count)
            ],
        )


def declare(name: str = "Logins fail") -> str:
    """An incident with one component; its id."""
    component = incidents.add_component(SYSTEM, name="API")
    return incidents.declare_incident(
        SYSTEM,
        name=name,
        customer_impact="Some people cannot log in.",
        components={component.id: "major_outage"},
    ).id
