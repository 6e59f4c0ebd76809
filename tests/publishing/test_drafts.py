"""Drafts: saved as they are typed, by two people at once, and nothing typed is ever gone."""

from __future__ import annotations

import pytest

from statushub.core.audit import Actor
from statushub.core.errors import Conflict, Invalid, NotFound
from statushub.incidents.components import archive_component
from statushub.incidents.service import schedule_maintenance
from statushub.publishing import drafts
from statushub.publishing.drafts import DraftConflict
from statushub.publishing.models import DraftState
from tests.publishing.conftest import World

BEN = Actor(kind="user", id="ben", name="Ben")


def test_the_first_draft_begins_with_what_customers_notice(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    assert draft.content["body"] == "Some people cannot log in."
    assert draft.content["status"] == "investigating"
    assert draft.content["components"] == {world.api.id: "major_outage"}
    assert draft.content["notify"] is True


def test_the_next_draft_begins_where_the_incident_stands(world: World) -> None:
    world.publish(status="identified", body="It is the database.")
    draft = drafts.open_draft(world.actor, world.incident.id)
    assert draft.content["status"] == "identified"
    assert draft.content["body"] == ""
    assert draft.content["components"] == {world.api.id: "major_outage"}


def test_an_incident_has_one_open_draft(world: World) -> None:
    first = drafts.open_draft(world.actor, world.incident.id)
    assert drafts.open_draft(BEN, world.incident.id).id == first.id


def test_a_maintenance_that_should_have_begun_is_drafted_as_in_progress(
    world: World, frozen_time: object
) -> None:
    planned = schedule_maintenance(
        world.actor,
        name="New disks",
        scheduled_for=frozen_time.now,  # type: ignore[attr-defined]
        scheduled_until=frozen_time.now.replace(hour=20),  # type: ignore[attr-defined]
        component_ids=[world.api.id],
    )
    content = drafts.open_draft(world.actor, planned.id).content
    assert content["status"] == "in_progress"
    assert content["components"] == {world.api.id: "under_maintenance"}


def test_different_fields_of_two_people_are_joined(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    base = draft.version
    drafts.save_draft(world.actor, draft.id, base_version=base, content={"body": "Ann's words"})
    saved = drafts.save_draft(BEN, draft.id, base_version=base, content={"status": "identified"})
    assert saved.content["body"] == "Ann's words"
    assert saved.content["status"] == "identified"
    assert saved.version == base + 2


def test_the_same_field_is_a_conflict_with_both_texts(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    base = draft.version
    drafts.save_draft(world.actor, draft.id, base_version=base, content={"body": "Ann's words"})
    with pytest.raises(Conflict) as caught:
        drafts.save_draft(BEN, draft.id, base_version=base, content={"body": "Ben's words"})
    conflict = caught.value.current
    assert isinstance(conflict, DraftConflict)
    assert conflict.theirs["body"] == "Ann's words"
    assert conflict.yours["body"] == "Ben's words"
    assert conflict.fields == ("body",)
    assert "Tess Tester" in str(caught.value)
    assert drafts.get_draft(draft.id).content["body"] == "Ann's words"


def test_the_text_that_lost_is_kept(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    drafts.save_draft(world.actor, draft.id, base_version=1, content={"body": "Ann's words"})
    for _again in range(2):
        with pytest.raises(Conflict):
            drafts.save_draft(BEN, draft.id, base_version=1, content={"body": "Ben's words"})
    lost = [one for one in drafts.draft_versions(draft.id) if not one.accepted]
    assert [(one.content["body"], one.saved_by_name) for one in lost] == [("Ben's words", "Ben")]


def test_a_conflict_is_settled_by_saving_on_the_new_version(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    drafts.save_draft(world.actor, draft.id, base_version=1, content={"body": "Ann's words"})
    with pytest.raises(Conflict) as caught:
        drafts.save_draft(BEN, draft.id, base_version=1, content={"body": "Ben's words"})
    current = caught.value.current
    assert isinstance(current, DraftConflict)
    saved = drafts.save_draft(
        BEN, draft.id, base_version=current.draft.version, content={"body": "Both words"}
    )
    assert saved.content["body"] == "Both words"


def test_saving_the_same_again_makes_no_version(world: World) -> None:
    draft = world.draft(body="Words")
    version = draft.version
    assert (
        drafts.save_draft(
            world.actor, draft.id, base_version=version, content={"body": "Words"}
        ).version
        == version
    )


def test_every_version_can_be_read_again(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    for version, words in enumerate(("One", "Two", "Three"), 1):
        drafts.save_draft(world.actor, draft.id, base_version=version, content={"body": words})
    bodies = [one.content["body"] for one in drafts.draft_versions(draft.id)]
    assert bodies == ["Three", "Two", "One", "Some people cannot log in."]


def test_a_save_after_publishing_is_refused_and_kept(world: World) -> None:
    draft = world.draft(body="Words")
    version = draft.version
    world.publish()
    with pytest.raises(Conflict, match="published meanwhile"):
        drafts.save_draft(BEN, draft.id, base_version=version, content={"body": "Too late"})
    assert drafts.draft_versions(draft.id)[0].content["body"] == "Too late"


def test_a_version_that_never_was_is_refused_and_the_text_kept(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    with pytest.raises(Conflict, match="Load the page again"):
        drafts.save_draft(BEN, draft.id, base_version=99, content={"body": "From nowhere"})
    assert drafts.draft_versions(draft.id)[0].content["body"] == "From nowhere"


def test_an_unfinished_draft_may_be_saved(world: World) -> None:
    assert world.draft(body="", components={}, x_text="", email_subject=None).content["body"] == ""


def test_control_characters_are_left_out(world: World) -> None:
    assert world.draft(body="One\x00Two\r\nThree").content["body"] == "OneTwo\nThree"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "x" * 25_001),
        ("body", 7),
        ("x_text", "x" * 1_001),
        ("email_subject", "x" * 256),
        ("status", "broken"),
        ("status", ["resolved"]),
        ("components", {"nobody": "operational"}),
        ("components", "all"),
        ("impact_override", "maintenance"),
        ("notify", "yes"),
        ("author", "me"),
    ],
)
def test_bad_content_is_refused_by_the_field(
    sqlite_world: World, field: str, value: object
) -> None:
    draft = drafts.open_draft(sqlite_world.actor, sqlite_world.incident.id)
    with pytest.raises(Invalid) as caught:
        drafts.save_draft(BEN, draft.id, base_version=draft.version, content={field: value})
    assert list(caught.value.fields) == [field]


def test_a_component_archived_while_somebody_types_does_not_stop_the_saving(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    archive_component(world.actor, world.api.id)
    saved = drafts.save_draft(
        world.actor,
        draft.id,
        base_version=draft.version,
        content={"body": "Still typing", "components": dict(draft.content["components"])},
    )
    assert saved.content["body"] == "Still typing"


def test_a_discarded_draft_makes_room_for_a_new_one(world: World) -> None:
    old = world.draft(body="Not this")
    assert drafts.discard_draft(world.actor, old.id).state is DraftState.DISCARDED
    new = drafts.open_draft(world.actor, world.incident.id)
    assert new.id != old.id
    assert drafts.draft_versions(old.id)[0].content["body"] == "Not this"


def test_a_published_draft_cannot_be_thrown_away(world: World) -> None:
    draft = world.draft(body="Words")
    world.publish()
    with pytest.raises(Conflict):
        drafts.discard_draft(world.actor, draft.id)


def test_what_is_not_there_is_said_so(sqlite_world: World) -> None:
    with pytest.raises(NotFound):
        drafts.open_draft(BEN, "nobody")
    with pytest.raises(NotFound):
        drafts.get_draft("nobody")
