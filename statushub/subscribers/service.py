"""Subscribing, confirming, choosing components, leaving. The sending is publishing's.

What a stranger may find out about an address is nothing: every answer is the same whether the
address was known or not. What a stranger may change is nothing either: only a signed link does.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from statushub.core import clock
from statushub.core.access import vault
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, NotFound
from statushub.core.i18n import known_locale
from statushub.subscribers.addresses import normal_email
from statushub.subscribers.models import (
    Subscriber,
    SubscriberKind,
    SubscriberState,
    Subscription,
)

# Between two confirmation requests to one target: nobody is to be flooded by a stranger.
ASK_AGAIN_AFTER = timedelta(minutes=10)


def subscribe_email(email: str, *, locale: str, component_ids: Collection[str] = ()) -> Subscriber:
    """Note the wish; an address that is active already keeps what it chose. Raises Invalid."""
    return _note_wish(SubscriberKind.EMAIL, normal_email(email), locale, component_ids)


def subscribe_webhook(url: str, *, locale: str, component_ids: Collection[str] = ()) -> Subscriber:
    """Note the wish for a URL that ``core.http.check_url`` has passed."""
    return _note_wish(SubscriberKind.WEBHOOK, url, locale, component_ids)


def may_ask_again(subscriber: Subscriber) -> bool:
    """Whether a confirmation request may be sent (again) now."""
    asked = subscriber.confirmation_sent_at
    return asked is None or asked <= clock.now() - ASK_AGAIN_AFTER


def confirm(subscriber_id: str) -> Subscriber:
    """The target said yes. Twice is once. Raises NotFound, Conflict after it said no."""
    with transaction():
        subscriber = _locked(subscriber_id)
        if subscriber.state is SubscriberState.UNSUBSCRIBED:
            raise Conflict(_("This subscription was ended. Subscribe again to get updates."))
        if subscriber.state is not SubscriberState.ACTIVE:
            subscriber.state = SubscriberState.ACTIVE
            subscriber.confirmed_at = clock.now()
            subscriber.reason = ""
    return subscriber


def update_subscriptions(subscriber_id: str, component_ids: Collection[str]) -> Subscriber:
    """Hear of these components only, or of everything when there are none. Raises NotFound."""
    with transaction():
        subscriber = _locked(subscriber_id)
        _choose(subscriber, component_ids)
    return subscriber


def set_locale(subscriber_id: str, locale: str) -> Subscriber:
    """The language of the mails; an unknown one is English. Raises NotFound."""
    with transaction():
        subscriber = _locked(subscriber_id)
        subscriber.locale = known_locale(locale)
    return subscriber


def unsubscribe(subscriber_id: str, reason: str = "") -> Subscriber:
    """End it, at once and for good. What is queued is cancelled when its turn comes.

    Twice is once. Raises NotFound."""
    with transaction():
        subscriber = _locked(subscriber_id)
        if subscriber.state is not SubscriberState.UNSUBSCRIBED:
            subscriber.state = SubscriberState.UNSUBSCRIBED
            subscriber.ended_at = clock.now()
            subscriber.reason = reason
    return subscriber


def quarantine(subscriber_id: str, reason: str) -> None:
    """Stop writing to a target that no longer exists. Subscribing again brings it back."""
    with transaction() as session:
        subscriber = session.get(Subscriber, subscriber_id)
        if subscriber is not None and subscriber.state is not SubscriberState.UNSUBSCRIBED:
            subscriber.state = SubscriberState.QUARANTINED
            subscriber.ended_at = clock.now()
            subscriber.reason = reason


def signing_secret(subscriber: Subscriber) -> str:
    """The secret that a webhook's requests are signed with (``whsec_…``, Standard Webhooks).

    Show it only to who holds the manage link: that link is sent to the endpoint itself."""
    return vault().open(subscriber.sealed).get("signing_secret", "")


def _note_wish(
    kind: SubscriberKind, endpoint: str, locale: str, component_ids: Collection[str]
) -> Subscriber:
    with transaction():
        subscriber = _find_locked(kind, endpoint) or _added(kind, endpoint)
        if subscriber.state is not SubscriberState.ACTIVE:
            subscriber.state = SubscriberState.UNCONFIRMED
            subscriber.locale = known_locale(locale)
            subscriber.ended_at = None
            _choose(subscriber, component_ids)
    return subscriber


def _added(kind: SubscriberKind, endpoint: str) -> Subscriber:
    subscriber = Subscriber(kind=kind, endpoint=endpoint, sealed=_new_secret(kind))
    try:
        with db.session.begin_nested():
            db.session.add(subscriber)
    except IntegrityError:  # the same wish in the same moment (a double click): theirs is there
        found = _find_locked(kind, endpoint)
        if found is None:
            raise
        return found
    return subscriber


def _find_locked(kind: SubscriberKind, endpoint: str) -> Subscriber | None:
    return db.session.scalars(
        select(Subscriber)
        .where(Subscriber.kind == kind, Subscriber.endpoint == endpoint)
        .with_for_update()
    ).first()


def _locked(subscriber_id: str) -> Subscriber:
    subscriber = db.session.get(
        Subscriber, subscriber_id, with_for_update=True, populate_existing=True
    )
    if subscriber is None:
        raise NotFound(_("This subscription is gone. You can subscribe again at any time."))
    return subscriber


def _choose(subscriber: Subscriber, component_ids: Collection[str]) -> None:
    wanted = set(component_ids)
    kept = [row for row in subscriber.subscriptions if row.component_id in wanted]
    new = wanted - {row.component_id for row in kept}
    subscriber.subscriptions = [
        *kept,
        *(Subscription(subscriber_id=subscriber.id, component_id=one) for one in sorted(new)),
    ]


def _new_secret(kind: SubscriberKind) -> str:
    if kind is not SubscriberKind.WEBHOOK:
        return ""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    return vault().seal({"signing_secret": secret})
