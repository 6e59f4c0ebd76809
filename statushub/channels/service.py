"""Connected accounts: connecting, changing, switching off and on, and asking whether they work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import or_, select

from statushub.channels.models import Channel
from statushub.channels.registry import Transports
from statushub.channels.seam import Account, Outcome, Setting, Transport
from statushub.core import clock
from statushub.core.access import vault
from statushub.core.audit import Actor, record
from statushub.core.db import db, release, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.core.text import clean_line, require_title

VALUE_MAX = 2_000


def transports() -> Transports:
    """The transports of this application."""
    return cast(Transports, current_app.extensions["statushub.transports"])


def connect(actor: Actor, transport: str, name: str, values: Mapping[str, str]) -> Channel:
    """Connect an account. Raises Invalid by the field ("transport", "name", the settings' own)."""
    code = _connectable(transport)
    title = require_title(name)
    plain, secret = _sorted_values(code, values, {})
    with transaction() as session:
        channel = Channel(
            transport=code.name, name=title, settings=plain, sealed=vault().seal(secret)
        )
        session.add(channel)
        session.flush()
        record(actor, "channel.connected", "channel", channel.id, channel.name)
    return channel


def edit(actor: Actor, channel_id: str, *, name: str, values: Mapping[str, str]) -> Channel:
    """Change an account. A secret left empty stays as it is. Entering anything anew switches a
    broken account on again. Raises NotFound, Invalid by the field."""
    title = require_title(name)
    with transaction():
        channel = _locked(channel_id)
        kept = vault().open(channel.sealed)
        plain, secret = _sorted_values(_connectable(channel.transport), values, kept)
        channel.name, channel.settings = title, plain
        if secret != kept:
            channel.sealed = vault().seal(secret)
        if channel.broken:
            _switch_on(channel)
        channel.updated_at = clock.now()
        record(actor, "channel.edited", "channel", channel.id, channel.name)
    return channel


def disable_(
    channel_id: str, reason: str, *, actor: Actor | None = None, broken: bool = False
) -> Channel:
    """Switch an account off. ``broken``: the network said so; else ``actor`` did. Raises NotFound.

    What is queued for it waits, and says why (the worker asks before every post)."""
    with transaction():
        channel = _locked(channel_id)
        channel.enabled, channel.broken = False, broken
        channel.disabled_reason = reason
        channel.updated_at = clock.now()
        if actor is not None:
            record(actor, "channel.disabled", "channel", channel.id, channel.name)
    return channel


def enable(actor: Actor, channel_id: str) -> Channel:
    """Switch an account on again; what waited for it goes out. Raises NotFound."""
    with transaction():
        channel = _locked(channel_id)
        _switch_on(channel)
        channel.updated_at = clock.now()
        record(actor, "channel.enabled", "channel", channel.id, channel.name)
    return channel


def remove(actor: Actor, channel_id: str) -> None:
    """Disconnect an account: its credentials are erased, its history stays. Raises NotFound."""
    with transaction():
        channel = _locked(channel_id)
        channel.enabled, channel.broken, channel.sealed = False, False, ""
        channel.removed_at = clock.now()
        channel.disabled_reason = _("The account was removed.")
        record(actor, "channel.removed", "channel", channel.id, channel.name)


def block_until(channel_id: str, until: datetime) -> None:
    """Wait with everything for this account until ``until`` (aware): its rate limit is reached."""
    with transaction():
        channel = _locked(channel_id)
        channel.blocked_until = max(until, channel.blocked_until or until)


def check_channel(channel_id: str) -> Outcome:
    """Ask the network whether the account works; nothing is posted. The database connection is
    given back first: a network may think for long. Raises NotFound."""
    channel = get_channel(channel_id)
    code, account = transports().get(channel.transport), account_of(channel)
    release()
    return code.check(account)


def account_of(channel: Channel) -> Account:
    """The account as the transport takes it. Raises ConfigError when it cannot be decrypted."""
    return Account(settings=dict(channel.settings), secrets=vault().open(channel.sealed))


def get_channel(channel_id: str) -> Channel:
    """A connected account. Raises NotFound, also for a removed one."""
    channel = db.session.get(Channel, channel_id)
    if channel is None or channel.removed_at is not None:
        raise NotFound(_("There is no such account."))
    return channel


def all_channels() -> Sequence[Channel]:
    """Every connected account, also those switched off, in the order of their connecting."""
    return db.session.scalars(
        select(Channel).where(Channel.removed_at.is_(None)).order_by(Channel.created_at, Channel.id)
    ).all()


def active_channels() -> Sequence[Channel]:
    """The accounts that an update is posted on. A broken one is among them: its posts wait until
    it works again, instead of being forgotten."""
    return db.session.scalars(
        select(Channel)
        .where(Channel.removed_at.is_(None), or_(Channel.enabled, Channel.broken))
        .order_by(Channel.created_at, Channel.id)
    ).all()


def _connectable(name: str) -> Transport:
    for transport in transports().connectable():
        if transport.name == name:
            return transport
    raise Invalid(fields={"transport": _("Choose one of the networks.")})


def _locked(channel_id: str) -> Channel:
    channel = db.session.get(Channel, channel_id, with_for_update=True, populate_existing=True)
    if channel is None or channel.removed_at is not None:
        raise NotFound(_("There is no such account."))
    return channel


def _switch_on(channel: Channel) -> None:
    channel.enabled, channel.broken = True, False
    channel.disabled_reason, channel.blocked_until = "", None


def _sorted_values(
    transport: Transport, values: Mapping[str, str], kept: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Plain settings and secrets out of a form. ``kept`` secrets stand in for empty ones."""
    problems: dict[str, str] = {}
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for setting in transport.settings:
        value = clean_line(values.get(setting.name, ""))
        if setting.secret and not value:
            value = kept.get(setting.name, "")
        problem = _problem_with(setting, value or setting.default)
        if problem:
            problems[setting.name] = problem
        (secret if setting.secret else plain)[setting.name] = value or setting.default
    if problems:
        raise Invalid(fields=problems)
    return plain, secret


def _problem_with(setting: Setting, value: str) -> str | None:
    if setting.required and not value:
        return str(_("Enter %(label)s.", label=setting.label))
    if len(value) > VALUE_MAX:
        return str(_("This is too long."))
    if value and setting.choices and value not in {word for word, _label in setting.choices}:
        return str(_("Choose one of the answers."))
    return None
