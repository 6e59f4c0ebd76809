"""What the worker may rely on, whatever the network: the same four shapes, and never an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest

from statushub.channels.registry import Transports
from statushub.channels.seam import (
    Account,
    Outgoing,
    Rejected,
    Retry,
    Sent,
    Transport,
    Uncertain,
)
from statushub.core.errors import NotFound
from tests.channels.conftest import SECRET, outgoing, x_account
from tests.emulators import smtp_sink, webhook_receiver, x_api

NAMES = ("x", "email", "webhook")


@dataclass
class Peer:
    """A transport with the emulator behind it, and how to make that go wrong."""

    transport: Transport
    account: Account
    message: Callable[[], Outgoing]
    taken: Callable[[], int]
    fail: dict[str, Callable[[], Any]]


@pytest.fixture(params=NAMES)
def peer(
    request: pytest.FixtureRequest,
    transports: Transports,
    x_api: x_api.XEmulator,
    sink: smtp_sink.SmtpSink,
    receiver: webhook_receiver.WebhookReceiver,
) -> Peer:
    build = {"x": _x, "email": _email, "webhook": _webhook}[request.param]
    emulator = {"x": x_api, "email": sink, "webhook": receiver}[request.param]
    return build(transports.get(request.param), emulator)


def _x(transport: Transport, emulator: x_api.XEmulator) -> Peer:
    return Peer(
        transport,
        x_account(emulator),
        lambda: outgoing({"text": "We are looking into slow answers."}),
        lambda: len(emulator.posts),
        {
            "retry": lambda: emulator.fail(x_api.rate_limited(None)),
            "rejected": lambda: emulator.fail(x_api.SUSPENDED),
            "uncertain": lambda: emulator.fail(x_api.CUT_AFTER),
        },
    )


def _email(transport: Transport, sink: smtp_sink.SmtpSink) -> Peer:
    return Peer(
        transport,
        Account(),
        lambda: outgoing({"subject": "Slow answers", "text": "Hello."}, "ann@example.com"),
        lambda: len(sink.mails),
        {
            "retry": lambda: sink.fail(smtp_sink.Fault("RCPT", "451 4.3.0 Come back later")),
            "rejected": lambda: sink.fail(smtp_sink.Fault("RCPT", "550 5.1.1 Nobody there")),
            "uncertain": lambda: sink.fail(smtp_sink.Fault("DATA", drop=True, keep=True)),
        },
    )


def _webhook(transport: Transport, receiver: webhook_receiver.WebhookReceiver) -> Peer:
    payload = {"body": {"type": "incident.updated"}, "secret": SECRET}
    return Peer(
        transport,
        Account(),
        lambda: outgoing(payload, receiver.url),
        lambda: len(receiver.calls),
        {
            "retry": lambda: receiver.answer(webhook_receiver.Answer(503)),
            "rejected": lambda: receiver.answer(webhook_receiver.Answer(410)),
        },
    )


def test_what_the_peer_takes_is_sent(peer: Peer) -> None:
    outcome = peer.transport.send(peer.account, peer.message())
    assert isinstance(outcome, Sent), outcome
    assert peer.taken() == 1


def test_what_may_pass_later_is_retried_and_the_reason_is_in_words(peer: Peer) -> None:
    peer.fail["retry"]()
    outcome = peer.transport.send(peer.account, peer.message())
    assert isinstance(outcome, Retry), outcome
    assert " " in outcome.reason


def test_what_never_will_be_taken_is_rejected_in_words(peer: Peer) -> None:
    peer.fail["rejected"]()
    outcome = peer.transport.send(peer.account, peer.message())
    assert isinstance(outcome, Rejected), outcome
    assert " " in outcome.reason


def test_a_lost_answer_is_uncertain_or_safe_to_repeat(peer: Peer) -> None:
    if "uncertain" not in peer.fail:
        pytest.skip("a webhook repeats under its own id: a lost answer is a retry")
    peer.fail["uncertain"]()
    outcome = peer.transport.send(peer.account, peer.message())
    assert isinstance(outcome, Uncertain), outcome
    assert peer.taken() == 1


def test_the_next_message_goes_out_after_each_kind_of_failure(peer: Peer) -> None:
    for fail in peer.fail.values():
        fail()
        peer.transport.send(peer.account, peer.message())
    message = peer.message()
    if "text" in message.payload and peer.transport.public_post:
        message = outgoing({"text": "Other words."})
    assert isinstance(peer.transport.send(peer.account, message), Sent)


def test_an_account_that_works_passes_the_check_and_nothing_is_sent(peer: Peer) -> None:
    assert isinstance(peer.transport.check(peer.account), Sent)
    assert peer.taken() == 0


def test_what_was_never_sent_is_not_found(peer: Peer) -> None:
    assert peer.transport.find(peer.account, peer.message()) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_peer_that_is_away_is_a_retry(name: str) -> None:
    away = Transports.from_settings(
        smtp_url="smtp://127.0.0.1:1",
        mail_from="status@acme.example",
        x_api_base="http://127.0.0.1:1",
        allow_private=(ip_network("127.0.0.0/8"),),
    )
    payload = {"text": "Hello.", "subject": "Hello", "body": "{}", "secret": SECRET}
    target = {"x": "", "email": "ann@example.com", "webhook": "http://127.0.0.1:1/"}[name]
    account = Account(secrets=x_api.XAccount("acme").secrets)
    outcome = away.get(name).send(account, outgoing(payload, target))
    assert isinstance(outcome, Retry), outcome
    assert outcome.reason
    away.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_payload_that_makes_no_sense_raises_nothing_at_the_network(
    transports: Transports, name: str
) -> None:
    payload = {"text": "\x00\ud800", "subject": "\r\nBcc: all", "body": "", "secret": "nonsense"}
    outcome = transports.get(name).send(Account(), outgoing(payload, "\r\nnowhere"))
    assert isinstance(outcome, Rejected), outcome


def test_every_transport_is_found_by_its_name(transports: Transports) -> None:
    assert [transport.name for transport in transports.all_()] == list(NAMES)
    assert [transport.name for transport in transports.connectable()] == ["x"]
    assert [transport.name for transport in transports.all_() if transport.public_post] == ["x"]
    with pytest.raises(NotFound):
        transports.get("fax")
