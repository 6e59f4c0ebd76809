"""X, with the real tweepy over real HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from statushub.channels.seam import Account, Outcome, Outgoing, Rejected, Retry, Sent, Uncertain
from statushub.channels.transports.x import XTransport
from statushub.core.http import Limits
from tests.channels.conftest import outgoing, x_account
from tests.emulators import x_api as emulator
from tests.emulators.x_api import Fault, XEmulator

TEXT = "We are looking into slow answers. More by 14:30 UTC."


@pytest.fixture
def transport(x_api: XEmulator) -> XTransport:
    return XTransport(x_api.base, Limits(connect=1, read=0.5, total=2))


@pytest.fixture
def send(x_api: XEmulator, transport: XTransport) -> Callable[..., Outcome]:
    def go(text: str = TEXT, **more: object) -> Outcome:
        return transport.send(x_account(x_api), outgoing({"text": text}, **more))

    return go


def message(text: str = TEXT, **more: object) -> Outgoing:
    return outgoing({"text": text}, **more)


def test_a_post_stands_there_with_its_id_and_link(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    outcome = send()
    assert isinstance(outcome, Sent)
    (post,) = x_api.posts
    assert post.sent == TEXT
    assert outcome.provider_id == post.id
    assert outcome.url == f"https://x.com/acme/status/{post.id}"


def test_without_a_user_name_the_link_still_leads_to_the_post(
    x_api: XEmulator, transport: XTransport
) -> None:
    outcome = transport.send(Account(secrets=x_api.account.secrets), message())
    assert isinstance(outcome, Sent)
    assert outcome.url == f"https://x.com/i/web/status/{outcome.provider_id}"


def test_later_updates_reply_as_a_thread(x_api: XEmulator, send: Callable[..., Outcome]) -> None:
    first = send()
    assert isinstance(first, Sent)
    second = send("It is fixed.", reply_to=first.provider_id)
    assert isinstance(second, Sent)
    assert x_api.posts[1].in_reply_to == first.provider_id


def test_a_reply_whose_thread_is_gone_is_posted_on_its_own_and_says_so(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    first = send()
    assert isinstance(first, Sent)
    x_api.delete(first.provider_id)
    outcome = send("It is fixed.", reply_to=first.provider_id)
    assert isinstance(outcome, Sent)
    assert "on its own" in outcome.detail
    assert [(post.sent, post.in_reply_to) for post in x_api.posts] == [("It is fixed.", None)]


def test_a_rate_limit_with_a_reset_makes_the_account_wait_until_then(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    reset = int(time.time()) + 600
    x_api.fail(emulator.rate_limited(reset))
    outcome = send()
    assert isinstance(outcome, Retry)
    assert outcome.account_wide
    assert outcome.at == datetime.fromtimestamp(reset, UTC)
    assert x_api.posts == []
    assert x_api.requests["POST /2/tweets"] == 1


@pytest.mark.parametrize("reset", ["", "soon", "-5", "9" * 40, "99999999999"])
def test_a_rate_limit_without_a_sensible_reset_is_left_to_the_backoff(
    x_api: XEmulator, send: Callable[..., Outcome], reset: str
) -> None:
    headers = {"x-rate-limit-reset": reset} if reset else {}
    x_api.fail(Fault(429, {"title": "Too Many Requests"}, headers))
    outcome = send()
    assert isinstance(outcome, Retry)
    assert outcome.account_wide
    assert outcome.at is None


def test_the_daily_limit_counts_when_it_is_the_one_that_was_hit(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    soon, tomorrow = int(time.time()) + 60, int(time.time()) + 80_000
    headers = {
        "x-rate-limit-reset": str(soon),
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": str(tomorrow),
    }
    x_api.fail(Fault(429, {"title": "Too Many Requests"}, headers))
    outcome = send()
    assert isinstance(outcome, Retry)
    assert outcome.at == datetime.fromtimestamp(tomorrow, UTC)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (emulator.UNAUTHORIZED, Rejected, "keys"),
        (emulator.NO_CREDITS, Retry, "credits"),
        (emulator.SUSPENDED, Rejected, "suspended"),
        (emulator.NULL_ERRORS, Rejected, "403"),
        (Fault(400, {"errors": [{"message": "Bad text"}]}), Rejected, "Bad text"),
        (Fault(403, "not json"), Rejected, "403"),
        (Fault(301, None, {"Location": "https://example.com/"}), Retry, "redirects"),
        (emulator.UNAVAILABLE, Uncertain, "503"),
        (emulator.UNAVAILABLE_HTML, Uncertain, "503"),
        (emulator.LIST_BODY, Uncertain, "500"),
        (emulator.CUT_BEFORE, Uncertain, "lost"),
        (emulator.CUT_AFTER, Uncertain, "lost"),
        (emulator.NOT_JSON, Uncertain, "read"),
        (emulator.ERRORS_ONLY, Uncertain, "read"),
        (Fault(201, {"data": {"id": "not a number"}}), Uncertain, "read"),
        (Fault(201, ["odd"]), Uncertain, "read"),
        (Fault(200, {"data": None}), Uncertain, "read"),
        (emulator.accepted_late(1.0), Uncertain, "in time"),
    ],
)
def test_each_failure_is_sorted_by_what_to_do_next(
    x_api: XEmulator, send: Callable[..., Outcome], fault: Fault, kind: type, words: str
) -> None:
    x_api.fail(fault)
    outcome = send()
    assert type(outcome) is kind, outcome
    assert words in outcome.reason
    assert x_api.requests["POST /2/tweets"] == 1


def test_wrong_keys_break_the_account(x_api: XEmulator, transport: XTransport) -> None:
    account = Account(secrets={**x_api.account.secrets, "access_token_secret": "wrong"})
    for outcome in (transport.send(account, message()), transport.check(account)):
        assert isinstance(outcome, Rejected)
        assert outcome.account_broken


@pytest.mark.parametrize("key", ["", "鍵\n"])
def test_keys_that_cannot_even_sign_break_the_account(
    x_api: XEmulator, transport: XTransport, key: str
) -> None:
    account = Account(secrets={**x_api.account.secrets, "access_token": key})
    outcome = transport.send(account, message())
    assert isinstance(outcome, Rejected), outcome
    assert outcome.account_broken


def test_a_duplicate_at_the_first_attempt_asks_for_other_words(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    send()
    outcome = send()
    assert isinstance(outcome, Rejected)
    assert "posted before" in outcome.reason
    assert len(x_api.posts) == 1


def test_a_duplicate_at_a_later_attempt_is_the_earlier_one_found(
    x_api: XEmulator, transport: XTransport
) -> None:
    x_api.fail(emulator.accepted_late(1.0))
    account, out = x_account(x_api), message()
    assert isinstance(transport.send(account, out), Uncertain)
    again = outgoing(dict(out.payload), uid=out.uid, queued_at=out.queued_at, attempt=2)
    outcome = transport.send(account, again)
    assert isinstance(outcome, Sent)
    assert outcome.provider_id == x_api.posts[0].id
    assert len(x_api.posts) == 1


def test_a_duplicate_that_cannot_be_found_is_left_to_people(
    x_api: XEmulator, send: Callable[..., Outcome]
) -> None:
    x_api.fail(emulator.refused(403, "Forbidden", emulator.DUPLICATE))
    assert isinstance(send(attempt=2), Uncertain)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "Read https://status.example.com/incidents/abc?x=1&y=2 & <wait>",
        "See status.example.com/incidents/abc and example.com now",
        "障害が発生しています。詳細は https://status.example.com/ をご覧ください 🙏",
        "e\u0301tat & é",
        "We wrote &amp; and &lt;b&gt; ourselves",
    ],
)
def test_the_own_post_is_found_however_x_rewrote_it(
    x_api: XEmulator, transport: XTransport, text: str
) -> None:
    account, out = x_account(x_api), message(text)
    x_api.fail(emulator.CUT_AFTER)
    assert isinstance(transport.send(account, out), Uncertain)
    found = transport.find(account, out)
    assert isinstance(found, Sent)
    assert found.provider_id == x_api.posts[0].id


def test_other_texts_other_links_and_older_posts_are_not_taken_for_it(
    x_api: XEmulator, transport: XTransport
) -> None:
    account = x_account(x_api)
    transport.send(account, message("Look: https://status.example.com/incidents/one"))
    other = message("Look: https://status.example.com/incidents/two")
    assert transport.find(account, other) is None
    later = message(
        "Look: https://status.example.com/incidents/one",
        queued_at=datetime.now(UTC) + timedelta(minutes=5),
    )
    x_api._all[0].created_at = "2020-01-01T00:00:00.000Z"
    assert transport.find(account, later) is None


def test_the_timeline_is_read_page_by_page(x_api: XEmulator, transport: XTransport) -> None:
    account, out = x_account(x_api), message()
    transport.send(account, out)
    for number in range(230):
        x_api._create(x_api.account, {"text": f"Post number {number}"})
    found = transport.find(account, out)
    assert isinstance(found, Sent)
    assert found.provider_id == x_api.posts[0].id
    assert x_api.requests[f"GET /2/users/{x_api.account.id}/tweets"] == 3


@pytest.mark.parametrize(
    "fault",
    [
        emulator.rate_limited(int(time.time()) + 600, method="GET", path="/2/users/me"),
        Fault(503, "<html>", method="GET", path="/2/users/me"),
        Fault(200, {"errors": []}, method="GET", path="/2/users/me"),
        Fault(200, "nonsense", method="GET", path="/2/users/me"),
        Fault(cut=True, method="GET", path="/2/users/me"),
        Fault(401, {}, method="GET", path="/2/users/me"),
    ],
)
def test_a_network_that_cannot_be_asked_now_is_asked_later(
    x_api: XEmulator, transport: XTransport, fault: Fault
) -> None:
    x_api.fail(fault)
    found = transport.find(x_account(x_api), message())
    assert isinstance(found, Retry), found
    assert (found.at is not None) == (fault.status == 429)


def test_the_check_says_whose_account_it_is(x_api: XEmulator, transport: XTransport) -> None:
    outcome = transport.check(x_account(x_api))
    assert outcome == Sent(x_api.account.id, detail="@acme")


def test_a_check_during_an_outage_breaks_nothing(x_api: XEmulator, transport: XTransport) -> None:
    x_api.fail(Fault(503, "<html>", method="GET", path="/2/users/me"))
    assert isinstance(transport.check(x_account(x_api)), Retry)


def test_nothing_secret_shows_in_a_reason(x_api: XEmulator, send: Callable[..., Outcome]) -> None:
    for fault in (emulator.UNAUTHORIZED, emulator.SUSPENDED, emulator.CUT_BEFORE):
        x_api.fail(fault)
        outcome = send()
        assert not isinstance(outcome, Sent)
        assert not any(secret in outcome.reason for secret in x_api.account.secrets.values())


def test_the_web_process_does_not_load_tweepy() -> None:
    code = (
        "import sys; from statushub.channels.registry import Transports, Config;"
        "Transports(Config()); sys.exit('tweepy' in sys.modules or 'twitter_text' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
