"""The draft editor without JavaScript, and the answers that its script gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.publishing import drafts, service
from statushub.publishing.models import Draft, DraftState
from tests.desk.conftest import KIM, Acme, form_of

Send = Callable[..., Any]
JSON = {"Accept": "application/json"}
LEE = Actor(kind="user", id="lee", name="Lee Other")


@pytest.fixture
def draft(acme: Acme) -> Draft:
    return acme.draft(acme.declare(), body="Our first words.")


def now(draft: Draft) -> Draft:
    db.session.rollback()
    return drafts.get_draft(draft.id)


def theirs(draft: Draft, **content: Any) -> Draft:
    return drafts.save_draft(LEE, draft.id, base_version=draft.version, content=content)


def test_a_form_saves_and_shows_the_preview(sign_in: Any, send: Send, draft: Draft) -> None:
    sign_in("responder")
    answer = send(
        f"/desk/drafts/{draft.id}", form_of(draft, body="We **know** it.", next="preview")
    )
    page = answer.get_data(as_text=True)
    assert answer.request.path == f"/desk/incidents/{draft.incident_id}"
    assert "We <strong>know</strong> it." in page
    assert now(draft).content["body"] == "We **know** it."


def test_lines_come_back_as_they_were_typed(sign_in: Any, send: Send, draft: Draft) -> None:
    sign_in("responder")
    send(f"/desk/drafts/{draft.id}", form_of(draft, body="\r\none\r\n\r\ntwo"))
    assert now(draft).content["body"] == "\none\n\ntwo"


def test_what_is_too_long_is_said_by_the_field_and_kept(
    sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    answer = send(f"/desk/drafts/{draft.id}", form_of(draft, body="ü" * 25_001))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "ü" * 25_001 in page
    assert 'href="#body"' in page
    assert now(draft).version == draft.version


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "sideways"), ("impact_override", "huge"), ("component-nothing", "operational")],
)
def test_words_that_do_not_exist_are_refused(
    sign_in: Any, send: Send, draft: Draft, field: str, value: str
) -> None:
    sign_in("responder")
    answer = send(f"/desk/drafts/{draft.id}", form_of(draft, **{field: value}))
    assert answer.status_code == 422
    assert "Our first words.</textarea>" in answer.get_data(as_text=True)
    again = send(f"/desk/drafts/{draft.id}", form_of(draft, **{field: value}), headers=JSON)
    assert again.status_code == 422
    assert again.json["fields"]


def test_the_script_saves_by_json(sign_in: Any, send: Send, draft: Draft) -> None:
    user = sign_in("responder")
    before = draft.version
    answer = send(f"/desk/drafts/{draft.id}", form_of(draft, body="New."), headers=JSON)
    assert answer.json["version"] == before + 1
    assert answer.json["fields"]["body"] == "New."
    assert answer.json["saved_by"] == user.name
    assert answer.json["saved_at"].endswith("Z")


def test_a_change_of_anothers_elsewhere_is_joined(sign_in: Any, send: Send, draft: Draft) -> None:
    sign_in("responder")
    form = form_of(draft, body="Mine.")
    theirs(draft, email_subject="Theirs")
    answer = send(f"/desk/drafts/{draft.id}", form, headers=JSON)
    assert answer.json["fields"]["email_subject"] == "Theirs"
    assert answer.json["fields"]["body"] == "Mine."


def test_the_same_field_is_a_conflict_that_overwrites_nothing(
    sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    form = form_of(draft, body="Mine.")
    theirs(draft, body="Theirs.")
    answer = send(f"/desk/drafts/{draft.id}", form, headers=JSON)
    assert answer.status_code == 409
    assert answer.json["fields"]["body"] == "Theirs."
    assert answer.json["saved_by"] == "Lee Other"
    assert now(draft).content["body"] == "Theirs."


@pytest.mark.parametrize(
    ("pick", "result"),
    [("mine", "Mine."), ("theirs", "Theirs."), ("edited", "Mine, and theirs.")],
)
def test_without_javascript_a_page_shows_both_texts_and_takes_the_choice(
    sign_in: Any, send: Send, draft: Draft, pick: str, result: str
) -> None:
    sign_in("responder")
    form = form_of(draft, body="Mine.", email_subject="My subject")
    theirs(draft, body="Theirs.")
    answer = send(f"/desk/drafts/{draft.id}", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Mine." in page
    assert "Theirs." in page
    assert "Take what Lee Other wrote" in page
    saved = now(draft)
    assert saved.content["email_subject"] == "My subject"  # nobody else touched it
    answer = send(
        f"/desk/drafts/{draft.id}/settle",
        {
            "base_version": saved.version,
            "pick-body": pick,
            "mine-body": "Mine.",
            "theirs-body": "Theirs.",
            "edited-body": "Mine, and theirs.",
        },
    )
    assert answer.status_code == 200
    assert now(draft).content["body"] == result
    assert now(draft).content["email_subject"] == "My subject"


def test_clashing_components_are_shown_in_words(
    acme: Acme, sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    field = f"component-{acme.checkout.id}"
    form = form_of(draft, **{field: "operational"})
    theirs(draft, components={acme.checkout.id: "major_outage"})
    page = send(f"/desk/drafts/{draft.id}", form).get_data(as_text=True)
    assert "Checkout: Operational" in page
    assert "Checkout: Major outage" in page
    version = now(draft).version
    send(
        f"/desk/drafts/{draft.id}/settle",
        {
            "base_version": version,
            "pick-components": "mine",
            f"mine-{field}": "operational",
            f"theirs-{field}": "major_outage",
        },
    )
    assert now(draft).content["components"] == {acme.checkout.id: "operational"}


def test_a_form_of_a_published_draft_keeps_its_text(
    acme: Acme, sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    form = form_of(draft, body="Too late.")
    service.publish(KIM, draft.id, draft.version)
    answer = send(f"/desk/drafts/{draft.id}", form)
    assert answer.status_code == 409
    assert "Too late.</textarea>" in answer.get_data(as_text=True)
    state = send(f"/desk/drafts/{draft.id}", form, headers=JSON)
    assert state.status_code == 409
    assert state.json["closed"] == "Kim Example published this update."
    assert state.json["next"].endswith("/deliveries")


def test_a_form_without_a_version_of_this_draft_is_refused_with_its_text(
    sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    answer = send(f"/desk/drafts/{draft.id}", form_of(draft, body="Lost?", base_version="x"))
    assert answer.status_code == 409
    assert "Lost?</textarea>" in answer.get_data(as_text=True)


def test_watching_costs_a_304_while_nobody_writes(sign_in: Any, client: Any, draft: Draft) -> None:
    sign_in("viewer")
    first = client.get(f"/desk/drafts/{draft.id}/state")
    assert first.json["fields"]["body"] == "Our first words."
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/desk/drafts/{draft.id}/state", headers=tag).status_code == 304
    theirs(draft, body="Other words.")
    assert client.get(f"/desk/drafts/{draft.id}/state", headers=tag).status_code == 200


def test_a_preview_of_unsaved_words_saves_nothing(sign_in: Any, send: Send, draft: Draft) -> None:
    sign_in("responder")
    form = form_of(draft, body="Unsaved *words*.", x_text="a" * 281)
    answer = send(f"/desk/drafts/{draft.id}/preview", form, headers=JSON)
    assert "<em>words</em>" in answer.json["page"]
    assert answer.json["x_length"] == 281
    assert answer.json["x_limit"] == 280
    assert "Unsaved" in answer.json["email_text"]
    assert answer.json["reach"].startswith("nobody is notified")
    assert now(draft).version == draft.version


def test_beginning_twice_goes_on_with_the_same_draft(
    acme: Acme, sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("responder")
    answer = send(f"/desk/incidents/{draft.incident_id}/draft", {})
    assert "Our first words.</textarea>" in answer.get_data(as_text=True)


def test_a_draft_thrown_away_stays_readable(
    sign_in: Any, send: Send, read: Any, draft: Draft
) -> None:
    sign_in("responder")
    send(f"/desk/drafts/{draft.id}/discard", {})
    assert now(draft).state is DraftState.DISCARDED
    page = read(f"/desk/drafts/{draft.id}/versions")
    assert "Our first words." in page
    assert "Kim Example" in page


def test_a_viewer_writes_nothing(sign_in: Any, send: Send, draft: Draft) -> None:
    sign_in("viewer")
    for path in (f"drafts/{draft.id}", f"drafts/{draft.id}/discard", f"drafts/{draft.id}/settle"):
        assert send(f"/desk/{path}", form_of(draft, body="x")).status_code == 403
    assert now(draft).version == draft.version
