"""Components and groups in the order of the page, as the desk arranges them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from statushub.core.db import db
from statushub.incidents.models import Component, ComponentGroup


@dataclass(frozen=True)
class Row:
    """One line: a component, or a group with its components under it. ``first`` and ``last``
    say where it stands among its equals."""

    item: Component | ComponentGroup
    first: bool
    last: bool
    children: list[Row] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether it holds others."""
        return isinstance(self.item, ComponentGroup)


def all_groups() -> list[ComponentGroup]:
    """Every group, in order."""
    found = select(ComponentGroup).order_by(ComponentGroup.position, ComponentGroup.id)
    return list(db.session.scalars(found))


def all_components() -> list[Component]:
    """Every component that is not archived, hidden ones too, in order."""
    found = (
        select(Component)
        .where(Component.archived_at.is_(None))
        .order_by(Component.position, Component.id)
    )
    return list(db.session.scalars(found))


def archived_components() -> list[Component]:
    """Every component that was taken off the page, by name."""
    found = select(Component).where(Component.archived_at.is_not(None))
    return list(db.session.scalars(found.order_by(Component.name, Component.id)))


def arrangement() -> list[Row]:
    """Groups and components without a group, mixed as on the page; children in their groups."""
    components = all_components()
    top: list[Component | ComponentGroup] = [
        *all_groups(),
        *(component for component in components if component.group_id is None),
    ]
    rows = _rows(sorted(top, key=lambda item: (item.position, item.id)))
    for row in rows:
        if row.is_group:
            row.children.extend(_rows([c for c in components if c.group_id == row.item.id]))
    return rows


def _rows(items: Sequence[Component | ComponentGroup]) -> list[Row]:
    last = len(items) - 1
    return [Row(item, place == 0, place == last) for place, item in enumerate(items)]


def moved(item_id: str, *, up: bool) -> list[str] | None:
    """The ids of an item and its equals after it went one place up or down; None when it stands
    at the end already, or is not there."""
    top = arrangement()
    for equals in (top, *(row.children for row in top)):
        ids = [row.item.id for row in equals]
        if item_id in ids:
            here = ids.index(item_id)
            there = here - 1 if up else here + 1
            if not 0 <= there < len(ids):
                return None
            ids[here], ids[there] = ids[there], ids[here]
            return ids
    return None
