"""The seam between StatusHub and every network: what a transport gets and what it answers.

A transport never touches the database and never raises for what a provider does: it sorts every
outcome by what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Setting:
    """One field of a channel's connect form; the form is drawn from these."""

    name: str
    label: str
    secret: bool = False
    required: bool = True
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    default: str = ""


@dataclass(frozen=True)
class Account:
    """A connected account, decrypted, as plain values (no ORM object crosses the seam)."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """One message to one target.

    ``uid`` is the same on every attempt: Message-ID, webhook-id, idempotency key.
    ``payload`` is the composed message; its keys are the transport's own (documented there).
    ``reply_to`` is the provider's id of the post that this one continues, if any.
    ``queued_at`` bounds a look-up on the network.
    """

    uid: str
    target: str
    payload: Mapping[str, Any]
    queued_at: datetime
    attempt: int = 1
    reply_to: str | None = None


@dataclass(frozen=True)
class Sent:
    """The provider took it: the only outcome that is ever shown as "sent"."""

    provider_id: str = ""
    url: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Retry:
    """Not taken; trying again is right. ``at`` is the provider's own reset time, if it said one.

    ``account_wide`` means that the whole account must wait (rate limit), not this message alone.
    """

    reason: str
    at: datetime | None = None
    account_wide: bool = False


@dataclass(frozen=True)
class Rejected:
    """Never will be taken as it is. ``account_broken``: the credential no longer works;
    ``gone``: the recipient no longer exists."""

    reason: str
    account_broken: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Uncertain:
    """May have been taken: the answer was lost."""

    reason: str


Outcome = Sent | Retry | Rejected | Uncertain


class Transport(Protocol):
    """The code for one network. ``public_post``: what it sends stands in public, so it must
    never be sent twice; an uncertain one is looked for with :meth:`find` first."""

    name: str
    label: str
    public_post: bool
    settings: Sequence[Setting]

    def send(self, account: Account, out: Outgoing) -> Outcome:
        """Send it once. Never raises for anything the provider does."""
        ...

    def find(self, account: Account, out: Outgoing) -> Sent | Retry | None:
        """Look for an earlier attempt's post: Sent when it is there, None when it is not,
        Retry when the network cannot be asked now."""
        ...

    def check(self, account: Account) -> Outcome:
        """Does the account work? Sends nothing. ``Sent.detail`` says who it is ("@acme")."""
        ...
