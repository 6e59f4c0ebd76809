"""Reads: who gets an update, how many there are, and the desk's list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from statushub.core.db import db
from statushub.subscribers.models import (
    Subscriber,
    SubscriberKind,
    SubscriberState,
    Subscription,
)

PAGE_SIZE = 100


def wants(component_ids: Collection[str]) -> ColumnElement[bool]:
    """The condition that a subscriber is to hear of an update about these components.

    Active, and without a choice of components or with one of these among it. An update about no
    component in particular goes to everybody."""
    active = Subscriber.state == SubscriberState.ACTIVE
    if not component_ids:
        return active
    mine = Subscription.subscriber_id == Subscriber.id
    chose_any = exists().where(mine)
    chose_these = exists().where(and_(mine, Subscription.component_id.in_(list(component_ids))))
    return and_(active, or_(~chose_any, chose_these))


def who_gets(component_ids: Collection[str]) -> Select[Any]:
    """Who is to hear of an update about these components; set-based, for reads and inserts."""
    return select(Subscriber).where(wants(component_ids))


def reach(component_ids: Collection[str]) -> dict[SubscriberKind, int]:
    """How many an update about these components would reach now, by kind."""
    numbers = dict.fromkeys(SubscriberKind, 0)
    rows: Any = db.session.execute(
        select(Subscriber.kind, func.count()).where(wants(component_ids)).group_by(Subscriber.kind)
    )
    for kind, count in rows:
        numbers[kind] = count
    return numbers


def locales(kind: SubscriberKind, component_ids: Collection[str]) -> list[str]:
    """The languages that an update must be composed in for this kind."""
    rows = db.session.scalars(
        select(Subscriber.locale)
        .where(wants(component_ids), Subscriber.kind == kind)
        .distinct()
        .order_by(Subscriber.locale)
    )
    return list(rows)


def counts() -> dict[SubscriberKind, dict[SubscriberState, int]]:
    """How many subscribers there are of each kind in each state."""
    table = {kind: dict.fromkeys(SubscriberState, 0) for kind in SubscriberKind}
    rows: Any = db.session.execute(
        select(Subscriber.kind, Subscriber.state, func.count()).group_by(
            Subscriber.kind, Subscriber.state
        )
    )
    for kind, state, count in rows:
        table[kind][state] = count
    return table


def find_subscriber(subscriber_id: str) -> Subscriber | None:
    """A subscriber, or None."""
    return db.session.get(Subscriber, subscriber_id)


def subscribers_page(
    *,
    q: str = "",
    kind: SubscriberKind | None = None,
    state: SubscriberState | None = None,
    after: tuple[str, str] | None = None,
) -> Sequence[Subscriber]:
    """At most 100 subscribers in the order of their endpoints. ``after``: (endpoint, id) of the
    last one of the page before. ``q`` is looked for anywhere in the endpoint."""
    conditions: list[ColumnElement[bool]] = [true()]
    if q:
        conditions.append(Subscriber.endpoint.icontains(q, autoescape=True))
    if kind is not None:
        conditions.append(Subscriber.kind == kind)
    if state is not None:
        conditions.append(Subscriber.state == state)
    if after is not None:
        endpoint, last_id = after
        conditions.append(
            or_(
                Subscriber.endpoint > endpoint,
                and_(Subscriber.endpoint == endpoint, Subscriber.id > last_id),
            )
        )
    return db.session.scalars(
        select(Subscriber)
        .where(*conditions)
        .order_by(Subscriber.endpoint, Subscriber.id)
        .limit(PAGE_SIZE)
    ).all()
