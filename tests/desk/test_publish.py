"""The step before the public, and the click itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from statushub.core.db import db, transaction
from statushub.incidents.models import IncidentUpdate
from statushub.publishing import drafts
from statushub.publishing.models import Delivery, Draft, DraftState
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from tests.desk.conftest import KIM, Acme

Send = Callable[..., Any]


@pytest.fixture
def draft(acme: Acme) -> Draft:
    return acme.draft(acme.declare(), body="Cards are refused.")


def updates() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(IncidentUpdate)) or 0


def test_the_page_says_in_words_what_will_happen(
    acme: Acme, sign_in: Any, read: Any, draft: Draft
) -> None:
    with transaction() as session:
        for number in range(2):
            session.add(
                Subscriber(
                    kind=SubscriberKind.EMAIL,
                    endpoint=f"a{number}@example.com",
                    state=SubscriberState.ACTIVE,
                )
            )
    sign_in("social_media_lead")
    page = read(f"/desk/drafts/{draft.id}/publish?version={draft.version}")
    assert "becomes public" in page
    assert "2 people get an e-mail" in page
    assert "Nothing is posted: no account is connected." in page
    assert "Checkout: Operational → <strong>Partial outage" in page.replace("Shop - ", "")
    assert updates() == 0


def test_only_the_page_means_that_nobody_is_written_to(
    acme: Acme, sign_in: Any, read: Any, draft: Draft
) -> None:
    acme.draft(draft.incident, notify=False)
    sign_in("owner")
    assert "Nobody is written to" in read(f"/desk/drafts/{draft.id}/publish")


def test_ending_it_says_which_components_are_well_again(
    acme: Acme, sign_in: Any, read: Any
) -> None:
    incident = acme.declare()
    acme.publish(incident)
    ending = acme.draft(incident, status="resolved", body="It is over.")
    sign_in("owner")
    page = read(f"/desk/drafts/{ending.id}/publish")
    assert "Partial outage → <strong>Operational</strong>" in page


def test_publishing_leads_to_the_board_and_twice_is_once(
    sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("social_media_lead")
    path, version = f"/desk/drafts/{draft.id}/publish", draft.version
    first = send(path, {"version": version}, follow=False)
    second = send(path, {"version": version}, follow=False)
    assert first.status_code == 302
    assert first.location == second.location
    assert first.location.endswith("/deliveries")
    assert updates() == 1


def test_a_stale_version_shows_what_changed_and_publishes_nothing(
    sign_in: Any, send: Send, draft: Draft
) -> None:
    sign_in("owner")
    seen = draft.version
    drafts.save_draft(KIM, draft.id, base_version=seen, content={"body": "Only some cards."})
    answer = send(f"/desk/drafts/{draft.id}/publish", {"version": seen})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Kim Example changed the draft since you looked" in page
    assert "Cards are refused." in page
    assert "Only some cards." in page
    assert f'name="version" value="{seen + 1}"' in page
    assert updates() == 0


def test_what_cannot_be_published_is_said_before_and_by_the_field(
    acme: Acme, sign_in: Any, read: Any, send: Send, draft: Draft
) -> None:
    empty = acme.draft(draft.incident, body="")
    sign_in("owner")
    page = read(f"/desk/drafts/{draft.id}/publish")
    assert "Not yet: mend this first" in page
    assert "Write what customers should know." in page
    answer = send(f"/desk/drafts/{draft.id}/publish", {"version": empty.version})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#body"' in page
    assert updates() == 0


def test_a_closed_draft_leads_to_where_it_went(
    acme: Acme, sign_in: Any, read: Any, send: Send, draft: Draft
) -> None:
    sign_in("owner")
    send(f"/desk/drafts/{draft.id}/discard", {})
    assert "thrown away" in read(f"/desk/drafts/{draft.id}/publish")
    db.session.rollback()
    assert drafts.get_draft(draft.id).state is DraftState.DISCARDED
    assert db.session.scalars(select(Delivery)).first() is None
