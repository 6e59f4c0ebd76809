"""The worker: what it does when networks fail, people leave, and the clock strikes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from statushub.channels import service as channels
from statushub.channels.models import Channel
from statushub.channels.seam import Rejected, Sent
from statushub.core import clock
from statushub.core.access import vault
from statushub.core.db import db
from statushub.incidents.models import Incident, IncidentUpdate
from statushub.incidents.service import schedule_maintenance
from statushub.incidents.statuses import ComponentStatus, IncidentStatus
from statushub.publishing import board, clockwork, leasing, patience, settling, upkeep
from statushub.publishing.models import Delivery, DeliveryState, WorkerHeartbeat
from statushub.publishing.worker import Worker
from statushub.subscribers import service as subscribers
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from tests.conftest import Clock
from tests.emulators.smtp_sink import Fault as MailFault
from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.webhook_receiver import Answer
from tests.emulators.x_api import Fault as XFault
from tests.emulators.x_api import rate_limited, refused
from tests.publishing.conftest import Networks, World, pointed_at

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQh"
SENT, QUEUED, FAILED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.FAILED
UNCERTAIN, CANCELLED = DeliveryState.UNCERTAIN, DeliveryState.CANCELLED


def _only(transport: str = "") -> Delivery:
    query = select(Delivery).order_by(Delivery.id.desc())
    if transport:
        query = query.where(Delivery.transport == transport)
    return db.session.scalars(query).first()  # type: ignore[return-value]


def _hook(world: World, networks: Networks, path: str = "") -> Subscriber:
    return world.subscriber(
        networks.hook.url + path,
        kind=SubscriberKind.WEBHOOK,
        sealed=vault().seal({"signing_secret": SECRET}),
    )


def _make_due() -> None:
    """Let every wait be over."""
    for row in db.session.scalars(select(Delivery)):
        row.run_at = clock.now()
    for channel in db.session.scalars(select(Channel)):
        channel.blocked_until = None
    db.session.commit()


def _until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        db.session.rollback()
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
    db.session.rollback()


# -- e-mail


def test_mails_of_one_incident_make_one_thread(world: World, networks: Networks) -> None:
    world.subscriber("ann@example.com")
    world.publish(body="One")
    world.publish(body="Two")
    world.drain()
    first, second = networks.smtp.mails
    assert (first.text.count("One"), second.text.count("Two")) == (1, 1)
    assert first.message["References"] == second.message["References"]
    assert first.message_id != second.message_id
    assert second.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert second.message["Auto-Submitted"] == "auto-generated"
    assert second.message["Precedence"] == "bulk"


def test_each_mail_carries_its_own_unsubscribe_link(world: World, networks: Networks) -> None:
    people = [world.subscriber(f"c{number}@example.com") for number in range(2)]
    world.publish(body="Words")
    world.drain()
    links = {mail.to: mail.message["List-Unsubscribe"] for mail in networks.smtp.mails}
    assert len(set(links.values())) == 2
    for mail in networks.smtp.mails:
        link = mail.message["List-Unsubscribe"].strip("<>")
        assert link in mail.text
        path = link.removeprefix("http://localhost")
        assert world.app.test_client().post(path).status_code == 200
    db.session.expire_all()
    assert {one.state for one in people} == {SubscriberState.UNSUBSCRIBED}


def test_a_busy_mail_server_is_asked_again_under_the_same_message_id(
    world: World, networks: Networks
) -> None:
    world.subscriber("ann@example.com")
    networks.smtp.fail(MailFault("RCPT", "450 4.2.1 Come back later"))
    world.publish(body="Words")
    world.drain()
    row = _only()
    assert (row.state, row.attempts) == (QUEUED, 1)
    assert "Come back later" in row.reason
    assert row.run_at > clock.now()
    _make_due()
    world.drain()
    assert (_only().state, _only().attempts) == (SENT, 2)
    assert len(networks.smtp.mails) == 1


def test_a_mail_whose_answer_was_lost_is_repeated_under_the_same_message_id(
    world: World, networks: Networks
) -> None:
    world.subscriber("ann@example.com")
    networks.smtp.fail(MailFault("DATA", drop=True, keep=True))
    world.publish(body="Words")
    world.drain()
    assert _only().state is QUEUED
    _make_due()
    world.drain()
    assert _only().state is SENT
    assert len(networks.smtp.mails) == 2
    assert len({mail.message_id for mail in networks.smtp.mails}) == 1


def test_an_address_that_does_not_exist_is_written_to_no_more(
    world: World, networks: Networks
) -> None:
    person = world.subscriber("gone@example.com")
    networks.smtp.fail(MailFault("RCPT", "550 5.1.1 No such user"))
    world.publish(body="One")
    world.drain()
    assert _only().state is FAILED
    assert person.state is SubscriberState.QUARANTINED
    assert "No such user" in person.reason
    world.publish(body="Two")
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_who_leaves_while_the_mail_waits_gets_none(world: World, networks: Networks) -> None:
    person = world.subscriber("ann@example.com")
    world.publish(body="Words")
    subscribers.unsubscribe(person.id)
    world.drain()
    assert (_only().state, _only().reason) == (CANCELLED, "Unsubscribed before it was sent.")
    assert networks.smtp.mails == []


def test_mails_wait_for_a_mail_server_and_go_out_when_there_is_one(world: World) -> None:
    world.subscriber("ann@example.com")
    world.publish(body="Words")
    world.drain()
    row = _only()
    assert (row.state, row.attempts) == (QUEUED, 0)
    assert row.reason == "No mail server is configured: set STATUSHUB_SMTP_URL."

    with SmtpSink() as sink, pointed_at(world.app, smtp_url=sink.url):
        world.drain()
        assert [mail.to for mail in sink.mails] == ["ann@example.com"]
    assert _only().state is SENT


def test_a_mail_server_that_is_down_is_not_tried_for_every_mail(world: World) -> None:
    for number in range(60):
        world.subscriber(f"c{number}@example.com")
    world.publish(body="Words")
    with pointed_at(world.app, smtp_url="smtp://127.0.0.1:9"):
        world.drain()
    rows = db.session.scalars(select(Delivery)).all()
    assert {row.state for row in rows} == {QUEUED}
    assert sum(row.attempts for row in rows) < 20
    assert all("cannot be reached" in row.reason for row in rows)


# -- webhooks


def test_a_webhook_is_repeated_under_the_same_id(world: World, networks: Networks) -> None:
    _hook(world, networks)
    networks.hook.secrets.append(SECRET)
    networks.hook.answer(Answer(status=500))
    world.publish(body="Words")
    world.drain()
    assert (_only().state, _only().attempts) == (QUEUED, 1)
    _make_due()
    world.drain()
    assert _only().state is SENT
    assert len({call.id for call in networks.hook.calls}) == 1
    assert [call.signed_by for call in networks.hook.calls] == [SECRET, SECRET]


def test_a_webhook_tells_its_receiver_how_to_end_it(world: World, networks: Networks) -> None:
    hook = _hook(world, networks)
    world.publish(body="Words")
    world.drain()
    (call,) = networks.hook.calls
    link = call.json["meta"]["unsubscribe"].removeprefix("http://localhost")
    assert world.app.test_client().post(link).status_code == 200
    db.session.expire_all()
    assert hook.state is SubscriberState.UNSUBSCRIBED


def test_a_webhook_that_is_gone_is_called_no_more(world: World, networks: Networks) -> None:
    hook = _hook(world, networks)
    networks.hook.answer(Answer(status=410))
    world.publish(body="Words")
    world.drain()
    assert (_only().state, hook.state) == (FAILED, SubscriberState.QUARANTINED)


def test_updates_of_one_incident_reach_a_target_in_their_order(
    world: World, networks: Networks
) -> None:
    _hook(world, networks)
    networks.hook.answer(Answer(status=503))
    world.publish(body="One")
    world.publish(body="Two")
    world.drain()
    assert len(networks.hook.calls) == 1  # the second waits behind the first
    _make_due()
    world.drain()
    bodies = [call.json["incident"]["incident_updates"][0]["body"] for call in networks.hook.calls]
    assert bodies == ["One", "One", "Two"]


# -- X


def test_later_posts_of_an_incident_reply_to_the_one_before(
    world: World, networks: Networks
) -> None:
    world.connect_x(networks.x)
    for words in ("One", "Two", "Three"):
        world.publish(body=f"{words}.")
    world.publish(world.declare("Something else"), body="Alone.")
    world.drain()
    posts = {post.sent.split(".")[0].rsplit(" ", 1)[1]: post for post in networks.x.posts}
    assert posts["One"].in_reply_to is None
    assert posts["Two"].in_reply_to == posts["One"].id
    assert posts["Three"].in_reply_to == posts["Two"].id
    assert posts["Alone"].in_reply_to is None


def test_a_post_is_remembered_with_its_update_and_its_address(
    world: World, networks: Networks
) -> None:
    channel = world.connect_x(networks.x)
    update = world.publish(body="Words.")
    world.drain()
    (post,) = networks.x.posts
    assert update.tweet_id == post.id
    assert _only().provider_url == f"https://x.com/acme/status/{post.id}"
    assert channel.last_sent_at is not None


def test_a_rate_limit_holds_the_whole_account_until_its_end(
    world: World, networks: Networks
) -> None:
    channel = world.connect_x(networks.x)
    reset = clock.now().replace(microsecond=0) + timedelta(minutes=10)
    networks.x.fail(rate_limited(int(reset.timestamp())))
    world.publish(body="One.")
    world.drain()
    world.publish(world.declare("Another"), body="Two.")
    world.drain()
    assert channel.blocked_until is not None
    assert channel.blocked_until >= reset
    rows = db.session.scalars(select(Delivery)).all()
    assert {row.state for row in rows} == {QUEUED}
    assert networks.x.requests["POST /2/tweets"] == 1
    assert all(row.begun_at is None for row in rows)
    _make_due()
    world.drain()
    assert len(networks.x.posts) == 2


def test_an_account_whose_keys_are_refused_is_switched_off_and_its_posts_wait(
    world: World, networks: Networks
) -> None:
    channel = world.connect_x(networks.x)
    networks.x.fail(refused(401, "Unauthorized", "Unauthorized"))
    first = world.publish(body="One.")
    world.drain()
    assert (channel.enabled, channel.broken) == (False, True)
    world.publish(body="Two.")
    world.drain()
    rows = db.session.scalars(select(Delivery)).all()
    assert {row.state for row in rows} == {QUEUED}
    assert all(row.reason.startswith("Held: ") for row in rows)
    assert board.board(first.id).rows[0].reason.startswith("Held: ")
    channels.enable(world.actor, channel.id)
    world.drain()
    assert [post.sent.split(" - ")[1][:4] for post in networks.x.posts] == ["One.", "Two."]


def test_a_refused_text_fails_and_does_not_block_the_next(world: World, networks: Networks) -> None:
    world.connect_x(networks.x)
    networks.x.fail(refused(403, "Forbidden", "You are not permitted to say that."))
    refused_update = world.publish(body="One.")
    world.publish(body="Two.")
    world.drain()
    (item,) = board.board(refused_update.id).items
    assert item.state is FAILED
    assert item.can_retry
    assert "not permitted" in item.reason
    assert len(networks.x.posts) == 1


def test_a_lost_answer_is_looked_for_and_found(
    world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOOKUPS", (0, 0, 0))
    world.connect_x(networks.x)
    networks.x.fail(XFault(store=True, cut=True))
    update = world.publish(body="Words.")
    world.drain()
    (post,) = networks.x.posts
    assert (_only().state, _only().provider_id) == (SENT, post.id)
    assert update.tweet_id == post.id
    assert networks.x.requests["POST /2/tweets"] == 1


def test_a_post_that_is_not_found_waits_for_a_person_and_is_never_made_again(
    world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOOKUPS", (0, 0, 0))
    world.connect_x(networks.x)
    networks.x.fail(XFault(cut=True))
    update = world.publish(body="Words.")
    world.drain()
    told = board.board(update.id)
    (item,) = told.items
    assert told.final
    assert item.can_answer
    assert not item.can_retry
    assert item.next_at is None
    assert "not found" in item.reason
    _make_due()
    world.drain()
    assert networks.x.requests["POST /2/tweets"] == 1
    assert networks.x.posts == []


def test_another_posts_equal_text_is_not_taken_for_it(
    world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOOKUPS", (0, 0, 0))
    world.connect_x(networks.x)
    world.publish(body="Words.", x_text="The same words")
    world.drain()
    networks.x.fail(XFault(cut=True))
    world.publish(body="Words.", x_text="The same words")
    world.drain()
    assert _only().state is UNCERTAIN


def test_a_later_update_does_not_wait_for_an_uncertain_one(
    world: World, networks: Networks
) -> None:
    world.connect_x(networks.x)
    networks.x.fail(XFault(cut=True))
    world.publish(body="One.")
    world.drain()
    world.publish(body="Two.")
    world.drain()
    (post,) = networks.x.posts
    assert "Two." in post.sent
    assert post.in_reply_to is None


def test_a_post_that_is_too_old_is_not_made(
    world: World, networks: Networks, frozen_time: Clock
) -> None:
    channel = world.connect_x(networks.x)
    channels.disable_(channel.id, "broken", broken=True)
    world.publish(body="Words.")
    frozen_time.advance(hours=25)
    channels.enable(world.actor, channel.id)
    world.drain()
    assert (_only().state, _only().reason) == (FAILED, "It could not be sent in time.")
    assert networks.x.posts == []


def test_posts_of_an_account_that_was_removed_are_cancelled(
    world: World, networks: Networks
) -> None:
    channel = world.connect_x(networks.x)
    world.publish(body="Words.")
    channels.remove(world.actor, channel.id)
    world.drain()
    assert (_only().state, _only().reason) == (CANCELLED, "The account was removed.")


def test_a_result_that_comes_after_the_lease_ran_out_still_counts_as_posted(
    world: World, networks: Networks
) -> None:
    world.connect_x(networks.x)
    world.publish(body="Words.")
    (claim,) = leasing.claim("x", "slow", timedelta(seconds=-1), 1)
    row = _only()
    row.begun_at = clock.now()
    db.session.commit()

    assert upkeep.reap() == 1
    db.session.expire_all()
    assert row.state is UNCERTAIN

    settling.settle([settling.Result(claim, Sent("42", "https://x.com/acme/status/42"))])
    db.session.expire_all()
    assert (row.state, row.provider_id) == (SENT, "42")


def test_a_lost_lease_cannot_write_what_it_thinks_of_a_mail(
    world: World, networks: Networks
) -> None:
    world.subscriber("ann@example.com")
    world.publish(body="Words.")
    (stale,) = leasing.claim("email", "slow", timedelta(seconds=-1), 1)

    upkeep.reap()
    (fresh,) = leasing.claim("email", "quick", timedelta(seconds=30), 1)
    settling.settle([settling.Result(stale, Rejected("No."))])
    db.session.expire_all()
    assert (_only().state, _only().lease_by) == (DeliveryState.SENDING, "quick")
    assert fresh.uid == stale.uid


# -- together


@pytest.mark.slow
def test_one_way_that_fails_delays_no_other(world: World, networks: Networks) -> None:
    """The mail server is down, X answers 503, some endpoints hang: a webhook that works is called
    within a second all the same, and the mails and posts do not get lost."""
    networks.hook.secrets.append(SECRET)
    networks.x.fail(XFault(status=503, body={"title": "x"}, times=50))
    world.connect_x(networks.x)
    world.subscriber("ann@example.com")
    for number in range(3):
        _hook(world, networks, f"/hang/{number}")
    networks.hook.answer(*[Answer(delay=8.0)] * 3)
    world.publish(body="One.")
    stop = threading.Event()
    with pointed_at(world.app, smtp_url="smtp://127.0.0.1:9", x_api_base=networks.x.base):
        worker = Worker(world.app, concurrency=2)
        thread = threading.Thread(target=worker.run, args=(stop,))
        db.session.rollback()
        thread.start()
        _until(lambda: len(networks.hook.calls) == 3)
        good = _hook(world, networks, "/good")
        began = time.monotonic()
        world.publish(world.declare("Another"), body="Two.")
        db.session.rollback()
        mine = select(Delivery.state).where(Delivery.subscriber_id == good.id)
        _until(lambda: db.session.scalars(mine).first() is SENT)
        took = time.monotonic() - began
        posts = select(Delivery.state).where(Delivery.transport == "x")
        _until(lambda: set(db.session.scalars(posts)) == {UNCERTAIN})
        stop.set()
        thread.join(60)
    assert took < 4, took
    mails = select(Delivery.state).where(Delivery.transport == "email")
    assert set(db.session.scalars(mails)) == {QUEUED}
    assert networks.x.posts == []


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds_and_returns_the_rest(
    world: World, networks: Networks
) -> None:
    for number in range(80):
        world.subscriber(f"c{number}@example.com")
    networks.smtp.fail(MailFault("DATA", "250 OK", delay=0.2, keep=True, times=500))
    world.publish(body="Words")
    db.session.rollback()
    stop = threading.Event()
    worker = Worker(world.app, concurrency=2)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    _until(lambda: len(networks.smtp.mails) >= 2)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    rows = db.session.scalars(select(Delivery)).all()
    assert {row.state for row in rows} == {SENT, QUEUED}
    assert sum(row.state is SENT for row in rows) == len(networks.smtp.mails)
    assert all(row.lease_by is None for row in rows)
    assert all(row.attempts == 0 for row in rows if row.state is QUEUED)
    assert db.session.scalars(select(WorkerHeartbeat)).all() == []


def test_a_worker_shows_that_it_is_alive(world: World) -> None:
    stop = threading.Event()
    worker = Worker(world.app, concurrency=1)
    thread = threading.Thread(target=worker.run, args=(stop,))
    db.session.rollback()
    thread.start()
    _until(lambda: db.session.get(WorkerHeartbeat, worker.name) is not None)
    stop.set()
    thread.join(20)


# -- the clock


def test_planned_work_starts_and_ends_by_itself_and_says_so(
    world: World, networks: Networks, frozen_time: Clock
) -> None:
    world.subscriber("ann@example.com")
    work = _planned(world, frozen_time)
    world.publish(work, body="We change disks.")
    world.drain()
    assert work.status is IncidentStatus.SCHEDULED
    frozen_time.advance(hours=1)
    world.drain()
    assert work.status is IncidentStatus.IN_PROGRESS
    assert world.api.status is ComponentStatus.UNDER_MAINTENANCE
    frozen_time.advance(hours=1)
    world.drain()
    assert work.status is IncidentStatus.COMPLETED
    assert world.api.status is ComponentStatus.OPERATIONAL
    subjects = [mail.subject for mail in networks.smtp.mails]
    assert [subject.split("]")[0] for subject in subjects] == [
        "[Scheduled",
        "[In progress",
        "[Completed",
    ]


def test_several_workers_start_planned_work_once(world: World, frozen_time: Clock) -> None:
    world.subscriber("ann@example.com")
    work = _planned(world, frozen_time)
    world.publish(work, body="We change disks.")
    frozen_time.advance(hours=1)
    db.session.rollback()
    together = threading.Barrier(4)
    done: list[int] = []

    def tick() -> None:
        with world.app.app_context():
            together.wait()
            done.append(clockwork.run_due())

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 0, 1]
    statuses = db.session.scalars(
        select(IncidentUpdate.status).where(IncidentUpdate.incident_id == work.id)
    ).all()
    assert sorted(statuses) == ["in_progress", "scheduled"]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_work_that_a_person_started_is_not_started_again(world: World, frozen_time: Clock) -> None:
    work = _planned(world, frozen_time)
    world.publish(work, body="We change disks.")
    world.publish(work, status="in_progress", body="We begin early.")
    frozen_time.advance(hours=1)
    assert clockwork.run_due() == 0


def _planned(world: World, frozen_time: Clock) -> Incident:
    start = frozen_time.now + timedelta(minutes=30)
    return schedule_maintenance(
        world.actor,
        name="New disks",
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        component_ids=[world.api.id],
    )


def test_waits_grow_and_keep_to_the_providers_own_time() -> None:
    waits = [
        (patience.retry_at("webhook", attempt, None) - clock.now()).total_seconds()
        for attempt in range(1, 9)
    ]
    assert waits[:7] == sorted(waits[:7])  # the last step is held, spread by a tenth either way
    assert 4 < waits[0] < 6
    assert 3_200 < waits[-1] < 4_000
    late = datetime.now(UTC) + timedelta(hours=2)
    assert patience.retry_at("x", 1, late) >= late


def test_an_outcome_that_cannot_be_stored_holds_up_no_other_and_repeats_no_mail(
    world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        world.subscriber(f"c{number}@example.com")
    world.publish(body="Words")
    settle = settling.settle

    def mistaken(results: list[settling.Result]) -> None:
        if any(one.claim.target == "c2@example.com" for one in results):
            raise ValueError("a mistake")
        settle(results)

    monkeypatch.setattr(settling, "settle", mistaken)
    db.session.rollback()
    stop = threading.Event()
    thread = threading.Thread(target=Worker(world.app, concurrency=2, lease=0.6).run, args=(stop,))
    thread.start()
    sent = select(func.count()).select_from(Delivery).where(Delivery.state == SENT)
    _until(lambda: db.session.scalar(sent) == 3)
    time.sleep(1.5)  # more than two leases
    stop.set()
    thread.join(20)
    assert len(networks.smtp.mails) == 4
