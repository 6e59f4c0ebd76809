"""Planned work: scheduled, announced, moved, called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from statushub.core.db import db
from statushub.incidents.models import Incident
from statushub.incidents.statuses import IncidentStatus
from statushub.publishing.models import Draft
from tests.desk.conftest import Acme

Send = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("frozen_time")  # it is 2026-03-02 14:00 UTC


def form(acme: Acme, **changes: str) -> dict[str, Any]:
    return {
        "name": "Database upgrade",
        "customer_impact": "Two short interruptions.",
        "component": [acme.checkout.id, acme.api.id],
        "scheduled_for": "2026-03-10T22:00",
        "scheduled_until": "2026-03-10T23:00",
        "auto_start": "1",
        **changes,
    }


def planned() -> Incident:
    db.session.rollback()
    return db.session.scalars(select(Incident)).one()


def test_scheduling_begins_the_announcement(
    acme: Acme, sign_in: Any, send: Send, read: Any
) -> None:
    sign_in("communications_manager")
    assert "Begin by itself" in read("/desk/maintenance/new")
    answer = send("/desk/maintenance/new", form(acme))
    page = answer.get_data(as_text=True)
    assert "Nobody outside knows yet" in page
    assert "Two short interruptions.</textarea>" in page
    found = planned()
    assert found.scheduled_for == datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
    assert found.auto_start
    assert not found.auto_complete
    assert found.published_at is None
    assert {one.component_id for one in found.affected} == {acme.checkout.id, acme.api.id}
    assert "Database upgrade" in read("/desk/maintenance")
    assert "Database upgrade" in read("/desk/")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter a title."),
        ("scheduled_for", "", "Enter a date and a time."),
        ("scheduled_until", "2026-03-10T21:00", "The end must come after the start."),
        ("scheduled_until", "2026-03-29T02:30", "the clocks go forward"),
        ("component", "nothing", "not known any more"),
    ],
)
def test_a_plan_that_cannot_be_is_said_by_the_field_and_kept(
    acme: Acme, sign_in: Any, send: Send, field: str, value: str, words: str
) -> None:
    sign_in("communications_manager")
    answer = send("/desk/maintenance/new", form(acme, **{field: value}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "Two short interruptions.</textarea>" in page
    assert db.session.scalars(select(Incident)).first() is None


def test_it_is_moved_on_the_clock_of_the_page(
    acme: Acme, sign_in: Any, send: Send, read: Any
) -> None:
    sign_in("communications_manager")
    send("/desk/maintenance/new", form(acme))
    path = f"/desk/maintenance/{planned().id}/reschedule"
    assert 'value="2026-03-10T22:00"' in read(path)
    send(path, {"scheduled_for": "2026-03-11T22:00", "scheduled_until": "2026-03-11T23:30"})
    assert planned().scheduled_until == datetime(2026, 3, 11, 22, 30, tzinfo=UTC)
    answer = send(path, {"scheduled_for": "soon", "scheduled_until": ""})
    assert answer.status_code == 422
    assert 'value="soon"' in answer.get_data(as_text=True)


def test_calling_it_off_is_an_update_that_says_why(acme: Acme, sign_in: Any, send: Send) -> None:
    sign_in("communications_manager")
    send("/desk/maintenance/new", form(acme))
    found = planned()
    early = send(f"/desk/maintenance/{found.id}/cancel", {})
    assert early.status_code == 409  # nobody knows of it: the draft is thrown away instead
    acme.publish(found, status="scheduled")
    answer = send(f"/desk/maintenance/{found.id}/cancel", {})
    assert "called off when you publish" in answer.get_data(as_text=True)
    db.session.rollback()
    draft = db.session.scalars(select(Draft).where(Draft.state == "open")).one()
    assert draft.content["status"] == "cancelled"
    assert planned().status is IncidentStatus.SCHEDULED


def test_others_are_told_who_schedules(acme: Acme, sign_in: Any, read: Any, send: Send) -> None:
    sign_in("social_media_lead")
    assert "A communications manager schedules maintenance." in read("/desk/maintenance")
    assert send("/desk/maintenance/new", form(acme)).status_code == 403
