"""E-mail into a real SMTP server that misbehaves on demand."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from statushub.channels.seam import Account, Outcome, Rejected, Retry, Sent, Uncertain
from statushub.channels.transports.email import EmailTransport
from statushub.channels.transports.smtp_url import Security, parse_smtp_url
from statushub.core.errors import ConfigError
from tests.channels.conftest import MAIL_FROM, outgoing
from tests.emulators.certificate import self_signed
from tests.emulators.smtp_sink import Fault, SmtpSink

PAYLOAD = {"subject": "遅延: slow answers", "text": "Hello.\n.\nBye.", "html": "<p>Hello.</p>"}
Send = Callable[..., Outcome]


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def sink(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    with SmtpSink(pipelining=request.param) as running:
        yield running


@pytest.fixture
def transport(sink: SmtpSink) -> Iterator[EmailTransport]:
    made = EmailTransport(sink.url, MAIL_FROM)
    yield made
    made.close()


@pytest.fixture
def send(transport: EmailTransport) -> Send:
    def go(target: str = "ann@example.com", **more: Any) -> Outcome:
        uid = {"uid": more.pop("uid")} if "uid" in more else {}
        return transport.send(Account(), outgoing({**PAYLOAD, **more}, target, **uid))

    return go


def test_a_mail_arrives_as_it_was_written(sink: SmtpSink, send: Send) -> None:
    outcome = send(uid="abc", vars={"url": "https://x"}, text="See @@url@@\n.dot")
    assert isinstance(outcome, Sent)
    (mail,) = sink.mails
    assert outcome.provider_id == mail.message_id == "<abc@acme.example>"
    assert outcome.detail.startswith("250 2.0.0 OK")
    assert mail.subject == PAYLOAD["subject"]
    assert mail.text == "See https://x\n.dot"
    assert mail.html == "<p>Hello.</p>"
    assert (mail.sender, mail.to) == ("status@acme.example", "ann@example.com")
    assert mail.message["To"] == "ann@example.com"
    sent_at = mail.message["Date"].datetime
    assert abs(sent_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_sender_can_be_another_than_the_configured_one(sink: SmtpSink, send: Send) -> None:
    send(**{"from": "Ops <ops@other.example>", "envelope_from": "bounce+1@other.example"})
    (mail,) = sink.mails
    assert mail.message["From"] == "Ops <ops@other.example>"
    assert mail.sender == "bounce+1@other.example"


def test_every_recipient_gets_their_own_links_over_one_connection(
    sink: SmtpSink, send: Send
) -> None:
    for number in range(20):
        headers = {"List-Unsubscribe": "<https://status.example/u/@@token@@>"}
        token = {"token": f"t{number}"}
        outcome = send(f"user{number}@example.com", text="@@token@@", headers=headers, vars=token)
        assert isinstance(outcome, Sent)
    assert sink.connections == 1
    for number, mail in enumerate(sink.mails):
        assert mail.to == f"user{number}@example.com"
        assert mail.text == f"t{number}"
        assert mail.message["List-Unsubscribe"] == f"<https://status.example/u/t{number}>"


@pytest.mark.parametrize(
    ("stage", "reply", "kind", "gone", "account_wide"),
    [
        ("MAIL", "450 4.7.0 Slow down", Retry, False, True),
        ("MAIL", "553 5.7.1 Sender not allowed", Rejected, False, False),
        ("RCPT", "450 4.2.1 Greylisted", Retry, False, False),
        ("RCPT", "452 4.2.2 Mailbox full", Retry, False, False),
        ("RCPT", "550 5.1.1 No such user", Rejected, True, False),
        ("RCPT", "550 No such user", Rejected, True, False),
        ("RCPT", "551 User not local", Rejected, True, False),
        ("RCPT", "553 Mailbox name not allowed", Rejected, True, False),
        ("RCPT", "556 5.1.10 Domain takes no mail", Rejected, True, False),
        ("RCPT", "550 5.7.1 Relaying denied", Rejected, False, False),
        ("RCPT", "554 Policy", Rejected, False, False),
        ("DATA", "451 4.3.0 Try later", Retry, False, False),
        ("DATA", "550 5.7.1 Looks like spam", Rejected, False, False),
        ("DATA", "550 Rejected", Rejected, False, False),
        ("RCPT", "421 4.3.2 Shutting down", Retry, False, True),
        ("DATA", "421 4.3.2 Shutting down", Retry, False, True),
    ],
)
def test_each_refusal_is_sorted_and_said_in_the_server_s_words(
    sink: SmtpSink,
    send: Send,
    stage: str,
    reply: str,
    kind: type,
    gone: bool,
    account_wide: bool,
) -> None:
    assert isinstance(send("first@example.com"), Sent)
    sink.fail(Fault(stage, reply))
    outcome = send()
    assert type(outcome) is kind, outcome
    assert reply[4:] in outcome.reason
    assert getattr(outcome, "gone", False) is gone
    assert getattr(outcome, "account_wide", False) is account_wide
    assert isinstance(send("next@example.com"), Sent)
    assert [mail.to for mail in sink.mails] == ["first@example.com", "next@example.com"]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_message_is_a_retry(
    sink: SmtpSink, send: Send, stage: str
) -> None:
    sink.fail(Fault(stage, drop=True))
    assert isinstance(send(), Retry)
    assert sink.mails == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_connection_lost_after_the_final_dot_is_uncertain(
    sink: SmtpSink, send: Send, keep: bool
) -> None:
    sink.fail(Fault("DATA", drop=True, keep=keep))
    assert isinstance(send(uid="same"), Uncertain)
    assert isinstance(send(uid="same"), Sent)
    assert {mail.message_id for mail in sink.mails} == {"<same@acme.example>"}


def test_a_kept_connection_that_the_server_closed_is_replaced_unnoticed(
    sink: SmtpSink, send: Send
) -> None:
    assert isinstance(send(), Sent)
    sink.hang_up()
    assert isinstance(send(), Sent)
    sink.fail(Fault("MAIL", "421 4.4.2 Idle too long"))
    assert isinstance(send(), Sent)
    assert len(sink.mails) == 3


def test_threads_share_the_connections(sink: SmtpSink, send: Send) -> None:
    outcomes: list[Outcome] = []

    def work(thread: int) -> None:
        outcomes.extend(send(f"u{thread}.{number}@example.com") for number in range(15))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 60
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len({mail.to for mail in sink.mails}) == 60
    assert sink.connections <= 4


@pytest.mark.parametrize(
    "broken",
    [
        {"subject": "x\r\nBcc: all@example.com"},
        {"headers": {"X-A\nBcc": "all@example.com"}},
        {"headers": {"X-A": "a\r\nBcc: all@example.com"}},
        {"from": "nobody"},
        {"vars": {"to": "x"}, "headers": {"X-A": "@@uid@@\n"}},
    ],
)
def test_an_injected_header_is_rejected_and_nothing_goes_out(
    sink: SmtpSink, send: Send, broken: dict[str, Any]
) -> None:
    assert isinstance(send(**broken), Rejected)
    assert sink.mails == []


@pytest.mark.parametrize(
    "target", ["", "ann", "a@b\r\nRCPT TO:<c@d>", "a> <b@c", "änn@example.com"]
)
def test_an_address_no_envelope_can_carry_is_rejected(
    sink: SmtpSink, send: Send, target: str
) -> None:
    outcome = send(target)
    assert isinstance(outcome, Rejected)
    assert "address" in outcome.reason
    assert sink.connections == 0


def test_without_a_server_mail_waits_and_says_why() -> None:
    transport = EmailTransport(None, MAIL_FROM)
    outcome = transport.send(Account(), outgoing(PAYLOAD, "ann@example.com"))
    assert isinstance(outcome, Retry)
    assert "STATUSHUB_SMTP_URL" in outcome.reason
    check = transport.check(Account())
    assert isinstance(check, Rejected)
    assert check.account_broken


def test_the_check_says_where_mail_goes(sink: SmtpSink, transport: EmailTransport) -> None:
    assert transport.check(Account()) == Sent(detail=f"127.0.0.1:{sink.port}")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path / "server.pem", "localhost")


@pytest.fixture
def tls_sink(certificate: Path) -> Iterator[SmtpSink]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with SmtpSink(tls=context, login=("user", "p@ss:/w")) as running:
        yield running


def _check(url: str) -> Outcome:
    transport = EmailTransport(url, MAIL_FROM)
    try:
        return transport.check(Account())
    finally:
        transport.close()


def test_mail_is_handed_in_encrypted_and_signed_in(
    tls_sink: SmtpSink, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    url = f"smtp+starttls://user:p%40ss%3A%2Fw@localhost:{tls_sink.port}"
    transport = EmailTransport(url, MAIL_FROM)
    assert isinstance(transport.send(Account(), outgoing(PAYLOAD, "ann@example.com")), Sent)
    transport.close()
    assert len(tls_sink.mails) == 1


def test_a_wrong_password_breaks_the_check_and_holds_the_mail(
    tls_sink: SmtpSink, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    url = f"smtp+starttls://user:secret-and-wrong@localhost:{tls_sink.port}"
    outcome = _check(url)
    assert isinstance(outcome, Rejected)
    assert outcome.account_broken
    assert "secret-and-wrong" not in outcome.reason
    transport = EmailTransport(url, MAIL_FROM)
    held = transport.send(Account(), outgoing(PAYLOAD, "ann@example.com"))
    assert isinstance(held, Retry)
    assert held.account_wide


def test_a_password_is_never_sent_to_a_server_that_nobody_vouches_for(
    tls_sink: SmtpSink,
) -> None:
    outcome = _check(f"smtp+starttls://user:p%40ss%3A%2Fw@localhost:{tls_sink.port}")
    assert isinstance(outcome, Retry)
    assert "certificate" in outcome.reason


def test_a_password_is_never_sent_in_the_clear(sink: SmtpSink) -> None:
    outcome = _check(f"smtp+starttls://user:password@127.0.0.1:{sink.port}")
    assert isinstance(outcome, Retry)
    assert "no encryption" in outcome.reason


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "user", "password"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, Security.OFFERED, "", ""),
        ("smtp://u:p@mail.example.com", "mail.example.com", 587, Security.STARTTLS, "u", "p"),
        ("smtp://u:p@127.0.0.1:2525", "127.0.0.1", 2525, Security.OFFERED, "u", "p"),
        ("smtp://u:p@localhost", "localhost", 587, Security.OFFERED, "u", "p"),
        ("smtps://u%40x:p%2F%3A@h.example", "h.example", 465, Security.IMPLICIT, "u@x", "p/:"),
        ("smtp+starttls://h.example/", "h.example", 587, Security.STARTTLS, "", ""),
        ("smtp://[::1]:26", "::1", 26, Security.OFFERED, "", ""),
    ],
)
def test_the_setting_says_where_and_how(
    url: str, host: str, port: int, security: Security, user: str, password: str
) -> None:
    server = parse_smtp_url(url)
    assert (server.host, server.port, server.security) == (host, port, security)
    assert (server.user, server.password) == (user, password)
    assert "p/:" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com:25",
        "http://mail.example.com",
        "smtp://",
        "smtp://:25",
        "smtp://host:port",
        "smtp://host:99999",
        "smtp://host:0",
        "smtp://user@host",
        "smtp://:secret@host",
        "smtp://user:se/cret@host",
        "smtp://user:se?cret@host",
        "smtp://user:se#cret@host",
        "smtp://host/path",
        "smtp://[::1",
    ],
)
def test_a_setting_that_cannot_work_stops_the_start_without_repeating_the_password(
    url: str,
) -> None:
    with pytest.raises(ConfigError, match="STATUSHUB_SMTP_URL") as stopped:
        EmailTransport(url, MAIL_FROM)
    assert "cret" not in str(stopped.value)


def test_a_sender_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(ConfigError, match="STATUSHUB_MAIL_FROM"):
        EmailTransport(None, "nobody")
