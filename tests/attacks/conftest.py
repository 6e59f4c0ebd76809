"""A StatusHub with one of everything in it, for those who attack it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from statushub.accounts import service as accounts
from statushub.accounts.permissions import Role
from statushub.channels import service as channels
from statushub.core import clock
from statushub.core.audit import SYSTEM
from statushub.core.db import db, transaction
from statushub.feedback.service import send_feedback
from statushub.incidents import service as incidents
from statushub.publishing import drafts, service
from statushub.publishing.models import Delivery, DeliveryState
from statushub.subscribers import service as subscribers
from statushub.subscribers import tokens
from statushub.web.limits import limiter


@dataclass
class Target:
    """Ids and secrets of what is there. ``values`` fills the parameters of routes."""

    values: dict[str, str] = field(default_factory=dict)
    key: str = ""
    secret_name: str = "Nobody may read this yet"


@pytest.fixture
def unlimited() -> Iterator[None]:
    """Rate limits are proved elsewhere; here they would hide what lies behind them."""
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture
def target(app: Flask, make_user: Callable[..., Any]) -> Target:
    """One of everything."""
    owner = make_user("owner", email="boss@example.com", name="Bo Owner")
    incidents.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    group = incidents.add_group(SYSTEM, "Shop")
    cart = incidents.add_component(SYSTEM, name="Cart", group_id=group.id)
    incidents.add_component(SYSTEM, name="API")
    channel = channels.connect(SYSTEM, "x", "@acme", dict.fromkeys(X_KEYS, "k"))
    subscriber = subscribers.subscribe_email("ann@example.com", locale="en")
    subscribers.confirm(subscriber.id)
    told = incidents.declare_incident(
        SYSTEM, name="Cart fails", components={cart.id: "major_outage"}
    )
    draft = drafts.open_draft(owner.actor, told.id)
    draft = drafts.save_draft(
        owner.actor, draft.id, base_version=draft.version, content={"body": "We look into it."}
    )
    update = service.publish(owner.actor, draft.id, draft.version)
    hidden = incidents.declare_incident(SYSTEM, name=Target.secret_name)
    open_draft = drafts.open_draft(owner.actor, hidden.id)
    planned = incidents.schedule_maintenance(
        SYSTEM,
        name="Upgrade",
        component_ids=[cart.id],
        scheduled_for=clock.now() + timedelta(days=1),
        scheduled_until=clock.now() + timedelta(days=1, hours=2),
    )
    item = send_feedback(body="It is slow.", component_id=cart.id, contact="cus@example.com")
    invitation, token = accounts.invite(owner.actor, "new@example.com", Role.VIEWER)
    delivery = db.session.query(Delivery).filter_by(channel_id=channel.id).one()
    with transaction():
        delivery.state = DeliveryState.UNCERTAIN
    key, plaintext = accounts.create_api_key(SYSTEM, "robot", Role.OWNER)
    found = Target(
        values={
            "update_id": update.id,
            "incident_id": hidden.id,
            "draft_id": open_draft.id,
            "component_id": cart.id,
            "row_id": cart.id,
            "group_id": group.id,
            "channel_id": channel.id,
            "transport": "x",
            "subscriber_id": subscriber.id,
            "item_id": item.id,
            "invitation_id": invitation.id,
            "user_id": make_user("viewer", email="vic@example.com").id,
            "key_id": key.id,
            "delivery_id": str(delivery.id),
            "token": tokens.manage_token(subscriber),
            "reference": item.id,
            "name": "css/site.css",
            "invitation_token": token,
            "confirm_token": tokens.confirm_token(subscriber),
            "planned_id": planned.id,
            "told_id": told.id,
        },
        key=plaintext,
    )
    db.session.remove()
    return found


X_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
