"""Components and groups: adding, arranging, archiving, and setting a status by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.core.errors import Invalid, NotFound
from statushub.incidents import queries, service
from statushub.incidents.models import Component, ComponentGroup, ComponentStatusChange
from statushub.incidents.page import current_revision
from tests.incidents.test_declaring import refused


def names() -> list[str]:
    return [node.name for node in queries.components_tree()]


def test_the_tree_lists_groups_and_lone_components_in_the_page_s_order(
    parts: list[Component],
) -> None:
    tree = queries.components_tree()
    assert [node.name for node in tree] == ["Region", "Web", "Mail"]
    assert [part.name for part in tree[0].components] == ["API"]
    assert (tree[1].group, tree[1].components) == (None, [parts[1]])


def test_a_group_is_as_its_worst_component(parts: list[Component], actor: Actor) -> None:
    group_id = parts[0].group_id
    other = service.add_component(actor, name="DB", group_id=group_id)
    service.set_component_status(actor, other.id, "degraded_performance")
    service.set_component_status(actor, parts[0].id, "under_maintenance")
    assert queries.components_tree()[0].status.value == "degraded_performance"


def test_visitors_do_not_see_quiet_components_and_empty_groups(
    parts: list[Component], actor: Actor
) -> None:
    service.add_group(actor, "Empty")
    quiet = service.add_component(actor, name="Quiet", only_show_if_degraded=True)
    seen = lambda: [node.name for node in queries.components_tree(visible_only=True)]  # noqa: E731
    assert seen() == ["Region", "Web", "Mail"]
    service.set_component_status(actor, quiet.id, "partial_outage")
    assert seen() == ["Region", "Web", "Mail", "Quiet"]
    assert names() == ["Region", "Web", "Mail", "Empty", "Quiet"]


def test_reordering_puts_groups_and_components_where_they_are_wanted(
    parts: list[Component], actor: Actor
) -> None:
    service.reorder(actor, [parts[2].id, parts[0].group_id or "", parts[1].id])
    assert names() == ["Mail", "Region", "Web"]


@pytest.mark.parametrize("ids", [["nothing"], ["twice", "twice"]])
def test_an_order_of_what_is_not_there_is_refused(
    parts: list[Component], actor: Actor, ids: list[str]
) -> None:
    ids = [parts[0].id if one == "twice" else one for one in ids]
    assert refused(lambda: service.reorder(actor, ids)) == {"ids"}


def test_a_removed_group_leaves_its_components_in_its_place(
    parts: list[Component], actor: Actor
) -> None:
    group_id = parts[0].group_id or ""
    service.add_component(actor, name="AAA", group_id=group_id)
    service.remove_group(actor, group_id)
    assert names() == ["API", "AAA", "Web", "Mail"]
    assert db.session.scalars(select(ComponentGroup)).all() == []
    with pytest.raises(NotFound):
        service.remove_group(actor, group_id)


def test_an_archived_component_leaves_the_page_and_can_come_back(
    parts: list[Component], actor: Actor
) -> None:
    service.archive_component(actor, parts[1].id)
    service.archive_component(actor, parts[1].id)
    assert names() == ["Region", "Mail"]
    assert parts[1] in queries.all_components(archived=True)
    with pytest.raises(NotFound):
        service.set_component_status(actor, parts[1].id, "major_outage")
    service.restore_component(actor, parts[1].id)
    assert names() == ["Region", "Web", "Mail"]


def test_two_components_may_share_a_name(parts: list[Component], actor: Actor) -> None:
    assert service.add_component(actor, name="API").id != parts[0].id


def test_editing_changes_the_given_fields_alone(parts: list[Component], actor: Actor) -> None:
    part = service.edit_component(actor, parts[0].id, description="The\x00 API", group_id=None)
    assert (part.name, part.description, part.group_id) == ("API", "The API", None)
    service.edit_group(actor, service.add_group(actor, "x").id, name="y", description="z")
    with pytest.raises(TypeError):
        service.edit_component(actor, parts[0].id, status="major_outage")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "\u202e"}, "name"),
        ({"name": "A", "description": "x" * 2_001}, "description"),
        ({"name": "A", "group_id": "nothing"}, "group_id"),
        ({"name": "A", "start_date": date(2026, 3, 4)}, "start_date"),
        ({"name": "A", "start_date": date(2016, 2, 28)}, "start_date"),
    ],
)
def test_a_component_that_cannot_be_is_refused_by_its_field(
    page: Any, actor: Actor, facts: dict[str, Any], field: str
) -> None:
    assert refused(lambda: service.add_component(actor, **facts)) == {field}


def test_every_change_that_visitors_see_bumps_the_revision(
    parts: list[Component], actor: Actor
) -> None:
    part = parts[0].id
    seen = current_revision()
    for change in (
        lambda: service.edit_component(actor, part, name="B"),
        lambda: service.set_component_status(actor, part, "major_outage"),
        lambda: service.reorder(actor, [part]),
        lambda: service.archive_component(actor, part),
        lambda: service.add_group(actor, "G"),
    ):
        change()
        assert current_revision() > seen
        seen = current_revision()


def test_setting_a_status_by_hand_is_recorded_once_with_its_moment(
    parts: list[Component], actor: Actor, frozen_time: Any
) -> None:
    frozen_time.advance(minutes=3)
    for _twice in range(2):
        service.set_component_status(actor, parts[0].id, "partial_outage")
    rows = db.session.scalars(select(ComponentStatusChange)).all()
    assert [(row.component_id, row.status.value, row.at, row.incident_id) for row in rows] == [
        (parts[0].id, "partial_outage", clock.now(), None)
    ]


def test_a_clock_that_steps_back_does_not_reorder_what_was_recorded(
    parts: list[Component], actor: Actor, frozen_time: Any
) -> None:
    service.set_component_status(actor, parts[0].id, "partial_outage")
    frozen_time.advance(hours=-1)
    service.set_component_status(actor, parts[0].id, "operational")
    rows = db.session.scalars(select(ComponentStatusChange).order_by(ComponentStatusChange.id))
    first, second = rows.all()
    assert second.at == first.at == clock.now() + timedelta(hours=1)


def test_a_status_that_is_none_is_refused(parts: list[Component], actor: Actor) -> None:
    with pytest.raises(Invalid):
        service.set_component_status(actor, parts[0].id, "broken")
    with pytest.raises(NotFound):
        service.set_component_status(actor, "nothing", "operational")
