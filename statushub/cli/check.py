"""``statushub doctor``: is everything in place, and if not, what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from statushub import config
from statushub.accounts import service as accounts
from statushub.channels.seam import Account, Outcome, Sent
from statushub.channels.service import all_channels, check_channel, transports
from statushub.config import Settings
from statushub.core import clock
from statushub.core.db import db
from statushub.core.errors import StatusHubError
from statushub.factory import MIGRATIONS, create_app
from statushub.incidents.page import find_page
from statushub.publishing.models import Delivery, DeliveryState, WorkerHeartbeat

_MARK = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
ALIVE = timedelta(seconds=30)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: ``state`` ok, warn or fail; ``advice`` is the next step."""

    state: str
    what: str
    advice: str = ""


@click.command()
def doctor() -> None:
    """Check settings, database, tables, mail, channels and worker, and say what to do.

    Exit code 1 when something is broken; warnings alone leave it at 0.
    """
    failed = False
    for finding in examine():
        mark, colour = _MARK[finding.state]
        click.echo(f"{click.style(mark, fg=colour)} {finding.what}")
        if finding.advice:
            click.echo(f"    → {finding.advice}")
        failed = failed or finding.state == "fail"
    sys.exit(1 if failed else 0)


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which one would mend them."""
    try:
        settings = config.load()
    except StatusHubError as error:
        yield Finding("fail", "Settings", str(error))
        return
    yield from _settings(settings)
    with create_app(settings).app_context():
        try:
            yield from _tables()
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            yield Finding("fail", f"Database: {reason}", _DATABASE_ADVICE)
            return
        checks: tuple[Callable[[], Iterator[Finding]], ...] = (
            _set_up, _worker, _mail, _channels, _outbox,
        )  # fmt: skip
        for check in checks:
            try:
                yield from check()
            except DBAPIError as error:
                reason = str(error.orig).strip().splitlines()[0]
                yield Finding("fail", f"Database: {reason}", _DATABASE_ADVICE)
                return


_DATABASE_ADVICE = "Check STATUSHUB_DATABASE_URL and that the server runs and lets you in."


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", f"Settings; data in {settings.data_dir}")
    if "127.0.0.1" in settings.base_url or "localhost" in settings.base_url:
        yield Finding(
            "warn",
            f"Visitors' address is {settings.base_url}",
            "Set STATUSHUB_BASE_URL: links in mail, feeds and posts carry it.",
        )
    elif not settings.https:
        yield Finding("warn", f"{settings.base_url} is not https", "Put a TLS proxy in front.")


def _tables() -> Iterator[Finding]:
    with db.engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
        kind = connection.dialect.name
    wanted = set(ScriptDirectory(MIGRATIONS).get_heads())
    yield Finding("ok", f"Database ({kind}) answers")
    if present == wanted:
        yield Finding("ok", "Tables are up to date")
    else:
        yield Finding("fail", "Tables are not up to date", "Run: statushub db upgrade")


def _set_up() -> Iterator[Finding]:
    if not accounts.has_owner() or find_page() is None:
        yield Finding("warn", "Not set up yet", f"Open {accounts.setup_link()}")
    else:
        yield Finding("ok", "Set up")


def _worker() -> Iterator[Finding]:
    newest = db.session.scalar(select(func.max(WorkerHeartbeat.seen_at)))
    if newest is not None and clock.now() - newest < ALIVE:
        yield Finding("ok", "A delivery worker is running")
        return
    seen = f"; last seen {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    yield Finding(
        "warn", f"No delivery worker is running{seen}", "Run: statushub serve, or statushub worker"
    )


def _mail() -> Iterator[Finding]:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_url:
        yield Finding(
            "warn", "No mail server", "Set STATUSHUB_SMTP_URL, e.g. smtp://user:pass@host:587"
        )
        return
    outcome = transports().get("email").check(Account())
    yield _told("Mail server", outcome, "Check STATUSHUB_SMTP_URL.")


def _channels() -> Iterator[Finding]:
    for channel in all_channels():
        if not channel.enabled:
            yield Finding("warn", f"{channel.name} is off: {channel.disabled_reason}", _CONNECT)
            continue
        yield _told(channel.name, check_channel(channel.id), _CONNECT)


def _told(what: str, outcome: Outcome, advice: str) -> Finding:
    if isinstance(outcome, Sent):
        return Finding("ok", f"{what}: {outcome.detail}")
    return Finding("fail", f"{what}: {outcome.reason}", advice)


_CONNECT = "Open the desk, Channels, and connect it again."


def _outbox() -> Iterator[Finding]:
    rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
    counts: dict[DeliveryState, int] = {state: count for state, count in rows}  # noqa: C416 - typed
    waiting = counts.get(DeliveryState.QUEUED, 0) + counts.get(DeliveryState.SENDING, 0)
    yield Finding("ok", f"Outbox: {waiting} waiting, {counts.get(DeliveryState.SENT, 0)} sent")
    for state in (DeliveryState.UNCERTAIN, DeliveryState.FAILED):
        if counts.get(state):
            yield Finding(
                "warn", f"{counts[state]} {state.value}", "Open the desk: the update's deliveries."
            )
