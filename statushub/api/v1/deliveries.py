"""/api/v1/deliveries: who has been told of an update, as far as is known."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from statushub.accounts.permissions import Permission
from statushub.api.answers import answer
from statushub.api.auth import key_needs
from statushub.api.v1.blueprint import api_v1
from statushub.core.access import base_url
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.incidents import queries
from statushub.incidents.page import get_page
from statushub.publishing.models import Delivery, DeliveryState
from statushub.web.wire import Json, Wire


@api_v1.get("/deliveries")
@key_needs(Permission.SEE_DESK)
def list_deliveries() -> ResponseReturnValue:
    """The deliveries of ``?update=<id>``: counts by transport and state, and each public post.
    Subscribers' addresses are not given out."""
    update_id = request.args.get("update", "")
    if not update_id:
        raise Invalid(fields={"update": "Name an update: ?update=<id>."})
    update = queries.get_update(update_id)
    return answer(
        {"update_id": update.id, "transports": _counts(update.id), "posts": _posts(update.id)}
    )


def _counts(update_id: str) -> Json:
    rows = db.session.execute(
        select(Delivery.transport, Delivery.state, func.count())
        .where(Delivery.update_id == update_id)
        .group_by(Delivery.transport, Delivery.state)
        .order_by(Delivery.transport)
    )
    found: Json = {}
    for transport, state, count in rows:
        blank = {one.value: 0 for one in DeliveryState}
        found.setdefault(transport, blank)[state.value] = count
    return found


def _posts(update_id: str) -> list[Json]:
    wire = Wire(get_page(), base_url())
    rows = db.session.scalars(
        select(Delivery)
        .where(Delivery.update_id == update_id, Delivery.channel_id.is_not(None))
        .order_by(Delivery.id)
    )
    return [
        {
            "id": row.id,
            "transport": row.transport,
            "channel": row.target,
            "state": row.state.value,
            "reason": row.reason,
            "attempts": row.attempts,
            "created_at": wire.time(row.created_at),
            "finished_at": wire.time(row.finished_at),
            "provider_id": row.provider_id,
            "provider_url": row.provider_url,
        }
        for row in rows
    ]
