"""API keys: machines' way in. ``sh_…``, shown once; only the SHA-256 is stored."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from statushub.accounts import people
from statushub.accounts.models import ApiKey
from statushub.accounts.permissions import Role
from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import NotFound
from statushub.core.secrets import digest, new_token

_SHOWN = 10
_USE_NOTED_EVERY = timedelta(minutes=1)


def create_api_key(actor: Actor, name: str, role: Role) -> tuple[ApiKey, str]:
    """A key and its plaintext, which cannot be had again. Raises Invalid by field, Forbidden."""
    name = people.require_name(name)
    plaintext = f"sh_{new_token()}"
    with transaction() as session:
        people.require_may_grant(actor, role)
        key = ApiKey(name=name, role=role, prefix=plaintext[:_SHOWN], key_digest=digest(plaintext))
        session.add(key)
        session.flush()
        record(actor, "api_key.created", "api_key", key.id, name, {"role": role})
    return key, plaintext


def key_holder(plaintext: str) -> ApiKey | None:
    """The key that was presented, or None for an unknown or revoked one.

    Notes its use, at most once a minute, so that reads stay reads.
    """
    key = db.session.scalars(
        select(ApiKey).where(ApiKey.key_digest == digest(plaintext))
    ).one_or_none()
    if key is None or key.revoked_at is not None:
        return None
    if key.last_used_at is None or key.last_used_at < clock.now() - _USE_NOTED_EVERY:
        with transaction():
            key.last_used_at = clock.now()
    return key


def api_keys() -> list[ApiKey]:
    """Working keys first, then revoked ones, newest first."""
    keys = db.session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id))
    return sorted(keys, key=lambda key: key.revoked_at is not None)


def revoke_api_key(actor: Actor, key_id: str) -> ApiKey:
    """The key stops working at once. Raises NotFound, Forbidden."""
    with transaction():
        key = db.session.get(ApiKey, key_id)
        if key is None:
            raise NotFound(_("There is no API key by that id."))
        people.require_may_grant(actor, key.role)
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            record(actor, "api_key.revoked", "api_key", key.id, key.name)
    return key
