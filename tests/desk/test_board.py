"""The delivery board: who has been told, and what a person can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.channels.models import Channel
from statushub.core import clock
from statushub.core.db import db, transaction
from statushub.desk.board import post_id
from statushub.incidents.models import IncidentUpdate
from statushub.publishing.models import Delivery, DeliveryKind, DeliveryState, Message
from tests.desk.conftest import Acme

Send = Callable[..., Any]
S = DeliveryState


@pytest.fixture
def update(acme: Acme) -> IncidentUpdate:
    told: IncidentUpdate = acme.publish(acme.declare())
    return told


@pytest.fixture
def deliver(update: IncidentUpdate) -> Callable[..., int]:
    """Adds a delivery of the update; returns its id."""
    numbers = iter(range(1000))

    def add(state: DeliveryState, transport: str = "email", **facts: Any) -> int:
        with transaction() as session:
            channel = None
            if transport == "x":
                channel = Channel(transport="x", name="@acme")
                session.add(channel)
            payload = {"text": "Cards are refused."}
            message = Message(
                kind="update", update_id=update.id, transport=transport, payload=payload
            )
            session.add(message)
            session.flush()
            number = next(numbers)
            delivery = Delivery(
                dedup_key=f"{transport}:{number}",
                order_key=f"{transport}:{number}",
                kind=DeliveryKind.UPDATE,
                transport=transport,
                message_id=message.id,
                update_id=update.id,
                channel_id=channel.id if channel else None,
                target=f"person{number}@example.com",
                state=state,
                expires_at=clock.now() + timedelta(hours=1),
                **{"attempts": 1, **facts},
            )
            session.add(delivery)
            session.flush()
            return int(delivery.id)

    return add


def state_of(delivery_id: int) -> DeliveryState:
    db.session.rollback()
    delivery = db.session.get(Delivery, delivery_id)
    assert delivery is not None
    return delivery.state


def test_it_counts_in_words_and_never_says_sent_before_it_is(
    sign_in: Any, read: Any, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("owner")
    path = f"/desk/updates/{update.id}/deliveries"
    assert "Nobody is written to" in read(path)
    deliver(S.QUEUED)
    deliver(S.SENDING)
    page = read(path)
    assert "0 of 2 told so far." in page
    assert "1 queued" in page
    assert "1 sending" in page
    deliver(S.SENT)
    assert "1 of 3 told so far." in read(path)


def test_it_is_final_when_nothing_will_change_by_itself(
    sign_in: Any, read: Any, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("owner")
    deliver(S.SENT)
    path = f"/desk/updates/{update.id}/deliveries"
    assert "Final: the only recipient has been told." in read(path)
    deliver(S.FAILED, reason="550 No such user")
    page = read(path)
    assert "Final: 1 of 2 have been told." in page
    assert "550 No such user" in page


def test_it_is_not_final_while_the_fate_of_a_post_is_unknown(
    sign_in: Any, read: Any, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("owner")
    deliver(S.SENT)
    deliver(S.UNCERTAIN)
    assert "1 of 2 told so far." in read(f"/desk/updates/{update.id}/deliveries")


def test_one_failure_or_all_of_a_way_are_tried_again(
    sign_in: Any, send: Send, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("social_media_lead")
    one, two = deliver(S.FAILED), deliver(S.FAILED)
    other = deliver(S.FAILED, "webhook")
    send(f"/desk/deliveries/{one}/retry", {})
    assert [state_of(key) for key in (one, two)] == [S.QUEUED, S.FAILED]
    answer = send(f"/desk/updates/{update.id}/deliveries/retry", {"transport": "email"})
    assert "1 is on its way again." in answer.get_data(as_text=True)
    assert state_of(two) is S.QUEUED
    assert state_of(other) is S.FAILED


def test_a_second_click_on_retry_is_told_how_it_stands(
    sign_in: Any, send: Send, deliver: Callable[..., int]
) -> None:
    sign_in("owner")
    one = deliver(S.FAILED)
    send(f"/desk/deliveries/{one}/retry", {})
    answer = send(f"/desk/deliveries/{one}/retry", {})
    assert answer.status_code == 200
    assert "Load the board again" in answer.get_data(as_text=True)


def test_an_uncertain_post_takes_one_of_two_answers(
    sign_in: Any, send: Send, read: Any, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("social_media_lead")
    there = deliver(S.UNCERTAIN, "x")
    page = read(f"/desk/updates/{update.id}/deliveries")
    assert "It is there" in page
    assert "It is not there: send again" in page
    link = "https://x.com/acme/status/1234567890?s=20"
    answer = send(f"/desk/deliveries/{there}/answer", {"answer": "there", "post": link})
    assert state_of(there) is S.SENT
    assert "1234567890" in answer.get_data(as_text=True)
    again = deliver(S.UNCERTAIN, "x")
    send(f"/desk/deliveries/{again}/answer", {"answer": "again"})
    assert state_of(again) is S.QUEUED
    assert send(f"/desk/deliveries/{again}/answer", {"answer": "maybe"}).status_code == 404


def test_a_post_is_named_by_link_or_id() -> None:
    assert post_id("https://x.com/acme/status/42?s=20") == "42"
    assert post_id("https://mastodon.example/users/acme/statuses/77") == "77"
    assert post_id(" 42 ") == "42"


def test_the_fragment_costs_a_304_while_nothing_changes(
    sign_in: Any, client: FlaskClient, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("owner")
    deliver(S.QUEUED)
    path = f"/desk/updates/{update.id}/deliveries/rows"
    first = client.get(path)
    assert b"0 of 1 told so far." in first.data
    assert b"<html" not in first.data
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=tag).status_code == 304
    deliver(S.SENT)
    assert client.get(path, headers=tag).status_code == 200


def test_addresses_are_for_those_who_may_see_subscribers(
    sign_in: Any, read: Any, send: Send, update: IncidentUpdate, deliver: Callable[..., int]
) -> None:
    sign_in("viewer")
    failed = deliver(S.FAILED, reason="550 No such user")
    page = read(f"/desk/updates/{update.id}/deliveries")
    assert "@example.com" not in page
    assert "a subscriber" in page
    assert "Retry" not in page
    assert send(f"/desk/deliveries/{failed}/retry", {}).status_code == 403
    assert state_of(failed) is S.FAILED


def test_the_overview_names_updates_that_did_not_reach_everybody(
    sign_in: Any, read: Any, deliver: Callable[..., int]
) -> None:
    sign_in("viewer")
    deliver(S.FAILED)
    deliver(S.UNCERTAIN, "x")
    page = read("/desk/")
    assert "Not everybody has been told" in page
    assert "1 failed" in page
    assert "1 uncertain" in page
    with transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.created_at = clock.now() - timedelta(days=15)
    assert "Not everybody has been told" not in read("/desk/")
