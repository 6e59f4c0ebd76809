"""Webhooks, received by somebody who checks the signature with another's library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from statushub.channels.seam import Account, Outcome, Rejected, Retry, Sent
from statushub.channels.transports.webhook import WebhookTransport
from statushub.core.http import Limits
from tests.channels.conftest import LOOPBACK, SECRET, outgoing
from tests.conftest import Clock
from tests.emulators.webhook_receiver import Answer, WebhookReceiver

BODY = {"type": "incident.updated", "data": {"name": "遅延 <slow> “answers”", "n": 1.5}}
Send = Callable[..., Outcome]


@pytest.fixture
def send(receiver: WebhookReceiver) -> Iterator[Send]:
    transport = WebhookTransport(LOOPBACK, Limits(connect=1, read=0.5, total=1, max_bytes=64_000))

    def go(body: Any = BODY, secret: str = SECRET, target: str = "", **more: Any) -> Outcome:
        payload = {"body": body, "secret": secret}
        return transport.send(Account(), outgoing(payload, target or receiver.url, **more))

    yield go
    transport.close()


def test_the_receiver_can_verify_and_read_it(receiver: WebhookReceiver, send: Send) -> None:
    assert send(uid="abc123") == Sent(detail="200")
    (call,) = receiver.calls
    assert call.signed_by == SECRET
    assert call.json == BODY
    assert call.id == "abc123"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["user-agent"].startswith("StatusHub/")


def test_a_text_body_is_sent_as_it_is(receiver: WebhookReceiver, send: Send) -> None:
    send('{"a":  1}')
    assert receiver.calls[0].body == '{"a":  1}'
    assert receiver.calls[0].signed_by == SECRET


def test_every_attempt_has_the_same_id_and_its_own_time(
    receiver: WebhookReceiver, send: Send
) -> None:
    send(uid="same", attempt=1)
    later = receiver.calls[0].at + 1
    while datetime.now(UTC).timestamp() < later:
        pass
    send(uid="same", attempt=2)
    first, second = receiver.calls
    assert first.id == second.id == "same"
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert second.signed_by == SECRET


def test_while_a_secret_is_replaced_both_sign(receiver: WebhookReceiver, send: Send) -> None:
    new = "whsec_" + "QUJD" * 8
    send(secret=f"{SECRET} {new}")
    assert receiver.calls[0].verifies(SECRET)
    assert receiver.calls[0].verifies(new)


@pytest.mark.parametrize("secret", ["", "  ", "whsec_", "whsec_ü", "whsec_!"])
def test_an_unusable_secret_is_rejected_and_nothing_goes_out(
    receiver: WebhookReceiver, send: Send, secret: str
) -> None:
    assert isinstance(send(secret=secret), Rejected)
    assert receiver.calls == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_sent(receiver: WebhookReceiver, send: Send, status: int) -> None:
    receiver.answer(Answer(status))
    assert isinstance(send(), Sent)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 422, 429, 500, 502, 503])
def test_any_other_answer_is_tried_again(
    receiver: WebhookReceiver, send: Send, status: int
) -> None:
    receiver.answer(Answer(status))
    outcome = send()
    assert isinstance(outcome, Retry)
    assert str(status) in outcome.reason
    assert not outcome.account_wide


def test_410_ends_the_subscription(receiver: WebhookReceiver, send: Send) -> None:
    receiver.answer(Answer(410))
    outcome = send()
    assert isinstance(outcome, Rejected)
    assert outcome.gone


def test_a_redirect_is_rejected_and_says_what_to_do(receiver: WebhookReceiver, send: Send) -> None:
    receiver.answer(Answer(308, headers={"Location": receiver.base + "/new"}))
    outcome = send()
    assert isinstance(outcome, Rejected)
    assert not outcome.gone
    assert "final address" in outcome.reason
    assert len(receiver.calls) == 1


def test_retry_after_is_honoured_in_both_forms_and_bounded(
    receiver: WebhookReceiver, send: Send, frozen_time: Clock
) -> None:
    now = frozen_time.now
    date = format_datetime(now + timedelta(minutes=7), usegmt=True)
    for value, expected in {
        "120": now + timedelta(minutes=2),
        date: now + timedelta(minutes=7),
        "99999999999": now + timedelta(days=1),
        "Wed, 21 Oct 2015 07:28:00 GMT": now,
        "Wed, 21 Oct 2015 07:28:00 -0000": now,
        "-5": None,
        "soon": None,
    }.items():
        receiver.answer(Answer(503, headers={"Retry-After": value}))
        outcome = send()
        assert isinstance(outcome, Retry)
        assert outcome.at == expected, value


@pytest.mark.parametrize(
    "answer", [Answer(delay=1.0), Answer(cut=True), Answer(drip=0.1)], ids=["late", "cut", "drip"]
)
def test_a_lost_answer_is_tried_again_under_the_same_id(
    receiver: WebhookReceiver, send: Send, answer: Answer
) -> None:
    receiver.answer(answer)
    outcome = send()
    assert isinstance(outcome, Retry)
    assert outcome.reason


def test_a_huge_answer_does_not_matter(receiver: WebhookReceiver, send: Send) -> None:
    receiver.answer(Answer(body="a" * 5_000_000))
    assert isinstance(send(), Sent)


def test_a_host_that_is_unknown_now_may_be_known_later(send: Send) -> None:
    outcome = send(target="https://nowhere.invalid/hook")
    assert isinstance(outcome, Retry)
    assert "cannot be found" in outcome.reason
