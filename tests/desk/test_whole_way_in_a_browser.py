"""From a draft in two windows to the public page and the board, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from statushub.core.db import transaction
from statushub.publishing.models import Delivery, DeliveryState, Draft
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState
from tests.desk.windows import body_is, draft, editor, enter, now, saved, second_window

__all__ = ["draft", "editor", "enter", "second_window"]

pytestmark = pytest.mark.browser


def test_two_windows_write_into_one_draft(
    live_server: str, editor: Any, second_window: Any, enter: Callable[..., None], draft: Draft
) -> None:
    enter(second_window, "incident_manager", email="second@example.com", name="Second Person")
    second_window.goto(f"{live_server}/desk/incidents/{draft.incident_id}")
    second_window.locator("#email_subject").fill("From the second window")
    editor.locator("#body").fill("From the first window")
    body_is(second_window, "From the first window")
    expect(editor.locator("#email_subject")).to_have_value("From the second window", timeout=10_000)
    saved(editor)
    saved(second_window)
    content = now(draft).content
    assert content["body"] == "From the first window"
    assert content["email_subject"] == "From the second window"


def test_from_the_keyboard_to_the_public_and_to_the_board(
    live_server: str, editor: Any, draft: Draft
) -> None:
    with transaction() as session:
        session.add(
            Subscriber(
                kind=SubscriberKind.EMAIL,
                endpoint="anna@example.com",
                state=SubscriberState.ACTIVE,
            )
        )
    editor.locator("#body").fill("Cards are refused. Next update by 15:00.")
    editor.keyboard.press("Control+Enter")
    editor.wait_for_url("**/publish?version=*")
    page = editor.locator("main").inner_text()
    assert "1 person gets an e-mail" in page
    assert "Checkout: Operational → Partial outage" in page
    publish = editor.get_by_role("button", name="Publish now")
    assert publish.evaluate("element => element === document.activeElement")
    publish.dblclick()
    editor.wait_for_url("**/deliveries")
    assert editor.locator("#board").inner_text().count("0 of 1 told so far") == 1
    with transaction() as session:
        for delivery in session.query(Delivery):
            delivery.state = DeliveryState.SENT
    editor.get_by_text("Final: the only recipient has been told.").first.wait_for()
    assert len(now(draft).incident.updates) == 1
    editor.goto(f"{live_server}/incidents/{draft.incident_id}")
    assert "Cards are refused" in editor.locator("main").inner_text()
