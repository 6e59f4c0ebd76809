"""What came of a delivery, written down. Fenced: only who still holds the lease may write, except
for one truth that outlives a lease: that a public post was made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, bindparam, select, text, update

from statushub.channels import service as channels
from statushub.channels.models import Channel
from statushub.channels.seam import Outcome, Rejected, Retry, Sent
from statushub.core import clock
from statushub.core.audit import SYSTEM, record
from statushub.core.db import UtcDateTime, db, transaction
from statushub.core.errors import NotFound
from statushub.incidents.models import IncidentUpdate
from statushub.incidents.page import bump_revision
from statushub.publishing import patience
from statushub.publishing.leasing import Claim
from statushub.publishing.models import Delivery, DeliveryKind, DeliveryState, Message
from statushub.publishing.outbox import LATER, channel_hold_reason
from statushub.subscribers import service as subscribers

REASON_MAX = 1_000
PROVIDER_ID_MAX, PROVIDER_URL_MAX = 255, 2_000

_FREE: dict[str, Any] = {"lease_by": None, "lease_until": None}

# Acknowledgements by the batch: with thousands of mails, a statement each is what costs. SQLite
# has no round trips, and its JSON functions differ between the versions in use.
_ACK_ONE = text(
    "UPDATE delivery SET state = 'sent', finished_at = :at, lease_by = NULL, lease_until = NULL,"
    " reason = :reason, provider_id = :provider_id, provider_url = :provider_url"
    " WHERE id = :id AND lease_by = :lease AND state = 'sending'"
).bindparams(bindparam("at", type_=UtcDateTime))
_ACK_ALL = text(
    "UPDATE delivery SET state = 'sent', finished_at = :at, lease_by = NULL, lease_until = NULL,"
    " reason = t.reason, provider_id = t.provider_id, provider_url = t.provider_url"
    " FROM json_to_recordset(CAST(:acks AS json)) AS"
    " t(id int, lease text, reason text, provider_id text, provider_url text)"
    " WHERE delivery.id = t.id AND delivery.lease_by = t.lease AND delivery.state = 'sending'"
).bindparams(bindparam("at", type_=UtcDateTime))


@dataclass(frozen=True)
class Result:
    """A claim and what came of it. ``outcome`` None: looked for, not found."""

    claim: Claim
    outcome: Outcome | None


def settle(results: Sequence[Result]) -> None:
    """Write all outcomes in one transaction. It may be called again with the same ones."""
    with transaction() as session:
        acks = [_ack(one) for one in results if _is_plain_success(one)]
        if acks and session.get_bind().dialect.name == "postgresql":
            session.execute(_ACK_ALL, {"acks": json.dumps(acks), "at": clock.now()})
        elif acks:
            session.execute(_ACK_ONE, [{**ack, "at": clock.now()} for ack in acks])
        for one in results:
            if not _is_plain_success(one):
                _settle_one(one.claim, one.outcome)
        _forget_links([one.claim for one in results if _is_plain_success(one)])


def _forget_links(told: Sequence[Claim]) -> None:
    """An invitation that was sent is not kept: its link lets somebody in, and elsewhere only the
    link's digest is stored."""
    letters = [one.message_id for one in told if one.kind is DeliveryKind.INVITATION]
    if not letters:
        return
    sent = select(Delivery.message_id).where(
        Delivery.message_id.in_(letters), Delivery.state == DeliveryState.SENT
    )
    db.session.execute(update(Message).where(Message.id.in_(sent)).values(payload={}))


def _is_plain_success(result: Result) -> bool:
    return isinstance(result.outcome, Sent) and result.claim.channel_id is None


def _ack(result: Result) -> dict[str, Any]:
    sent = cast(Sent, result.outcome)
    return {
        "id": result.claim.id,
        "lease": result.claim.lease_by,
        "reason": sent.detail[:REASON_MAX].replace("\0", ""),
        "provider_id": sent.provider_id[:PROVIDER_ID_MAX],
        "provider_url": sent.url[:PROVIDER_URL_MAX],
    }


def _settle_one(claim: Claim, outcome: Outcome | None) -> None:
    public = claim.channel_id is not None
    if isinstance(outcome, Sent):
        _posted(claim, outcome)
    elif outcome is None:
        _not_found(claim)
    elif claim.look_up:
        _look_again(claim, outcome)
    elif isinstance(outcome, Rejected):
        _rejected(claim, outcome)
    elif isinstance(outcome, Retry):
        _again(claim, outcome.reason, outcome)
    elif public:
        _uncertain(claim, outcome.reason)
    else:  # the receiver drops what it has by Message-ID or webhook-id
        _again(claim, outcome.reason, Retry(outcome.reason))


def _posted(claim: Claim, sent: Sent) -> None:
    """A public post stands. Whoever holds the lease now: it must never be made again."""
    if claim.look_up and _belongs_to_another(claim, sent.provider_id):
        _not_found(claim)
        return
    done = _change(
        update(Delivery).where(
            Delivery.id == claim.id,
            Delivery.state.not_in((DeliveryState.SENT, DeliveryState.CANCELLED)),
        ),
        state=DeliveryState.SENT,
        reason=sent.detail[:REASON_MAX],
        provider_id=sent.provider_id[:PROVIDER_ID_MAX],
        provider_url=sent.url[:PROVIDER_URL_MAX],
        finished_at=clock.now(),
        **_FREE,
    )
    if done:
        note_post(claim.update_id, claim.transport, claim.channel_id, sent.provider_id)


