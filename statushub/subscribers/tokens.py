"""Signed links: who holds one is the subscriber. Nothing else signs a customer in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from statushub.core.access import signer
from statushub.core.db import db
from statushub.core.errors import NotFound
from statushub.subscribers.models import Subscriber

CONFIRM_SECONDS = 7 * 24 * 3600

_CONFIRM = "subscriber.confirm"
_MANAGE = "subscriber.manage"


def confirm_token(subscriber: Subscriber) -> str:
    """Says yes to being written to; good for seven days."""
    return signer().sign(_CONFIRM, subscriber.id)


def manage_token(subscriber: Subscriber) -> str:
    """Opens the choice of components, and ends the subscription; good for ever, as mails are kept
    for ever (RFC 8058: an old mail's link must still work)."""
    return manage_token_of(subscriber.id)


def manage_token_of(subscriber_id: str) -> str:
    """:func:`manage_token` for who has only the id (the worker, for every single mail)."""
    return signer().sign(_MANAGE, subscriber_id)


def unsubscribe_token(subscriber: Subscriber) -> str:
    """The same link's token: who may choose components may also choose none."""
    return manage_token(subscriber)


def read_confirm_token(token: str) -> Subscriber:
    """Whose confirmation this is. Raises NotFound when it is forged or too old."""
    return _subscriber(signer().read(_CONFIRM, token, max_age=CONFIRM_SECONDS))


def read_manage_token(token: str) -> Subscriber:
    """Whose settings these are. Raises NotFound."""
    return _subscriber(signer().read(_MANAGE, token))


def _subscriber(subscriber_id: Any) -> Subscriber:
    subscriber = (
        db.session.get(Subscriber, subscriber_id) if isinstance(subscriber_id, str) else None
    )
    if subscriber is None:
        raise NotFound(_("This subscription is gone. You can subscribe again at any time."))
    return subscriber
