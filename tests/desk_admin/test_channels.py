"""Connecting accounts: the form drawn from the transport, secrets that never come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.channels import service
from statushub.channels.models import Channel
from statushub.channels.registry import Config, Transports
from statushub.core.db import db
from statushub.web.errors import holds_secret
from tests.desk_admin.conftest import X_KEYS
from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.x_api import UNAUTHORIZED, UNAVAILABLE, Fault, XEmulator

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no query of their own
Fetch = Callable[..., str]
SECRETS = {name: value for name, value in X_KEYS.items() if name != "username"}


@pytest.fixture
def x_api(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[XEmulator]:
    """X, as the application reaches it."""
    with XEmulator() as emulator:
        transports = Transports(Config(x_api_base=emulator.base))
        monkeypatch.setitem(app.extensions, "statushub.transports", transports)
        yield emulator


def typed(values: dict[str, str], name: str = "@acme on X") -> dict[str, str]:
    """The connect form's fields."""
    return {"name": name, **{f"value_{key}": value for key, value in values.items()}}


def get_me(fault: Fault) -> Fault:
    """The same fault, where the check asks."""
    return Fault(fault.status, fault.body, method="GET", path="/2/users/me")


def test_an_account_is_connected_and_tried_at_once(
    owner: Any, x_api: XEmulator, send: Fetch
) -> None:
    page = send("/desk/channels/connect/x", **typed(x_api.account.secrets))
    assert "It works. The answer: @acme" in page
    channel = db.session.scalars(select(Channel)).one()
    assert service.account_of(channel).secrets == x_api.account.secrets
    assert x_api.posts == []


def test_secrets_are_never_shown_again_nor_kept_readable(
    owner: Any, x_api: XEmulator, send: Fetch, fetch: Fetch
) -> None:
    secrets = x_api.account.secrets
    page = send("/desk/channels/connect/x", **typed(secrets))
    channel = db.session.scalars(select(Channel)).one()
    pages = page + fetch(f"/desk/channels/{channel.id}") + fetch("/desk/channels")
    stored = channel.sealed + str(channel.settings)
    for secret in secrets.values():
        assert secret not in pages
        assert secret not in stored


def test_a_missing_key_is_told_by_its_field_and_no_secret_is_repeated(
    owner: Any, x_api: XEmulator, send: Fetch
) -> None:
    fields = typed({**SECRETS, "username": "acme", "access_token": ""})
    page = send("/desk/channels/connect/x", 422, **fields)
    assert "Enter Access token." in page
    assert 'id="value_access_token-error"' in page
    assert 'value="acme"' in page
    assert SECRETS["consumer_secret"] not in page
    assert db.session.scalars(select(Channel)).all() == []


def test_no_secret_is_repeated_when_the_form_was_open_too_long(
    app: Flask, owner: Any, x_api: XEmulator, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    fields = typed({**SECRETS, "username": "acme"}, "@acme, our account") | {"csrf_token": "old"}
    answer = client.post("/desk/channels/connect/x", data=fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'value="@acme, our account"' in page
    assert [secret for secret in SECRETS.values() if secret in page] == []


def test_whatever_a_network_calls_its_secrets_they_are_known_as_such(app: Flask) -> None:
    settings = [one for network in Transports(Config()).all_() for one in network.settings]
    assert settings
    assert [one.name for one in settings if holds_secret(one.name) is not one.secret] == []


def test_a_secret_left_empty_stays_as_it_is(owner: Any, x_api: XEmulator, send: Fetch) -> None:
    send("/desk/channels/connect/x", **typed(x_api.account.secrets))
    channel = db.session.scalars(select(Channel)).one()
    page = send(f"/desk/channels/{channel.id}", **typed({"username": "acme"}, "Our X"))
    assert "It works." in page
    assert channel.name == "Our X"
    assert service.account_of(channel).secrets == x_api.account.secrets


@pytest.mark.parametrize(
    ("fault", "words"),
    [(UNAUTHORIZED, "It does not work:"), (UNAVAILABLE, "It could not be checked just now:")],
)
def test_a_check_says_exactly_what_happened(
    owner: Any, x_api: XEmulator, send: Fetch, fault: Fault, words: str
) -> None:
    send("/desk/channels/connect/x", **typed(x_api.account.secrets))
    channel = db.session.scalars(select(Channel)).one()
    x_api.fail(get_me(fault))
    assert words in send(f"/desk/channels/{channel.id}/check")
    assert "It works." in send(f"/desk/channels/{channel.id}/check")


def test_an_account_is_switched_off_on_and_removed(
    owner: Any, channel: Channel, send: Fetch
) -> None:
    page = send(f"/desk/channels/{channel.id}/disable")
    assert "Switched off by Owner" in page
    assert service.active_channels() == []
    assert "Switch off" in send(f"/desk/channels/{channel.id}/enable")
    assert "credentials are erased" in send(f"/desk/channels/{channel.id}/remove")
    assert db.session.scalars(select(Channel)).one().sealed == ""
    send(f"/desk/channels/{channel.id}/check", 404)


def test_the_mail_server_is_checked_without_a_mail(
    owner: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, send: Fetch
) -> None:
    with SmtpSink() as sink:
        transports = Transports(Config(smtp_url=sink.url, mail_from="a@example.com"))
        monkeypatch.setitem(app.extensions, "statushub.transports", transports)
        assert "It works. The answer: 127.0.0.1:" in send("/desk/channels/email/check")
        assert sink.mails == []
        transports.close()
    assert "not be checked" in send("/desk/channels/email/check")


def test_without_a_mail_server_the_check_says_what_to_set(owner: Any, send: Fetch) -> None:
    assert "STATUSHUB_SMTP_URL" in send("/desk/channels/email/check")
