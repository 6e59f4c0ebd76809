"""Every page of the working desk answers, in valid HTML, full and empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from statushub.desk import incident_reads
from statushub.feedback import service as feedback
from statushub.incidents.statuses import Kind
from tests.desk.conftest import Acme

Read = Callable[..., str]


def test_an_empty_desk_teaches_what_to_do(acme: Acme, sign_in: Any, read: Read) -> None:
    sign_in("communications_manager")
    page = read("/desk/")
    assert "No open incidents" in page
    assert "Declare an incident" in page
    for path in ("/desk/incidents", "/desk/incidents?show=all", "/desk/incidents?q=nothing"):
        assert "declare" in read(path).lower()
    assert "No maintenance planned" in read("/desk/maintenance")
    assert "Nothing new" in read("/desk/feedback")


def test_the_overview_marks_what_is_not_public(acme: Acme, sign_in: Any, read: Read) -> None:
    sign_in("communications_manager")
    acme.draft(acme.declare("Hidden trouble"))
    acme.publish(acme.declare("Known trouble"))
    page = read("/desk/")
    assert page.index("Hidden trouble") < page.index("Known trouble")  # what waits comes first
    assert page.count("Not public yet") == 1
    assert "Nothing said yet" in page
    assert "Last public word" in page
    assert "Kim Example saved it" in page


def test_new_reports_are_counted_only_for_those_who_handle_them(
    acme: Acme, sign_in: Any, read: Read
) -> None:
    feedback.send_feedback(body="It is broken")
    sign_in("customer_support_lead")
    assert "1 new report" in read("/desk/")


def test_a_viewer_is_told_what_their_role_may_not(acme: Acme, sign_in: Any, read: Read) -> None:
    sign_in("viewer")
    incident = acme.declare()
    acme.draft(incident)
    assert "Your role may look, not declare" in read("/desk/")
    page = read(f"/desk/incidents/{incident.id}")
    assert "Your role may read this draft, not change it" in page
    assert "js/draft.js" not in page
    assert "Check and publish" not in page
    read("/desk/incidents/new", status=403)


def test_a_responder_drafts_and_is_told_who_publishes(
    acme: Acme, sign_in: Any, read: Read, client: Any
) -> None:
    sign_in("responder")
    incident = acme.declare()
    draft = acme.draft(incident, body="Ready.")
    page = read(f"/desk/incidents/{incident.id}")
    assert "Your role drafts" in page
    assert "Check and publish" not in page
    answer = client.post(f"/desk/drafts/{draft.id}/publish", data={"version": draft.version})
    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["owner", "responder", "viewer"])
def test_the_workspace_shows_facts_draft_previews_and_timeline(
    acme: Acme, sign_in: Any, read: Read, role: str
) -> None:
    sign_in(role)
    incident = acme.declare(customer_impact="Cards are refused.")
    acme.publish(incident, body="We **see** it.", status="investigating")
    acme.draft(incident, body="A fix is <script>alert(1)</script> out.", status="monitoring")
    page = read(f"/desk/incidents/{incident.id}")
    assert "We <strong>see</strong> it." in page
    assert "<script>alert" not in page
    assert "A fix is" in page
    assert "Said so far" in page
    assert "preview/email" in page


def test_the_frame_of_the_mail_has_a_policy_of_its_own(
    acme: Acme, sign_in: Any, client: Any
) -> None:
    sign_in("owner")
    incident = acme.declare()
    draft = acme.draft(incident, body="Hello")
    workspace = client.get(f"/desk/incidents/{incident.id}")
    assert "frame-src 'self'" in workspace.headers["Content-Security-Policy"]
    mail = client.get(f"/desk/drafts/{draft.id}/preview/email")
    assert "script-src" not in mail.headers["Content-Security-Policy"]
    assert mail.headers["Content-Security-Policy"].endswith("sandbox")
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert b"Hello" in mail.data


def test_the_list_finds_titles_and_takes_their_signs_literally(
    acme: Acme, sign_in: Any, read: Read
) -> None:
    sign_in("owner")
    for number in range(3):
        acme.declare(f"Trouble 50% {number}")
    assert "Trouble 50% 1" in read("/desk/incidents?q=50%25+1")
    assert "Trouble 50% 2" not in read("/desk/incidents?q=50%25+1")


def test_the_list_is_paged_by_key_so_that_new_incidents_move_nothing(acme: Acme) -> None:
    for number in range(5):
        acme.declare(f"Trouble {number}")
    first = incident_reads.page_of(Kind.INCIDENT, "all", limit=2)
    acme.declare("Newer than all")
    second = incident_reads.page_of(Kind.INCIDENT, "all", before=first[-1].id, limit=2)
    third = incident_reads.page_of(Kind.INCIDENT, "all", before=second[-1].id, limit=2)
    names = [one.name for one in (*first, *second, *third)]
    assert sorted(names) == [f"Trouble {number}" for number in range(5)]


def test_there_is_no_incident_by_a_wrong_id(acme: Acme, sign_in: Any, read: Read) -> None:
    sign_in("owner")
    for path in (
        "incidents/nothing",
        "incidents/nothing/edit",
        "maintenance/nothing/reschedule",
        "drafts/nothing/publish",
        "drafts/nothing/versions",
        "drafts/nothing/state",
        "updates/nothing/deliveries",
        "feedback/nothing",
    ):
        read(f"/desk/{path}", status=404)


def test_everything_fits_into_both_languages(acme: Acme, sign_in: Any, read: Read) -> None:
    sign_in("owner")
    incident = acme.declare()
    acme.draft(incident)
    for path in ("", "incidents", "incidents/new", f"incidents/{incident.id}", "maintenance/new"):
        assert 'lang="ja"' in read(f"/ja/desk/{path}")
