"""Connected accounts: credentials sealed, settings checked by the field, switched off and on."""

from __future__ import annotations

import pytest
from flask import Flask

from statushub.channels import service
from statushub.channels.models import Channel
from statushub.channels.seam import Rejected, Sent
from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.core.errors import Invalid, NotFound
from tests.emulators.x_api import XAccount, XEmulator
from tests.publishing.conftest import pointed_at

KEYS = XAccount("acme").secrets


def _connect(actor: Actor, **more: str) -> Channel:
    return service.connect(actor, "x", "@acme", {**KEYS, **more})


def test_credentials_are_sealed_and_come_back_whole(app: Flask, actor: Actor) -> None:
    channel = _connect(actor, username="acme")
    assert all(value not in channel.sealed for value in KEYS.values())
    assert channel.settings == {"username": "acme"}
    account = service.account_of(channel)
    assert dict(account.secrets) == KEYS
    assert account.settings["username"] == "acme"


@pytest.mark.parametrize(
    ("transport", "name", "values", "field"),
    [
        ("email", "Mail", {}, "transport"),
        ("nothing", "?", {}, "transport"),
        ("x", " ", KEYS, "name"),
        ("x", "@acme", {**KEYS, "access_token": ""}, "access_token"),
        ("x", "@acme", {**KEYS, "access_token": "x" * 2_001}, "access_token"),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_the_field(
    sqlite_app: Flask,
    actor: Actor,
    transport: str,
    name: str,
    values: dict[str, str],
    field: str,
) -> None:
    with pytest.raises(Invalid) as caught:
        service.connect(actor, transport, name, values)
    assert list(caught.value.fields) == [field]


def test_a_secret_left_empty_stays_as_it_was(app: Flask, actor: Actor) -> None:
    channel = _connect(actor)
    service.edit(actor, channel.id, name="Acme", values={"username": "acme"})
    assert dict(service.account_of(channel).secrets) == KEYS
    assert channel.name == "Acme"
    service.edit(actor, channel.id, name="Acme", values={"access_token": "new"})
    assert service.account_of(channel).secrets["access_token"] == "new"


def test_a_broken_account_works_again_once_it_is_entered_anew(app: Flask, actor: Actor) -> None:
    channel = _connect(actor)
    service.disable_(channel.id, "X says no.", broken=True)
    assert [one.id for one in service.active_channels()] == [channel.id]
    service.edit(actor, channel.id, name="@acme", values={"access_token": "new"})
    assert (channel.enabled, channel.broken, channel.disabled_reason) == (True, False, "")


def test_who_switched_an_account_off_switches_it_on(app: Flask, actor: Actor) -> None:
    channel = _connect(actor)
    service.disable_(channel.id, "Switched off by Tess.", actor=actor)
    assert service.active_channels() == []
    assert [one.id for one in service.all_channels()] == [channel.id]
    service.edit(actor, channel.id, name="@acme", values={})
    assert not channel.enabled  # editing is not switching on
    service.enable(actor, channel.id)
    assert [one.id for one in service.active_channels()] == [channel.id]


def test_a_removed_account_leaves_no_credentials(app: Flask, actor: Actor) -> None:
    channel = _connect(actor)
    service.remove(actor, channel.id)
    assert service.all_channels() == []
    assert db.session.get(Channel, channel.id).sealed == ""  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        service.get_channel(channel.id)
    with pytest.raises(NotFound):
        service.enable(actor, channel.id)


def test_a_check_asks_the_network_and_posts_nothing(app: Flask, actor: Actor) -> None:
    with XEmulator() as x, pointed_at(app, x_api_base=x.base):
        good = service.connect(actor, "x", "@acme", x.account.secrets).id
        bad = service.connect(actor, "x", "@other", {**x.account.secrets, "access_token": "no"}).id
        outcome = service.check_channel(good)
        assert isinstance(outcome, Sent)
        assert outcome.detail == "@acme"
        refused = service.check_channel(bad)
        assert isinstance(refused, Rejected)
        assert refused.account_broken
        assert x.posts == []
