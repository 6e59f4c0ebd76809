"""The draft editor, the declare form and the board in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from statushub.channels.models import Channel
from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.incidents import service as incidents
from statushub.publishing import drafts
from statushub.publishing.models import Delivery, DeliveryKind, DeliveryState, Draft, Message
from tests.desk.conftest import Acme
from tests.desk.windows import body_is, draft, editor, enter, now, saved

__all__ = ["draft", "editor", "enter"]

# What no database can change; the whole way on both stands in the file beside this one.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

LEE = Actor(kind="user", id="lee", name="Lee Other")


def theirs(draft: Draft, **content: Any) -> None:
    current = now(draft)
    drafts.save_draft(LEE, draft.id, base_version=current.version, content=content)
    db.session.rollback()


def test_what_is_typed_is_saved_and_previewed_without_asking(editor: Any, draft: Draft) -> None:
    editor.locator("#body").fill("We **know** it.")
    editor.locator("#preview-page strong").get_by_text("know").wait_for()
    saved(editor)
    assert now(draft).content["body"] == "We **know** it."


def test_what_is_typed_before_the_script_comes_is_saved_too(editor: Any, draft: Draft) -> None:
    """A slow line: the page stands, its script does not. The same holds for what a browser puts
    back after "back"."""
    waiting: list[Any] = []
    editor.route("**/js/draft.js", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    editor.reload(wait_until="commit")
    editor.locator("#body").fill("Typed at once.")
    while not waiting:
        editor.wait_for_timeout(20)
    waiting[0].continue_()
    editor.locator("#preview-page").get_by_text("Typed at once.").wait_for()
    saved(editor)
    assert now(draft).content["body"] == "Typed at once."
    theirs(draft, email_subject="Theirs")
    expect(editor.locator("#email_subject")).to_have_value("Theirs", timeout=10_000)
    assert editor.locator("#body").input_value() == "Typed at once."


def test_the_post_on_x_is_counted_by_its_own_rules(editor: Any) -> None:
    editor.get_by_label("Post on X").fill("日本" * 10 + " https://example.com/a/very/long/link")
    counter = editor.locator("#x-counter [data-preview-slot=x_length]")
    counter.get_by_text("64", exact=True).wait_for()
    editor.get_by_label("Post on X").fill("a" * 281)
    counter.get_by_text("281", exact=True).wait_for()
    assert "over" in editor.locator("#x-counter").get_attribute("class")


def test_the_mail_is_shown_in_a_frame_with_its_own_style(editor: Any) -> None:
    editor.locator("#body").fill("Words for the mail.")
    saved(editor)
    editor.get_by_role("tab", name="E-mail").click()
    frame = editor.frame_locator("#preview-mail")
    frame.get_by_text("Words for the mail.").wait_for()


def test_two_people_in_different_fields_see_each_other(editor: Any, draft: Draft) -> None:
    editor.locator("#body").fill("Mine, not saved yet")
    theirs(draft, email_subject="Their subject", status="identified")
    expect(editor.locator("#email_subject")).to_have_value("Their subject", timeout=10_000)
    assert editor.get_by_role("radio", name="Identified").is_checked()
    expect(editor.locator("#draft-trouble")).to_have_text(re.compile("Lee Other|somebody else"))
    saved(editor)
    assert now(draft).content["body"] == "Mine, not saved yet"
    assert now(draft).content["email_subject"] == "Their subject"


def test_the_same_field_shows_both_texts_and_overwrites_neither(editor: Any, draft: Draft) -> None:
    editor.route(re.compile(r"/desk/drafts/\w+$"), lambda route: route.abort())  # the line is down
    editor.locator("#body").fill("Mine.")
    theirs(draft, body="Theirs.")
    panel = editor.locator("[data-clash=body]")
    panel.get_by_text("Theirs.", exact=True).wait_for()
    editor.unroute_all()
    assert panel.locator("[data-slot=mine]").inner_text() == "Mine."
    assert editor.locator("#body").input_value() == "Mine."
    assert now(draft).content["body"] == "Theirs."
    editor.get_by_role("button", name="Check and publish").click()
    assert "/publish" not in editor.url  # not before somebody chose
    panel.get_by_role("button", name="Edit the two together").click()
    saved(editor)
    body_is(editor, "Mine.\n\nTheirs.")
    assert now(draft).content["body"] == "Mine.\n\nTheirs."
    assert panel.count() == 0


@pytest.mark.parametrize(("button", "result"), [("Keep mine", "Mine."), ("Take theirs", "Theirs.")])
def test_a_person_chooses_between_two_texts(
    editor: Any, draft: Draft, button: str, result: str
) -> None:
    editor.locator("#body").fill("Mine.")
    theirs(draft, body="Theirs.")
    editor.locator("[data-clash=body]").get_by_role("button", name=button).click()
    saved(editor)
    body_is(editor, result)
    assert now(draft).content["body"] == result


def test_an_untouched_text_under_the_cursor_waits_until_the_cursor_leaves(
    editor: Any, draft: Draft
) -> None:
    editor.locator("#body").focus()
    theirs(draft, body="Theirs.")
    editor.locator("[data-clash=body]").wait_for()
    assert editor.locator("#body").input_value() == "Our first words."
    editor.locator("#email_subject").focus()
    body_is(editor, "Theirs.")
    assert editor.locator("[data-clash=body]").count() == 0


def test_a_line_that_breaks_keeps_the_text_and_tries_again(editor: Any, draft: Draft) -> None:
    editor.route(re.compile(r"/desk/drafts/\w+$"), lambda route: route.abort())
    editor.locator("#body").fill("Typed on a train.")
    editor.locator("#draft-trouble").get_by_text("your text is kept here").wait_for()
    assert now(draft).content["body"] == "Our first words."
    editor.unroute_all()
    saved(editor)
    assert now(draft).content["body"] == "Typed on a train."


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(editor: Any, draft: Draft) -> None:
    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()

    editor.route(re.compile(r"/desk/drafts/\w+$"), swallow, times=1)
    editor.locator("#body").fill("Arrived, but nobody said so.")
    editor.locator("#draft-trouble").get_by_text("your text is kept here").wait_for()
    editor.locator("#body").fill("Arrived, but nobody said so. And more.")
    saved(editor)
    assert editor.locator("[data-clash]").count() == 0
    assert now(draft).content["body"] == "Arrived, but nobody said so. And more."


def test_unsaved_words_survive_a_reload(editor: Any, draft: Draft) -> None:
    editor.on("dialog", lambda dialog: dialog.accept())
    editor.route(re.compile(r"/desk/drafts/\w+$"), lambda route: route.abort())
    editor.locator("#body").press_sequentially("More. ")
    editor.locator("#draft-trouble").get_by_text("your text is kept here").wait_for()
    editor.unroute_all()
    editor.reload()
    editor.locator("#draft-trouble").get_by_text("is back").wait_for()
    assert editor.locator("#body").input_value().startswith("More. ")
    saved(editor)
    assert now(draft).content["body"] == "More. Our first words."


def test_leaving_with_unsaved_words_asks_first(editor: Any) -> None:
    asked: list[str] = []
    editor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    editor.route(re.compile(r"/desk/drafts/\w+$"), lambda route: route.abort())
    editor.locator("#body").press_sequentially("x")
    editor.get_by_role("link", name="Overview").click()
    editor.wait_for_url("**/desk/")
    assert asked == ["beforeunload"]


def test_saying_that_it_is_over_sets_the_components_well_and_back(
    acme: Acme, live_server: str, editor: Any, draft: Draft
) -> None:
    select = editor.locator(f"#component-{acme.checkout.id}")
    editor.get_by_role("radio", name="Resolved").check()
    assert select.input_value() == "operational"
    editor.get_by_role("radio", name="Monitoring").check()
    assert select.input_value() == "partial_outage"


def test_an_editor_hears_that_the_update_is_out(acme: Acme, editor: Any, draft: Draft) -> None:
    acme.publish(draft.incident)
    editor.get_by_text("Kim Example published this update.").wait_for()
    assert editor.get_by_role("button", name="Check and publish").is_disabled()


def test_declaring_shows_the_impact_while_one_chooses(
    acme: Acme, live_server: str, browser_page: Any, enter: Callable[..., None]
) -> None:
    for number in range(6):
        incidents.add_component(LEE, name=f"Worker {number}")
    enter(browser_page)
    browser_page.goto(f"{live_server}/desk/incidents/new")
    browser_page.get_by_label("Title").fill("Checkout fails")
    browser_page.get_by_label("Find a component").fill("check")
    assert browser_page.get_by_label("Checkout").is_visible()
    assert not browser_page.get_by_label("Worker 1").is_visible()
    browser_page.get_by_label("Checkout").select_option("major_outage")
    browser_page.locator("#computed-impact").get_by_text("Critical impact").wait_for()
    browser_page.get_by_role("button", name="Declare, and write").click()
    browser_page.wait_for_url("**/desk/incidents/*#draft")
    assert browser_page.locator("#body").is_visible()


def test_an_answer_typed_into_the_board_is_not_swept_away(
    acme: Acme, live_server: str, browser_page: Any, enter: Callable[..., None]
) -> None:
    update = acme.publish(acme.declare())
    with transaction() as session:
        session.add(_uncertain(session, update.id))
    enter(browser_page)
    browser_page.goto(f"{live_server}/desk/updates/{update.id}/deliveries")
    field = browser_page.get_by_label("Link or id of the post")
    field.fill("https://x.com/acme/status/1234567890?s=20")
    browser_page.wait_for_timeout(4500)  # two looks of the script
    assert field.input_value().startswith("https://x.com")
    browser_page.get_by_role("button", name="It is there").click()
    browser_page.get_by_text("1234567890").wait_for()


def _uncertain(session: Any, update_id: str) -> Delivery:
    channel = Channel(transport="x", name="@acme")
    message = Message(kind="update", update_id=update_id, transport="x", payload={"text": "Hi"})
    session.add_all([channel, message])
    session.flush()
    return Delivery(
        dedup_key=f"x:{update_id}",
        order_key=f"x:{channel.id}",
        kind=DeliveryKind.UPDATE,
        transport="x",
        message_id=message.id,
        update_id=update_id,
        channel_id=channel.id,
        target="@acme",
        state=DeliveryState.UNCERTAIN,
        reason="No answer in 20 seconds.",
        attempts=1,
        lookups=99,
        expires_at=clock.now() + timedelta(hours=1),
    )


def test_a_form_open_for_half_a_day_gets_a_new_token_and_saves(editor: Any, draft: Draft) -> None:
    editor.locator("form[data-draft] [name=csrf_token]").evaluate("field => field.value = 'old'")
    editor.locator("#body").fill("Still here in the morning.")
    saved(editor)
    assert now(draft).content["body"] == "Still here in the morning."
