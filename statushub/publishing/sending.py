"""One claimed delivery: made ready, handed to its transport, the outcome brought back.

No database connection is held while the provider thinks. A public post is preceded by a commit
that says that it is about to be made.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from threading import Lock
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from statushub.channels.models import Channel
from statushub.channels.seam import (
    Account,
    Outcome,
    Outgoing,
    Rejected,
    Retry,
    Transport,
    Uncertain,
)
from statushub.channels.service import account_of, transports
from statushub.core import clock
from statushub.core.access import vault
from statushub.core.db import db, release, transaction
from statushub.core.errors import ConfigError
from statushub.publishing.leasing import Claim
from statushub.publishing.mail import SLOT
from statushub.publishing.models import Delivery, DeliveryState, Message
from statushub.subscribers.tokens import manage_token_of

log = logging.getLogger(__name__)


class Abandoned(Exception):
    """The delivery is not ours any more, or must wait: nothing was sent."""


class Messages:
    """The composed texts that were needed last; one text serves thousands of deliveries."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._lock = Lock()

    def payload(self, message_id: str) -> dict[str, Any]:
        """The message's payload. The same object each time: transports render by identity."""
        with self._lock:
            if message_id in self._kept:
                self._kept.move_to_end(message_id)
                return self._kept[message_id]
        payload = db.session.scalars(select(Message.payload).where(Message.id == message_id)).one()
        release()
        with self._lock:
            kept = self._kept.setdefault(message_id, payload)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept


def deliver(claim: Claim, messages: Messages) -> Outcome | None:
    """Send it, or look for it. None: a look-up that found nothing. Raises Abandoned, and database
    errors, before anything was sent; whatever a transport should not raise counts as an answer
    that was lost."""
    transport = transports().get(claim.transport)
    payload = messages.payload(claim.message_id)
    try:
        account, reply_to, payload = _made_ready(claim, payload, transport.public_post)
    except ConfigError as error:  # a credential that no key decrypts
        broken = claim.channel_id is not None
        return Rejected(str(error), account_broken=True) if broken else Retry(str(error))
    out = Outgoing(
        uid=claim.uid,
        target=claim.target,
        payload=payload,
        queued_at=claim.created_at,
        attempt=claim.attempts,
        reply_to=reply_to,
    )
    if claim.look_up:
        return _found(transport, account, out)
    return _sent(transport, account, out)


def _made_ready(
    claim: Claim, payload: dict[str, Any], public: bool
) -> tuple[Account, str | None, dict[str, Any]]:
    """The account, what to reply to, and the payload for this target."""
    if claim.look_up:
        return _account(claim), None, payload
    if public:
        return *_begin(claim), payload
    return Account(), None, _for_target(claim, payload)


def _sent(transport: Transport, account: Account, out: Outgoing) -> Outcome:
    try:
        return transport.send(account, out)
    except Exception:
        log.exception("%s failed over delivery %s", transport.name, out.uid)
        return Uncertain(_("The sending failed in an unforeseen way; the log says how."))


def _found(transport: Transport, account: Account, out: Outgoing) -> Outcome | None:
    try:
        return transport.find(account, out)
    except Exception:
        log.exception("%s failed looking for delivery %s", transport.name, out.uid)
        return Retry(_("The network could not be asked; the log says why."))


def _begin(claim: Claim) -> tuple[Account, str | None]:
    """Leave a trace that the post is about to be made; from here on a crash is "uncertain"."""
    with transaction() as session:
        channel = session.get(Channel, claim.channel_id)
        if channel is None or not channel.enabled or _blocked(channel):
            raise Abandoned
        begun = session.execute(
            update(Delivery)
            .where(
                Delivery.id == claim.id,
                Delivery.lease_by == claim.lease_by,
                Delivery.state == DeliveryState.SENDING,
                Delivery.begun_at.is_(None),
            )
            .values(begun_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        if begun.rowcount != 1:
            raise Abandoned
        ready = account_of(channel), _thread_end(claim)
    release()
    return ready


def _blocked(channel: Channel) -> bool:
    """Did another post of this account just hit the rate limit?"""
    return channel.blocked_until is not None and channel.blocked_until > clock.now()


def _account(claim: Claim) -> Account:
    channel = db.session.get(Channel, claim.channel_id)
    if channel is None or not channel.enabled:
        raise Abandoned
    account = account_of(channel)
    release()
    return account


def _thread_end(claim: Claim) -> str | None:
    """The newest post of this incident on this account: what the next one replies to."""
    return db.session.scalars(
        select(Delivery.provider_id)
        .where(
            Delivery.order_key == claim.order_key,
            Delivery.channel_id.is_not(None),
            Delivery.state == DeliveryState.SENT,
            Delivery.provider_id != "",
            Delivery.id != claim.id,
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    ).first()


def _for_target(claim: Claim, payload: dict[str, Any]) -> dict[str, Any]:
    """The message with what differs for this one subscriber."""
    if claim.subscriber_id is None:
        return payload
    token = manage_token_of(claim.subscriber_id)
    if claim.transport == "webhook":
        secret = vault().open(claim.sealed).get("signing_secret", "")
        return {"body": payload["body"].replace(SLOT, token), "secret": secret}
    return {**payload, "vars": {"token": token}}
