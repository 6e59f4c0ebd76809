"""Who asked to be told: search, filter, remove."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select

from statushub.accounts.permissions import Permission
from statushub.core.audit import record
from statushub.core.db import db, transaction
from statushub.core.text import clean_line
from statushub.desk.blueprint import desk
from statushub.incidents.models import Component
from statushub.subscribers import queries, service
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from statushub.web.guards import needs

KIND: dict[SubscriberKind, LazyString] = {
    SubscriberKind.EMAIL: _l("E-mail"),
    SubscriberKind.WEBHOOK: _l("Webhook"),
}
STATE: dict[SubscriberState, LazyString] = {
    SubscriberState.ACTIVE: _l("Active"),
    SubscriberState.UNCONFIRMED: _l("Not confirmed yet"),
    SubscriberState.QUARANTINED: _l("Unreachable"),
    SubscriberState.UNSUBSCRIBED: _l("Unsubscribed"),
}
Word = TypeVar("Word", bound=StrEnum)


def _one_of(words: type[Word], name: str) -> Word | None:
    """The filter of that name, when it says a word that there is."""
    text = request.args.get(name, "")
    return words(text) if text in list(words) else None


@desk.get("/subscribers")
@needs(Permission.SEE_SUBSCRIBERS)
def subscribers() -> ResponseReturnValue:
    """By address; ``q`` searches, ``kind`` and ``state`` filter, ``after`` pages."""
    search = clean_line(request.args.get("q", ""))[:200]
    kind, state = _one_of(SubscriberKind, "kind"), _one_of(SubscriberState, "state")
    last = queries.find_subscriber(request.args.get("after", "")[:64])
    after = (last.endpoint, last.id) if last else None
    found = queries.subscribers_page(q=search, kind=kind, state=state, after=after)
    more = len(found) == queries.PAGE_SIZE
    filters: dict[str, Any] = {"q": search or None, "kind": kind, "state": state}
    return render_template(
        "desk/subscribers.html",
        subscribers=found,
        chosen=_component_names(),
        counts=queries.counts(),
        kinds=KIND,
        states=STATE,
        search=search,
        kind=kind,
        state=state,
        older=url_for("desk.subscribers", **filters, after=found[-1].id) if more else None,
        newer=url_for("desk.subscribers", **filters) if after else None,
    )


def _component_names() -> dict[str, str]:
    """By id, for what people chose; archived ones too."""
    rows = db.session.execute(select(Component.id, Component.name))
    return {row.id: row.name for row in rows}


@desk.post("/subscribers/<subscriber_id>/remove")
@needs(Permission.MANAGE_SUBSCRIBERS)
def subscriber_remove(subscriber_id: str) -> ResponseReturnValue:
    """They hear nothing more; they may subscribe again themselves."""
    with transaction():
        gone: Subscriber = service.unsubscribe(subscriber_id, _("Removed at the desk"))
        record(current_user.actor, "subscriber.removed", "subscriber", gone.id, gone.endpoint)
    flash(_("%(address)s gets no more updates.", address=gone.endpoint), "success")
    return redirect(url_for("desk.subscribers"))
