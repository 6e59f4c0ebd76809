"""What every test may use. Real databases: SQLite and PostgreSQL, one of each a test process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.serving import make_server

from statushub import config
from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import Base, db

POSTGRES = os.environ.get(
    "STATUSHUB_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
PASSWORD = "a quiet harbour at dawn"
CHROMIUM = os.environ.get("STATUSHUB_TEST_CHROMIUM", "/usr/bin/chromium")


def _worker_name() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


def _missing(what: str) -> None:
    """A missing service fails in CI and skips, saying so, on somebody's laptop."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is required in CI")
    pytest.skip(f"{what} is not there")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this test process's own on the real server."""
    name = f"statushub_test_{_worker_name()}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        _missing("PostgreSQL")
        return
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def bare_postgres(postgres_url: str) -> Iterator[str]:
    """A database without tables, for one test."""
    url = f"{postgres_url}_bare"
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield url
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def make_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Flask]:
    """Builds an application from environment settings; tables are not created."""

    def build(**env: str) -> Flask:
        from statushub.factory import create_app

        data = env.pop("STATUSHUB_DATA_DIR", "") or str(tmp_path_factory.mktemp("data"))
        settings = config.load(
            {
                "STATUSHUB_DATA_DIR": data,
                "STATUSHUB_SECRET_KEY": "test-only-key-" + "0123456789abcdef" * 3,
                "STATUSHUB_BASE_URL": "http://localhost",
                "STATUSHUB_MAIL_FROM": "StatusHub <status@example.com>",
                "STATUSHUB_ALLOW_PRIVATE_TARGETS": "127.0.0.1/32",
                **env,
            }
        )
        app = create_app(settings, testing=True)
        app.test_client_class = Browser
        app.config["WTF_CSRF_ENABLED"] = False  # its own tests switch it on
        return app

    return build


def _create(app: Flask) -> Flask:
    with app.app_context():
        db.create_all()
        db.session.remove()
    return app


@pytest.fixture(scope="session")
def _sqlite_once(make_app: Callable[..., Flask]) -> Flask:
    return _create(make_app())


@pytest.fixture(scope="session")
def _postgres_once(make_app: Callable[..., Flask], postgres_url: str) -> Iterator[Flask]:
    app = _create(make_app(STATUSHUB_DATABASE_URL=postgres_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def _empty(app: Flask) -> None:
    db.session.remove()
    tables = list(reversed(Base.metadata.sorted_tables))
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            for table in tables:
                connection.execute(table.delete())


def _fresh(app: Flask) -> Iterator[Flask]:
    from statushub.web.limits import limiter

    with app.app_context():
        _empty(app)
        limiter.reset()
        yield app
        db.session.rollback()
        db.session.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application with an empty database, on both engines, its context pushed."""
    once = "_sqlite_once" if request.param == "sqlite" else "_postgres_once"
    yield from _fresh(request.getfixturevalue(once))


@pytest.fixture
def sqlite_app(_sqlite_once: Flask) -> Iterator[Flask]:
    """An application on SQLite alone, for what no database can change."""
    yield from _fresh(_sqlite_once)


class Browser(FlaskClient):
    """Each request stands for itself: the context that a test holds open must not remember who
    was there in the request before."""

    def open(self, *args: Any, **more: Any) -> Any:
        """One request."""
        if has_app_context():
            g.pop("_login_user", None)
        return super().open(*args, **more)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def actor() -> Actor:
    """Somebody who acts, for services that record it."""
    return Actor(kind="user", id="tester", name="Tess Tester")


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def set(self, moment: datetime) -> None:
        """Jump to ``moment`` (aware)."""
        self.now = moment

    def advance(self, **delta: float) -> None:
        """Move on: ``advance(minutes=5)``."""
        self.now += timedelta(**delta)


@pytest.fixture
def frozen_time() -> Iterator[Clock]:
    """Time stands at 2026-03-02 14:00 UTC (a Monday) and moves when the test says so."""
    held = Clock(datetime(2026, 3, 2, 14, 0, tzinfo=UTC))
    clock.set_source(lambda: held.now)
    yield held
    clock.set_source(None)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The stored form of :data:`PASSWORD`, made once (argon2 is slow on purpose)."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def make_user(password_hash: str) -> Callable[..., Any]:
    """Adds a person: ``make_user("viewer", email=…, name=…)``; call inside an app context."""
    from statushub.accounts.models import User
    from statushub.accounts.permissions import Role
    from statushub.core.db import transaction

    def build(role: str = "owner", *, email: str = "", name: str = "", locale: str = "en") -> User:
        user = User(
            email=email or f"{role}@example.com",
            name=name or role.replace("_", " ").title(),
            role=Role(role),
            password_hash=password_hash,
            locale=locale,
        )
        with transaction() as session:
            session.add(user)
        return user

    return build


@pytest.fixture
def sign_in(client: FlaskClient, make_user: Callable[..., Any]) -> Callable[..., Any]:
    """Signs ``client`` in: ``sign_in("communications_manager")`` returns the person."""

    def enter(role: str = "owner", **facts: str) -> Any:
        user = make_user(role, **facts)
        with client.session_transaction() as session:
            session["_user_id"] = user.get_id()
            session["_fresh"] = True
        return user

    return enter


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application on a real port; gives its address. CSRF is on, as in service."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    before = app.config["BASE_URL"]
    app.config["BASE_URL"] = address
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    server.server_close()
    thread.join(5)
    app.config["BASE_URL"] = before
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium a test process."""
    if not Path(CHROMIUM).exists():
        _missing("Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Any) -> Iterator[Any]:
    """A fresh browser window; every error on its console fails the test."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert problems == []
