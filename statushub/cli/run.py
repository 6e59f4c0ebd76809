"""``statushub serve`` and ``statushub worker``: the processes."""

from __future__ import annotations

import signal
import sys
import threading
from dataclasses import replace

import click
import flask_migrate
from sqlalchemy.exc import DBAPIError

from statushub import config
from statushub.accounts import service as accounts
from statushub.config import Settings
from statushub.core.access import base_url
from statushub.factory import create_app
from statushub.publishing.worker import Worker
from statushub.serving.server import serve as serve_processes


@click.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1, STATUSHUB_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port (default 8000, PORT).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--no-worker", is_flag=True, help="Leave deliveries to `statushub worker` elsewhere.")
@click.option("--no-migrate", is_flag=True, help="Do not bring the tables up to date first.")
def serve(
    host: str | None, port: int | None, workers: int, no_worker: bool, no_migrate: bool
) -> None:
    """Run the site and, unless --no-worker, the delivery worker. Ctrl-C stops cleanly."""
    settings = _with_address(config.load(), host, port)
    lines = [f"StatusHub is at {settings.base_url}/"]
    lines += _prepare(settings, migrate=not no_migrate)
    sys.exit(
        serve_processes(
            settings,
            host=settings.host,
            port=settings.port,
            workers=workers,
            with_worker=not no_worker,
            lines=lines,
        )
    )


def _with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the command's own address; a base URL that was given stays."""
    own = f"http://{settings.host}:{settings.port}"
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    if settings.base_url == own:
        shown = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
        settings = replace(settings, base_url=f"http://{shown}:{settings.port}")
    return settings


def _prepare(settings: Settings, *, migrate: bool) -> list[str]:
    """Make the tables; say where to begin. A database that is away does not stop the start:
    visitors get the last good page."""
    with create_app(settings).app_context():
        try:
            if migrate:
                flask_migrate.upgrade()
            if accounts.has_owner():
                return [f"The desk is at {base_url()}/desk/"]
            return [
                "Begin here (this link works until the owner's account exists):",
                f"  {accounts.setup_link()}",
            ]
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            return [f"The database does not answer ({reason}). Serving what was kept."]


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=8, show_default=True)
def worker(concurrency: int) -> None:
    """Run one delivery worker. On PostgreSQL run as many as you like, on any machines."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Worker(create_app(), concurrency=concurrency).run(stop)
