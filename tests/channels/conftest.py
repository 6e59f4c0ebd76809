"""The emulators as fixtures, and a message to send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from statushub.channels.registry import Transports
from statushub.channels.seam import Account, Outgoing
from statushub.core.ids import new_uid
from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.webhook_receiver import WebhookReceiver
from tests.emulators.x_api import XEmulator

LOOPBACK = (ip_network("127.0.0.1/32"),)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAIL_FROM = "Acme Status <status@acme.example>"


@pytest.fixture
def x_api() -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        yield emulator


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(secrets=(SECRET,)) as running:
        yield running


@pytest.fixture
def transports(x_api: XEmulator, sink: SmtpSink, receiver: WebhookReceiver) -> Iterator[Transports]:
    """Every transport, leading to the emulators."""
    built = Transports.from_settings(
        smtp_url=sink.url, mail_from=MAIL_FROM, x_api_base=x_api.base, allow_private=LOOPBACK
    )
    yield built
    built.close()


def x_account(x_api: XEmulator, **settings: str) -> Account:
    """The emulator's first user, connected."""
    return Account(
        settings={"username": x_api.account.username, **settings}, secrets=x_api.account.secrets
    )


def outgoing(payload: dict[str, Any], target: str = "", **more: Any) -> Outgoing:
    """A message as the worker hands it over."""
    return Outgoing(
        uid=more.pop("uid", new_uid()),
        target=target,
        payload=payload,
        queued_at=more.pop("queued_at", datetime.now(UTC)),
        **more,
    )
