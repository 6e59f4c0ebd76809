"""Declaring an incident: five fields, nothing public yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from statushub.core.db import db
from statushub.incidents.models import Incident
from statushub.incidents.statuses import Impact
from statushub.publishing.models import Draft
from tests.desk.conftest import Acme

Send = Callable[..., Any]


def form(acme: Acme, **changes: str) -> dict[str, str]:
    return {
        "name": "Checkout fails",
        "customer_impact": "Cards are refused.",
        f"component-{acme.checkout.id}": "major_outage",
        f"component-{acme.search.id}": "",
        "impact_override": "",
        "started_at": "",
        **changes,
    }


def only_incident() -> Incident:
    db.session.rollback()
    return db.session.scalars(select(Incident)).one()


def test_declaring_opens_the_draft_and_tells_nobody(acme: Acme, sign_in: Any, send: Send) -> None:
    sign_in("responder")
    answer = send("/desk/incidents/new", form(acme))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Nobody outside has been told yet" in page
    assert "Cards are refused.</textarea>" in page
    incident = only_incident()
    assert incident.published_at is None
    assert incident.impact is Impact.CRITICAL
    assert db.session.scalars(select(Draft)).one().incident_id == incident.id


def test_without_javascript_the_impact_is_worked_out_on_asking(
    acme: Acme, sign_in: Any, send: Send
) -> None:
    sign_in("responder")
    answer = send("/desk/incidents/new", form(acme, next="impact"))
    page = answer.get_data(as_text=True)
    assert 'id="computed-impact" aria-live="polite">Critical impact' in page
    assert 'value="Checkout fails"' in page
    assert db.session.scalars(select(Incident)).first() is None


def test_the_script_asks_for_the_impact(acme: Acme, sign_in: Any, client: Any) -> None:
    sign_in("viewer")
    answer = client.get("/desk/incidents/impact?status=degraded_performance&status=nonsense")
    assert answer.json == {"impact": "minor", "words": "Minor impact"}


def test_a_time_is_read_on_the_clock_of_the_page(acme: Acme, sign_in: Any, send: Send) -> None:
    sign_in("responder")
    send("/desk/incidents/new", form(acme, started_at="2026-01-15T10:30"))
    assert only_incident().started_at == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter a title."),
        ("name", "x" * 256, "at most 255"),
        ("started_at", "2026-03-29T02:30", "There is no 02:30 on that day in Europe/Zurich"),
        ("started_at", "2026-02-30T02:30", "Enter a date and a time"),
        ("started_at", "2026-01-01T10:00+01:00", "Enter a date and a time"),
        ("started_at", "2096-01-01T10:00", "more than ten years away"),
        ("impact_override", "maintenance", "Choose one of the impacts."),
        ("component-nothing", "major_outage", "not known any more"),
        ("component-nothing", "sideways", "Choose one of the statuses"),
    ],
)
def test_what_cannot_be_taken_is_said_by_the_field_and_kept(
    acme: Acme, sign_in: Any, send: Send, field: str, value: str, words: str
) -> None:
    sign_in("responder")
    answer = send("/desk/incidents/new", form(acme, **{field: value}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "Cards are refused.</textarea>" in page
    assert '<option value="major_outage" selected>' in page
    assert db.session.scalars(select(Incident)).first() is None


def test_every_fault_is_told_at_once(acme: Acme, sign_in: Any, send: Send) -> None:
    sign_in("responder")
    answer = send("/desk/incidents/new", form(acme, name="", started_at="yesterday"))
    page = answer.get_data(as_text=True)
    assert "Enter a title." in page
    assert "Enter a date and a time" in page
    assert page.count("<li><a href=") >= 2


def test_facts_are_corrected_without_moving_the_clock(
    acme: Acme, sign_in: Any, send: Send, read: Any
) -> None:
    sign_in("responder")
    incident = acme.declare()
    started = incident.started_at
    assert "Correct the facts" in read(f"/desk/incidents/{incident.id}/edit")
    local = started.astimezone(ZoneInfo("Europe/Zurich"))
    answer = send(
        f"/desk/incidents/{incident.id}/edit",
        {
            "name": "Checkout is slow",
            "customer_impact": "",
            "impact_override": "minor",
            "started_at": local.strftime("%Y-%m-%dT%H:%M"),
        },
    )
    assert answer.status_code == 200
    found = only_incident()
    assert found.name == "Checkout is slow"
    assert found.impact is Impact.MINOR
    assert found.started_at == started


def test_only_those_who_publish_correct_what_is_public(
    acme: Acme, sign_in: Any, read: Any, send: Send
) -> None:
    sign_in("responder")
    incident = acme.declare()
    acme.publish(incident)
    read(f"/desk/incidents/{incident.id}/edit", status=403)
    answer = send(f"/desk/incidents/{incident.id}/edit", {"name": "Nonsense"})
    assert answer.status_code == 403
    assert only_incident().name == "Checkout fails"


def test_a_wrong_correction_keeps_what_was_typed(acme: Acme, sign_in: Any, send: Send) -> None:
    sign_in("owner")
    incident = acme.declare()
    answer = send(
        f"/desk/incidents/{incident.id}/edit",
        {"name": "", "customer_impact": "Kept", "impact_override": "", "started_at": ""},
    )
    assert answer.status_code == 422
    assert "Kept</textarea>" in answer.get_data(as_text=True)
