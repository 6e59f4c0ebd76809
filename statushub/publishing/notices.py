"""Messages to one person: please confirm, you are in already, you are invited.

They go the way of everything else, through the outbox, in the transaction of what they tell.
"""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from statushub.accounts.models import Invitation
from statushub.core import clock
from statushub.core.access import base_url
from statushub.core.db import transaction
from statushub.core.i18n import known_locale
from statushub.core.ids import new_id
from statushub.incidents.page import get_page
from statushub.publishing import hook, mail, outbox, words
from statushub.publishing.models import DeliveryKind, Message
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from statushub.subscribers.service import may_ask_again
from statushub.subscribers.tokens import confirm_token, manage_token


def request_confirmation(subscriber: Subscriber) -> None:
    """Ask a new subscriber whether it was meant; tell an active one that it is subscribed.

    At most once in ten minutes for one target: strangers must not flood anybody through us."""
    with transaction():
        if not may_ask_again(subscriber):
            return
        subscriber.confirmation_sent_at = clock.now()
        active = subscriber.state is SubscriberState.ACTIVE
        kind = DeliveryKind.ALREADY if active else DeliveryKind.CONFIRMATION
        if subscriber.kind is SubscriberKind.EMAIL:
            message = _mail_about(subscriber, kind)
        elif active:
            return  # a program needs no second letter
        else:
            message = _webhook_request(subscriber)
        key = f"{subscriber.id}:{new_id()}"
        outbox.queue_for_one(message, kind, subscriber.endpoint, key, subscriber=subscriber)


def send_invitation(invitation: Invitation, link: str) -> None:
    """Mail an invitation. Call it in the transaction that makes the invitation."""
    page = get_page()
    with transaction(), force_locale(known_locale(page.locale)):
        subject = _("You are invited to %(page)s", page=page.name)
        context = {
            "page_name": page.name,
            "link": link,
            "expires": words.moment(invitation.expires_at, page.time_zone),
        }
        message = _mail("invitation", DeliveryKind.INVITATION, subject, page.locale, context)
        key = f"{invitation.id}:{new_id()}"
        outbox.queue_for_one(message, DeliveryKind.INVITATION, invitation.email, key)


def confirm_url(subscriber: Subscriber) -> str:
    """Where a person presses the button, and where a program posts, to confirm."""
    return f"{base_url()}/subscriptions/confirm/{confirm_token(subscriber)}"


def manage_url(subscriber: Subscriber) -> str:
    """Where a subscriber chooses components and language."""
    return mail.manage_address(base_url(), manage_token(subscriber))


def _mail_about(subscriber: Subscriber, kind: DeliveryKind) -> Message:
    page = get_page()
    with force_locale(known_locale(subscriber.locale)):
        asking = kind is DeliveryKind.CONFIRMATION
        if asking:
            subject = _("Confirm your subscription to %(page)s", page=page.name)
        else:
            subject = _("You are subscribed to %(page)s", page=page.name)
        context = {
            "page_name": page.name,
            "confirm_url": confirm_url(subscriber) if asking else "",
            "manage_url": manage_url(subscriber),
        }
        return _mail(kind.value, kind, subject, subscriber.locale, context)


def _mail(
    template: str, kind: DeliveryKind, subject: str, locale: str, context: dict[str, Any]
) -> Message:
    context = {**context, "subject": subject, "locale": locale}
    composed = mail.Mail(
        subject,
        mail.rendered(f"{template}.txt", context),
        mail.rendered(f"{template}.html", context),
    )
    sender = mail.page_sender(context["page_name"])
    payload = mail.email_payload(composed, sender=sender, headers={})
    return outbox.add_message(kind, "email", payload, locale=locale)


def _webhook_request(subscriber: Subscriber) -> Message:
    page = get_page()
    body = {
        "type": "subscription.confirmation",
        "page": {"id": page.id, "name": page.name, "url": base_url()},
        "confirm_url": confirm_url(subscriber),
        "manage_url": manage_url(subscriber),
        "instructions": (
            "POST to confirm_url, or open it in a browser, within seven days to get updates "
            "here. The signing secret is shown there and at manage_url. "
            "If you did not ask for this, do nothing."
        ),
    }
    return outbox.add_message(
        DeliveryKind.CONFIRMATION, "webhook", hook.webhook_payload(body), locale=subscriber.locale
    )