def note_post(
    update_id: str | None, transport: str, channel_id: str | None, provider_id: str
) -> None:
    """Remember a post with the update it tells (the wire contract's tweet_id)."""
    if channel_id is not None:
        _change(update(Channel).where(Channel.id == channel_id), last_sent_at=clock.now())
    if transport == "x" and update_id is not None and provider_id:
        first = update(IncidentUpdate).where(
            IncidentUpdate.id == update_id, IncidentUpdate.tweet_id.is_(None)
        )
        if _change(first, tweet_id=provider_id[:64]):
            bump_revision()


def _belongs_to_another(claim: Claim, provider_id: str) -> bool:
    """Is the post that was found another delivery's, whose text is the same?"""
    return (
        db.session.scalars(
            select(Delivery.id)
            .where(
                Delivery.channel_id == claim.channel_id,
                Delivery.provider_id == provider_id,
                Delivery.id != claim.id,
            )
            .limit(1)
        ).first()
        is not None
    )


def _uncertain(claim: Claim, reason: str) -> None:
    _change(
        _mine(claim),
        state=DeliveryState.UNCERTAIN,
        reason=reason[:REASON_MAX],
        run_at=patience.look_at(0),
        lookups=0,
        **_FREE,
    )


def _not_found(claim: Claim) -> None:
    """Looked, and it is not there. After the last look only a person decides."""
    looks = claim.lookups + 1
    again = patience.look_at(looks)
    values: dict[str, Any] = {"lookups": looks, **_FREE}
    if again is not None:
        values["run_at"] = again
    else:
        values["reason"] = _(
            "The answer was lost, and the post was not found on the network afterwards. Look "
            "there yourself, then say whether it is there or send it again."
        )
    _change(_mine(claim), **values)


def _look_again(claim: Claim, outcome: Outcome) -> None:
    """The network could not be asked now."""
    at = outcome.at if isinstance(outcome, Retry) else None
    if isinstance(outcome, Retry) and outcome.account_wide and at is not None:
        _block(claim, outcome)
    run_at = patience.retry_at(claim.transport, 4, at)
    values: dict[str, Any] = {"run_at": run_at, **_FREE}
    if run_at > claim.expires_at:
        values["lookups"] = len(patience.LOOKUPS)
    _change(_mine(claim), **values)


def _rejected(claim: Claim, outcome: Rejected) -> None:
    if outcome.account_broken and claim.channel_id is not None:
        _break_account(claim, claim.channel_id, outcome.reason)
        return
    if outcome.gone and claim.subscriber_id is not None:
        subscribers.quarantine(claim.subscriber_id, outcome.reason[:REASON_MAX])
    _fail(claim, outcome.reason)


def _break_account(claim: Claim, channel_id: str, reason: str) -> None:
    """The credentials do not work any more: the account is switched off, this post and all
    others for it wait until somebody connects it again."""
    try:
        channel = channels.disable_(channel_id, reason[:REASON_MAX], broken=True)
    except NotFound:  # removed meanwhile
        _fail(claim, reason)
        return
    record(SYSTEM, "channel.broken", "channel", channel_id, channel.name)
    held = channel_hold_reason(channel)
    _change(_mine(claim), state=DeliveryState.QUEUED, begun_at=None, reason=held, **_FREE)
    _change(
        update(Delivery).where(
            Delivery.channel_id == channel_id, Delivery.state == DeliveryState.QUEUED
        ),
        reason=held,
    )


def _again(claim: Claim, reason: str, retry: Retry) -> None:
    run_at = patience.retry_at(claim.transport, claim.attempts, retry.at)
    if retry.account_wide:
        _block(claim, retry)
    if run_at >= claim.expires_at:
        _fail(claim, _("Given up: %(reason)s", reason=reason))
        return
    _change(
        _mine(claim),
        state=DeliveryState.QUEUED,
        begun_at=None,
        reason=reason[:REASON_MAX],
        run_at=run_at,
        priority=max(claim.priority, LATER),
        **_FREE,
    )


def _block(claim: Claim, retry: Retry) -> None:
    """The whole account waits; of a mail server, which has no row, the lane keeps this in mind."""
    if claim.channel_id is not None:
        until = retry.at or patience.retry_at(claim.transport, claim.attempts, None)
        with suppress(NotFound):  # removed meanwhile
            channels.block_until(claim.channel_id, until)


def _fail(claim: Claim, reason: str) -> None:
    _change(
        _mine(claim),
        state=DeliveryState.FAILED,
        reason=reason[:REASON_MAX],
        finished_at=clock.now(),
        **_FREE,
    )


def _mine(claim: Claim) -> Any:
    return update(Delivery).where(Delivery.id == claim.id, Delivery.lease_by == claim.lease_by)


def _change(statement: Any, **values: Any) -> bool:
    done = db.session.execute(
        statement.values(**values).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount > 0


def is_account_wide(outcome: Outcome | None) -> bool:
    """Whether everything that goes the same way must wait, not this message alone."""
    return isinstance(outcome, Retry) and outcome.account_wide
