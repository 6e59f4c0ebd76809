"""Confirmations and invitations: asked once, answered by a signed link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from statushub.accounts.models import Invitation
from statushub.accounts.permissions import Role
from statushub.core import clock
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid
from statushub.publishing import notices, subscribing
from statushub.publishing.models import Delivery, DeliveryState, Message
from statushub.subscribers import service as subscribers
from statushub.subscribers.models import Subscriber, SubscriberState
from tests.conftest import Clock
from tests.publishing.conftest import Networks, World


def _count() -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_a_new_address_is_asked_and_its_click_confirms(world: World, networks: Networks) -> None:
    person = subscribing.subscribe_email("ann@example.com", locale="en")
    world.drain()
    (mail,) = networks.smtp.mails
    assert mail.subject == "Confirm your subscription to Acme"
    link = re.search(r"http://localhost(/subscriptions/confirm/\S+)", mail.text)
    assert link is not None
    browser = world.app.test_client()
    assert browser.get(link[1]).status_code == 200
    db.session.expire_all()
    assert person.state is SubscriberState.UNCONFIRMED  # opening a link is not a yes
    assert browser.post(link[1]).status_code == 200
    db.session.expire_all()
    assert person.state is SubscriberState.ACTIVE


def test_a_stranger_cannot_flood_anybody(world: World, frozen_time: Clock) -> None:
    for _click in range(5):
        subscribing.subscribe_email("ann@example.com", locale="en")
    assert _count() == 1
    frozen_time.advance(minutes=11)
    subscribing.subscribe_email("ann@example.com", locale="en")
    assert _count() == 2


def test_who_is_in_already_is_told_so_and_nothing_changes(world: World, networks: Networks) -> None:
    person = world.subscriber("ann@example.com", world.api.id)
    subscribing.subscribe_email("ann@example.com", locale="ja", component_ids=[])
    world.drain()
    (mail,) = networks.smtp.mails
    assert mail.subject == "You are subscribed to Acme"
    assert [one.component_id for one in person.subscriptions] == [world.api.id]
    assert person.locale == "en"


def test_a_confirmation_goes_ahead_of_the_crowd(world: World, networks: Networks) -> None:
    for number in range(30):
        world.subscriber(f"c{number}@example.com")
    world.publish(body="Words")
    subscribing.subscribe_email("new@example.com", locale="en")
    world.drain()
    assert "new@example.com" in [mail.to for mail in networks.smtp.mails[:4]]


def test_a_confirmation_that_is_no_longer_needed_is_not_sent(
    world: World, networks: Networks
) -> None:
    person = subscribing.subscribe_email("ann@example.com", locale="en")
    subscribers.confirm(person.id)
    world.drain()
    row = db.session.scalars(select(Delivery)).one()
    assert row.state is DeliveryState.CANCELLED
    assert networks.smtp.mails == []


def test_a_webhook_is_asked_with_a_signed_request(world: World, networks: Networks) -> None:
    hook = subscribing.subscribe_webhook(networks.hook.url, locale="en")
    secret = subscribers.signing_secret(hook)
    networks.hook.secrets.append(secret)
    world.drain()
    (call,) = networks.hook.calls
    assert call.signed_by == secret
    assert call.json["type"] == "subscription.confirmation"
    assert hook.state is SubscriberState.UNCONFIRMED  # answering 2xx is not a yes
    link = call.json["confirm_url"].removeprefix("http://localhost")
    assert world.app.test_client().post(link).status_code == 200
    db.session.expire_all()
    assert hook.state is SubscriberState.ACTIVE
    assert secret not in call.body


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1/hook", "private"),
        ("ftp://example.com/", "http"),
        ("", "Enter"),
    ],
)
def test_a_webhook_to_a_private_address_is_refused(
    sqlite_world: World, url: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        subscribing.subscribe_webhook(url, locale="en")
    assert words in caught.value.fields["url"]


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "a b@example.com", "x" * 250 + "@example.com"]
)
def test_what_is_no_address_is_refused_by_the_field(sqlite_world: World, email: str) -> None:
    with pytest.raises(Invalid) as caught:
        subscribing.subscribe_email(email, locale="en")
    assert list(caught.value.fields) == ["email"]


def test_an_unknown_component_is_refused_by_the_field(sqlite_world: World) -> None:
    with pytest.raises(Invalid) as caught:
        subscribing.subscribe_email("ann@example.com", locale="en", component_ids=["nobody"])
    assert list(caught.value.fields) == ["component_ids"]
    assert db.session.scalars(select(Subscriber)).all() == []


def test_an_invitation_is_mailed_with_its_link(world: World, networks: Networks) -> None:
    with transaction() as session:
        invitation = Invitation(
            email="ben@example.com",
            role=Role.VIEWER,
            token_digest="x" * 64,
            expires_at=clock.now() + timedelta(days=7),
        )
        session.add(invitation)
        session.flush()
        notices.send_invitation(invitation, "http://localhost/desk/join/token")
    world.drain()
    (mail,) = networks.smtp.mails
    assert mail.to == "ben@example.com"
    assert "http://localhost/desk/join/token" in mail.text
    assert "http://localhost/desk/join/token" in mail.html
    assert mail.message["List-Unsubscribe"] is None
    assert [kept.payload for kept in db.session.scalars(select(Message))] == [{}]
