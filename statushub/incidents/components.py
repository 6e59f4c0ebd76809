"""Components and their groups: adding, arranging, and saying by hand how one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.core.text import require_title
from statushub.incidents import checks, claims
from statushub.incidents.models import Component, ComponentGroup
from statushub.incidents.page import bump_revision
from statushub.incidents.statuses import ComponentStatus


def add_group(actor: Actor, name: str, description: str = "") -> ComponentGroup:
    """A new group at the end of the page. Raises Invalid by field."""
    with transaction():
        group = ComponentGroup(
            name=require_title(name),
            description=checks.note(description, "description"),
            position=_next_position(),
        )
        db.session.add(group)
        _done(actor, "group.added", "component_group", group)
    return group


def edit_group(
    actor: Actor, group_id: str, *, name: str | None = None, description: str | None = None
) -> ComponentGroup:
    """Rename or describe a group; None leaves a field. Raises NotFound, Invalid by field."""
    with transaction():
        group = _group(group_id)
        if name is not None:
            group.name = require_title(name)
        if description is not None:
            group.description = checks.note(description, "description")
        group.updated_at = clock.now()
        _done(actor, "group.edited", "component_group", group)
    return group


def remove_group(actor: Actor, group_id: str) -> None:
    """Remove a group; its components stay, ungrouped, in its place. Raises NotFound."""
    with transaction():
        group = _group(group_id)
        children = list(group.components)
        _renumber_around(group, children)
        for child in children:
            child.group = None
        audit.record(actor, "group.removed", "component_group", group.id, group.name)
        db.session.flush()
        db.session.delete(group)
        bump_revision()


def add_component(
    actor: Actor,
    *,
    name: str,
    description: str = "",
    group_id: str | None = None,
    showcase: bool = True,
    only_show_if_degraded: bool = False,
    start_date: date | None = None,
) -> Component:
    """A new, operational component at the end of its group, or of the page.

    ``start_date``: the first day of its uptime, the day it was added by default. Two components
    may share a name (regions in different groups do). Raises Invalid by field.
    """
    with transaction():
        component = Component(
            name=require_title(name),
            description=checks.note(description, "description"),
            group_id=_known_group(group_id),
            showcase=showcase,
            only_show_if_degraded=only_show_if_degraded,
            start_date=checks.start_date(start_date),
            position=_next_position(group_id),
        )
        db.session.add(component)
        _done(actor, "component.added", "component", component)
    return component


def edit_component(actor: Actor, component_id: str, **fields: Any) -> Component:
    """Change name, description, group_id, showcase, only_show_if_degraded or start_date.

    A field not given stays. Raises NotFound, Invalid by field, TypeError for any other field.
    """
    unknown = fields.keys() - _EDITABLE.keys()
    if unknown:
        raise TypeError(f"edit_component: no such field: {', '.join(sorted(unknown))}")
    with transaction():
        component = _component(component_id)
        for field, value in fields.items():
            setattr(component, field, _EDITABLE[field](value))
        component.updated_at = clock.now()
        _done(actor, "component.edited", "component", component)
    return component


def archive_component(actor: Actor, component_id: str) -> Component:
    """Take a component off the page; its history stays. Raises NotFound."""
    with transaction():
        component = _component(component_id)
        if component.archived_at is None:
            component.archived_at = component.updated_at = clock.now()
            _done(actor, "component.archived", "component", component)
    return component


def restore_component(actor: Actor, component_id: str) -> Component:
    """Bring an archived component back, as it is now. Raises NotFound."""
    with transaction():
        component = _component(component_id)
        if component.archived_at is not None:
            component.archived_at, component.updated_at = None, clock.now()
            _done(actor, "component.restored", "component", component)
    return component


def reorder(actor: Actor, ids: Sequence[str]) -> None:
    """Put groups and components into this order. Those not named keep their position.

    Raises Invalid when an id is unknown or comes twice.
    """
    with transaction():
        places = {identifier: place for place, identifier in enumerate(ids)}
        movable = [
            *db.session.scalars(select(ComponentGroup).where(ComponentGroup.id.in_(places))),
            *db.session.scalars(select(Component).where(Component.id.in_(places))),
        ]
        if len(places) != len(ids) or {one.id for one in movable} != places.keys():
            message = _("The list has changed meanwhile. Load the page again.")
            raise Invalid(fields={"ids": message})
        for one in movable:
            one.position = places[one.id]
        bump_revision()
        audit.record(actor, "components.reordered", "page", None, "")


def set_component_status(
    actor: Actor, component_id: str, status: ComponentStatus | str
) -> Component:
    """Say by hand how a component is, now. See claims.py for what incidents make of it.

    Raises NotFound, Invalid by the field status.
    """
    with transaction():
        wanted = checks.member(ComponentStatus, status, "status")
        component = _component(component_id, locked=True)
        if component.archived_at is not None:
            raise NotFound(_("This component is archived. Restore it first."))
        old = component.status
        at = max(clock.now(), claims.last_changes([component_id]).get(component_id, clock.now()))
        claims.overrule_claims(component_id, wanted)
        if claims.show(component, wanted, at):
            bump_revision()
            audit.record(
                actor,
                "component.status_set",
                "component",
                component.id,
                f"{component.name}: {wanted.value}",
                {"old_status": old.value, "new_status": wanted.value},
            )
    return component


def _done(actor: Actor, verb: str, kind: str, what: Component | ComponentGroup) -> None:
    db.session.flush()
    bump_revision()
    audit.record(actor, verb, kind, what.id, what.name)


def _component(component_id: str, *, locked: bool = False) -> Component:
    component = db.session.get(Component, component_id, with_for_update=locked or None)
    if component is None:
        raise NotFound(_("There is no such component."))
    return component


def _group(group_id: str) -> ComponentGroup:
    group = db.session.get(ComponentGroup, group_id)
    if group is None:
        raise NotFound(_("There is no such group."))
    return group


def _renumber_around(group: ComponentGroup, children: Sequence[Component]) -> None:
    """Make room in the page's order for a group's components to stand where the group stood."""
    alone = select(Component).where(Component.group_id.is_(None))
    top: list[Component | ComponentGroup] = [
        *db.session.scalars(select(ComponentGroup)),
        *db.session.scalars(alone),
    ]
    top.sort(key=lambda one: (one.position, one.name))
    at = top.index(group)
    for position, one in enumerate([*top[:at], *children, *top[at + 1 :]]):
        one.position = position


def _known_group(group_id: str | None) -> str | None:
    if group_id and db.session.get(ComponentGroup, group_id) is None:
        message = _("This group is not there any more. Choose another.")
        raise Invalid(fields={"group_id": message})
    return group_id or None


def _next_position(group_id: str | None = None) -> int:
    """One after the last: inside a group, or among the groups and ungrouped components."""
    used = select(func.max(Component.position)).where(Component.group_id == (group_id or None))
    last = [db.session.scalar(used)]
    if not group_id:
        last.append(db.session.scalar(select(func.max(ComponentGroup.position))))
    return max((place for place in last if place is not None), default=-1) + 1


_EDITABLE: dict[str, Callable[[Any], Any]] = {
    "name": require_title,
    "description": lambda value: checks.note(value, "description"),
    "group_id": _known_group,
    "showcase": bool,
    "only_show_if_degraded": bool,
    "start_date": checks.start_date,
}
