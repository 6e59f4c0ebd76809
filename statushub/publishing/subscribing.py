"""Subscribing as a customer does it: note the wish and send the question, in one transaction."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from statushub.channels.service import transports
from statushub.core.db import transaction
from statushub.core.errors import Invalid
from statushub.core.http import check_url
from statushub.incidents.queries import all_components
from statushub.publishing.notices import request_confirmation
from statushub.subscribers import service
from statushub.subscribers.addresses import normal_email
from statushub.subscribers.models import Subscriber


def subscribe_email(
    email: str | None, *, locale: str, component_ids: Collection[str] | None = None
) -> Subscriber:
    """Subscribe an address; it gets a mail with a link to confirm.

    Raises Invalid by the fields email and component_ids. The answer to a stranger must be the
    same for every address; nothing of the returned subscriber is for them."""
    address = normal_email(email or "")
    chosen = _known(component_ids or ())
    with transaction():
        subscriber = service.subscribe_email(address, locale=locale, component_ids=chosen)
        request_confirmation(subscriber)
    return subscriber


def subscribe_webhook(
    url: str | None, *, locale: str, component_ids: Collection[str] | None = None
) -> Subscriber:
    """Subscribe a URL; it gets a signed request with a link to confirm.

    Raises Invalid by the fields url and component_ids; private addresses are refused."""
    if not (url or "").strip():
        raise Invalid(fields={"url": _("Enter the address that is to be called.")})
    address = check_url(url or "", transports().config.allow_private)
    chosen = _known(component_ids or ())
    with transaction():
        subscriber = service.subscribe_webhook(address, locale=locale, component_ids=chosen)
        request_confirmation(subscriber)
    return subscriber


def _known(component_ids: Collection[str]) -> Collection[str]:
    strangers = set(component_ids) - {component.id for component in all_components()}
    if strangers:
        message = _("A chosen component does not exist any more. Load the page and choose again.")
        raise Invalid(fields={"component_ids": message})
    return component_ids
