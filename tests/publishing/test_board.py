"""The delivery board: who has been told, and what a person can do about the rest."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from statushub.core.audit import AuditEntry
from statushub.core.db import db
from statushub.core.errors import Conflict, NotFound
from statushub.publishing import patience
from statushub.publishing.board import (
    board,
    resolve_uncertain,
    retry_delivery,
    retry_failed,
)
from statushub.publishing.models import Delivery, DeliveryState
from tests.emulators.smtp_sink import Fault as MailFault
from tests.emulators.x_api import Fault as XFault
from tests.emulators.x_api import refused
from tests.publishing.conftest import Networks, World

SENT, QUEUED, FAILED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.FAILED


@pytest.fixture
def lost(world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A post whose answer was lost, and which X does not show."""
    monkeypatch.setattr(patience, "LOOKUPS", (0,))
    world.connect_x(networks.x)
    networks.x.fail(XFault(cut=True))
    world.publish(body="Words.")
    world.drain()
    row = db.session.scalars(select(Delivery)).one()
    assert row.state is DeliveryState.UNCERTAIN
    return row


def test_nothing_is_sent_before_it_is_sent(world: World) -> None:
    world.subscriber("ann@example.com")
    told = board(world.publish(body="Words").id)
    assert told.totals[QUEUED] == told.total == 1
    assert told.totals[SENT] == 0
    assert not told.final
    (row,) = told.rows
    assert (row.transport, row.label) == ("email", "E-mail")
    assert "STATUSHUB_SMTP_URL" in row.reason


def test_ways_are_counted_apart_and_in_total(world: World, networks: Networks) -> None:
    world.subscriber("ann@example.com")
    world.subscriber("ben@example.com")
    networks.smtp.fail(MailFault("RCPT", "550 5.7.1 Go away", to="ben"))
    world.connect_x(networks.x)
    update = world.publish(body="Words.")
    world.drain()
    told = board(update.id)
    assert [row.label for row in told.rows] == ["X (Twitter): @acme", "E-mail"]
    assert told.rows[1].counts[SENT] == told.rows[1].counts[FAILED] == 1
    assert (told.totals[SENT], told.totals[FAILED], told.total) == (2, 1, 3)
    assert told.final
    assert told.rows[0].last_at is not None
    post, failure = told.items
    assert post.public_post
    assert post.provider_url.startswith("https://x.com/acme/status/")
    assert post.text.startswith("[Investigating]")
    assert (failure.target, failure.state) == ("ben@example.com", FAILED)
    assert "Go away" in failure.reason


def test_an_update_without_deliveries_is_final(world: World) -> None:
    told = board(world.publish(body="Words").id)
    assert (told.rows, told.total, told.final) == ([], 0, True)


def test_a_board_of_nothing_is_not_found(sqlite_world: World) -> None:
    with pytest.raises(NotFound):
        board("nobody")
    with pytest.raises(NotFound):
        retry_delivery(sqlite_world.actor, 7)


def test_a_failure_can_be_tried_again(world: World, networks: Networks) -> None:
    world.subscriber("ben@example.com")
    networks.smtp.fail(MailFault("RCPT", "550 5.7.1 Go away"))
    update = world.publish(body="Words.")
    world.drain()
    (item,) = board(update.id).items
    retry_delivery(world.actor, item.id)
    assert not board(update.id).final
    world.drain()
    assert board(update.id).totals[SENT] == 1
    with pytest.raises(Conflict):
        retry_delivery(world.actor, item.id)
    assert db.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.verb == "delivery.retried")
    ).all() == ["delivery.retried"]


def test_all_failures_of_one_way_can_be_tried_again(world: World, networks: Networks) -> None:
    for number in range(3):
        world.subscriber(f"c{number}@example.com")
    networks.smtp.fail(MailFault("RCPT", "550 5.7.1 Go away", times=3))
    update = world.publish(body="Words.")
    world.drain()
    assert board(update.id).totals[FAILED] == 3
    assert retry_failed(world.actor, update.id, "email") == 3
    world.drain()
    assert board(update.id).totals[SENT] == 3


def test_what_is_uncertain_is_final_and_asks_for_an_answer(lost: Delivery) -> None:
    assert lost.update_id is not None
    told = board(lost.update_id)
    assert told.final
    assert told.items[0].can_answer


def test_it_is_there_makes_it_sent_with_the_id_that_was_given(world: World, lost: Delivery) -> None:
    row = resolve_uncertain(world.actor, lost.id, True, "1900000000000000099")
    assert (row.state, row.provider_id) == (SENT, "1900000000000000099")
    assert "Tess Tester" in row.reason
    assert world.incident.updates[0].tweet_id == "1900000000000000099"
    with pytest.raises(Conflict):
        resolve_uncertain(world.actor, lost.id, False)


def test_send_again_posts_it_once(world: World, networks: Networks, lost: Delivery) -> None:
    resolve_uncertain(world.actor, lost.id, False)
    world.drain()
    (post,) = networks.x.posts
    assert (lost.state, lost.provider_id) == (SENT, post.id)


def test_send_again_although_it_was_there_posts_nothing_new(
    world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X calls the second attempt a duplicate; the first one is found and taken for it."""
    monkeypatch.setattr(patience, "LOOKUPS", (3_600,))
    world.connect_x(networks.x)
    networks.x.fail(XFault(store=True, cut=True))
    world.publish(body="Words.")
    world.drain()
    row = db.session.scalars(select(Delivery)).one()
    assert row.state is DeliveryState.UNCERTAIN
    resolve_uncertain(world.actor, row.id, False)
    world.drain()
    (post,) = networks.x.posts
    assert (row.state, row.provider_id) == (SENT, post.id)


def test_an_uncertain_post_is_not_among_what_retry_failed_takes(
    world: World, lost: Delivery
) -> None:
    assert lost.update_id is not None
    assert retry_failed(world.actor, lost.update_id, "x") == 0
    with pytest.raises(Conflict):
        retry_delivery(world.actor, lost.id)


def test_a_refused_post_can_be_tried_again(world: World, networks: Networks) -> None:
    world.connect_x(networks.x)
    networks.x.fail(refused(403, "Forbidden", "Not now."))
    update = world.publish(body="Words.")
    world.drain()
    (item,) = board(update.id).items
    retry_delivery(world.actor, item.id)
    world.drain()
    assert board(update.id).items[0].state is SENT
