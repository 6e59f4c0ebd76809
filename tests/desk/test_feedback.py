"""The inbox: customers' words, from new to closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from statushub.core.db import db
from statushub.feedback import queries, service
from statushub.feedback.models import FeedbackItem, FeedbackState
from tests.desk.conftest import Acme

Send = Callable[..., Any]


@pytest.fixture
def item(acme: Acme) -> FeedbackItem:
    return service.send_feedback(
        body="<b>My card</b> is refused", component_id=acme.checkout.id, contact="anna@example.org"
    )


def now(item: FeedbackItem) -> FeedbackItem:
    db.session.rollback()
    return queries.get_item(item.id)


def test_the_inbox_shows_customers_words_as_text(
    sign_in: Any, read: Any, item: FeedbackItem
) -> None:
    sign_in("customer_support_lead")
    for path in ("/desk/feedback", f"/desk/feedback/{item.id}"):
        page = read(path)
        assert "&lt;b&gt;My card&lt;/b&gt; is refused" in page
        assert "anna@example.org" in page
    assert "Nothing here" in read("/desk/feedback?state=closed")
    assert "My card" in read("/desk/feedback?state=all")


def test_a_report_moves_is_linked_and_noted(
    acme: Acme, sign_in: Any, read: Any, send: Send, item: FeedbackItem
) -> None:
    user = sign_in("customer_support_lead")
    incident = acme.declare()
    send(f"/desk/feedback/{item.id}/state", {"state": "triaged"})
    send(f"/desk/feedback/{item.id}/incident", {"incident": incident.id})
    send(f"/desk/feedback/{item.id}/note", {"note": "Called back <i>twice</i>."})
    found = now(item)
    assert found.state is FeedbackState.TRIAGED
    assert found.incident_id == incident.id
    assert found.handled_by_name == user.name
    page = read(f"/desk/feedback/{item.id}")
    assert "Called back &lt;i&gt;twice&lt;/i&gt;." in page
    assert "Checkout fails" in page
    send(f"/desk/feedback/{item.id}/incident", {"incident": ""})
    assert now(item).incident_id is None


@pytest.mark.parametrize(
    ("act", "form", "words"),
    [
        ("state", {"state": "lost"}, "Choose one of the states offered."),
        ("incident", {"incident": "nothing"}, "There is no such incident."),
        ("note", {"note": "  "}, "Write a note."),
    ],
)
def test_what_cannot_be_taken_is_said_by_the_field(
    sign_in: Any, send: Send, item: FeedbackItem, act: str, form: dict[str, str], words: str
) -> None:
    sign_in("customer_support_lead")
    answer = send(f"/desk/feedback/{item.id}/{act}", form)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_the_inbox_is_for_those_who_handle_it(sign_in: Any, read: Any, item: FeedbackItem) -> None:
    sign_in("responder")
    read("/desk/feedback", status=403)
    read(f"/desk/feedback/{item.id}", status=403)
