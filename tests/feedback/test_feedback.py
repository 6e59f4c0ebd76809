"""What customers tell us: taken in, found again, worked through."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from statushub.core.audit import Actor, AuditEntry
from statushub.core.db import db
from statushub.core.errors import Invalid, NotFound
from statushub.feedback import queries, service
from statushub.feedback.models import FeedbackState as F
from statushub.incidents import service as incidents
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S
from tests.site import scenes


def test_a_report_is_linked_to_the_open_incident_of_its_component(
    app: Flask, frozen_time: Any
) -> None:
    parts, found = scenes.broken(frozen_time)
    about = service.send_feedback(body="I cannot pay", component_id=parts["rest"].id)
    other = service.send_feedback(body="Slow", component_id=parts["search"].id)
    vague = service.send_feedback(body="It is broken")
    assert about.incident_id == found.id
    assert other.incident_id is None
    assert vague.incident_id is None
    assert queries.count_for_incident(found.id) == 1


def test_a_report_is_not_linked_to_what_is_over_or_not_public(app: Flask, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    over = scenes.incident(
        frozen_time,
        parts={parts["rest"].id: C.MAJOR_OUTAGE},
        words=((S.INVESTIGATING, "One", 0), (S.RESOLVED, "Two", 5)),
    )
    incidents.declare_incident(
        scenes.TESS, name="Not told yet", components={parts["rest"].id: C.MAJOR_OUTAGE}
    )
    item = service.send_feedback(body="Broken", component_id=parts["rest"].id)
    assert over.resolved_at is not None
    assert item.incident_id is None


def test_of_two_open_incidents_the_newer_is_meant(app: Flask, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    touched = {parts["rest"].id: C.PARTIAL_OUTAGE}
    scenes.incident(frozen_time, name="Older", parts=touched)
    frozen_time.advance(minutes=5)
    newer = scenes.incident(frozen_time, name="Newer", parts=touched)
    item = service.send_feedback(body="Broken", component_id=parts["rest"].id)
    assert item.incident_id == newer.id


def test_control_characters_are_taken_out_and_words_stay(app: Flask, frozen_time: Any) -> None:
    item = service.send_feedback(body="  a\x00b\r\nc\u202ed  ", contact=" Bo@Example.COM ")
    assert item.body == "ab\ncd"
    assert item.contact == "Bo@example.com"


def test_every_complaint_comes_at_once_and_nothing_is_stored(app: Flask) -> None:
    with pytest.raises(Invalid) as caught:
        service.send_feedback(body=" ", component_id="nosuchthing1", contact="x")
    assert set(caught.value.fields) == {"body", "component", "contact"}
    assert sum(queries.counts().values()) == 0


def test_an_archived_component_cannot_be_reported(app: Flask, frozen_time: Any) -> None:
    scenes.page()
    gone = incidents.add_component(scenes.TESS, name="Gone")
    incidents.archive_component(scenes.TESS, gone.id)
    with pytest.raises(Invalid):
        service.send_feedback(body="x", component_id=gone.id)


def test_the_inbox_pages_newest_first_without_gaps(app: Flask, frozen_time: Any) -> None:
    sent = []
    for number in range(7):
        if number % 2:
            frozen_time.advance(seconds=1)
        sent.append(service.send_feedback(body=f"Report {number}").id)
    seen: list[str] = []
    before = None
    while page := queries.inbox(before=before, limit=3):
        seen += [item.id for item in page]
        before = page[-1].id
    assert sorted(seen) == sorted(sent)
    assert len(seen) == 7


def test_states_are_counted_and_filtered(app: Flask, actor: Actor) -> None:
    first = service.send_feedback(body="One")
    service.send_feedback(body="Two")
    service.set_state(actor, first.id, F.ANSWERED)
    assert queries.counts() == {F.NEW: 1, F.TRIAGED: 0, F.ANSWERED: 1, F.CLOSED: 0}
    assert [item.id for item in queries.inbox(F.ANSWERED)] == [first.id]
    with pytest.raises(Invalid):
        service.set_state(actor, first.id, "lost")


def test_working_on_a_report_is_recorded(app: Flask, actor: Actor, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    item = service.send_feedback(body="One")
    service.link_incident(actor, item.id, found.id)
    service.add_note(actor, item.id, "Called back")
    service.add_note(actor, item.id, "Solved")
    kept = queries.get_item(item.id)
    assert kept.incident_id == found.id
    assert kept.note == "Tess Tester: Called back\nTess Tester: Solved"
    assert kept.handled_by_name == "Tess Tester"
    verbs = db.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.subject_id == item.id)
    ).all()
    assert verbs == ["feedback.linked", "feedback.noted", "feedback.noted"]
    with pytest.raises(Invalid):
        service.link_incident(actor, item.id, "nosuchthing1")
    with pytest.raises(Invalid):
        service.add_note(actor, item.id, "x" * 20_000)
    with pytest.raises(NotFound):
        service.add_note(actor, "nosuchthing1", "x")
