"""Point 4: an incident is declared, its first update drafted by two people at once."""

from __future__ import annotations

import re
from typing import Any

from tests.walk.story.walk import Walk, until

TITLE = "Card payments fail"
NOTICED = "Since **14:02** card payments fail for some customers."
WORDS = NOTICED + " Invoices are not affected.\n\nWe tell you more by 14:30."


def kim_declares_an_incident(walk: Walk) -> None:
    """The impact follows the components, and can be said otherwise. Nothing is public yet."""
    page = walk.kim
    page.goto("/desk/")
    page.get_by_role("link", name="Declare an incident").first.click()
    walk.look(page, "declare")
    page.get_by_role("button", name="Declare, and write the first update").click()
    assert "There is a problem" in page.locator("main").inner_text()
    walk.look(page, "declare-refused")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("What do customers notice?").fill(NOTICED)
    impact = page.locator("#computed-impact")
    _component(page, "Card payments").select_option(label="Partial outage")
    until(lambda: impact.inner_text() == "Major impact", "the impact")
    _component(page, "Card payments").select_option(label="Degraded performance")
    until(lambda: impact.inner_text() == "Minor impact", "the impact")
    _component(page, "Card payments").select_option(label="Partial outage")
    page.get_by_label("Say otherwise").select_option(label="Critical impact")
    page.get_by_role("button", name="Declare, and write the first update").click()
    page.get_by_text("Nobody outside has been told yet").wait_for()
    walk.incident = re.search(r"/incidents/([^/#?]+)", page.url).group(1)
    assert "Critical impact" in page.locator(".incident-facts").inner_text()
    assert TITLE not in walk.get("/")
    assert TITLE not in walk.get("/history.atom")


def the_draft_is_previewed_and_saved_as_she_types(walk: Walk) -> None:
    """Page, e-mail and post follow the typing; a reload finds every word."""
    page = walk.kim
    body = page.get_by_label("What customers read")
    assert body.input_value() == NOTICED
    body.fill(WORDS)
    bold = page.locator("#preview-page strong", has_text="14:02")
    until(lambda: bold.count() == 1, "the page's preview")
    page.get_by_role("tab", name="E-mail").or_(
        page.get_by_role("link", name="E-mail")
    ).first.click()
    mail = page.frame_locator("#preview-mail")
    mail.get_by_text("We tell you more by 14:30.").first.wait_for()
    _the_post_is_counted_as_x_counts(page)
    until(lambda: "Saved" in page.locator("#draft-saved").inner_text(), "saved")
    walk.look(page, "draft")
    page.reload()
    assert page.get_by_label("What customers read").input_value() == WORDS
    assert page.get_by_label("Post on X").input_value() == ""
    page.get_by_label("Impact").select_option(label="As computed from the components")
    until(lambda: "Saved" in page.locator("#draft-saved").inner_text(), "saved")


def _the_post_is_counted_as_x_counts(page: Any) -> None:
    """A Japanese letter is two, a link 23; too long is said before it is refused."""
    counted = page.locator("#x-counter [data-preview-slot=x_length]")
    page.get_by_label("Post on X").fill(
        "障害 https://example.com/a/very/long/address/indeed?with=words"
    )
    until(lambda: counted.inner_text() == str(2 * 2 + 1 + 23), "the weighted count")
    page.get_by_label("Post on X").fill("long " * 60)
    until(lambda: page.locator("#draft-problems").is_visible(), "the warning")
    page.get_by_label("Post on X").fill("")
    until(lambda: not page.locator("#draft-problems").is_visible(), "the warning's end")
    until(lambda: 0 < int(counted.inner_text()) <= 280, "the composed post")


def two_people_see_each_others_changes(walk: Walk) -> None:
    """Different fields join; the same field keeps both texts until somebody chooses."""
    kim, olive = walk.kim, walk.owner
    olive.goto(f"/desk/incidents/{walk.incident}")
    olive.get_by_label("E-mail subject").fill("Card payments fail: we are on it")
    subject = kim.get_by_label("E-mail subject")
    until(lambda: subject.input_value() == "Card payments fail: we are on it", "the other's change")
    assert "Olive Owner" in kim.locator("#draft-trouble").inner_text()
    kim.context.set_offline(True)
    kim.get_by_label("What customers read").fill(WORDS + "\n\nKim was here.")
    olive.get_by_label("What customers read").fill(WORDS + "\n\nOlive was here.")
    until(lambda: "Saved" in olive.locator("#draft-saved").inner_text(), "saved")
    kim.wait_for_timeout(1200)
    kim.context.set_offline(False)
    clash = kim.locator("[data-clash=body]")
    clash.wait_for()
    assert "Olive was here." in clash.inner_text()
    assert "Kim was here." in kim.get_by_label("What customers read").input_value()
    walk.look(kim, "draft-clash")
    clash.get_by_role("button", name="Edit the two together").click()
    both = kim.get_by_label("What customers read").input_value()
    assert "Kim was here." in both
    assert "Olive was here." in both
    kim.get_by_label("What customers read").fill(WORDS)
    olive.get_by_label("E-mail subject").focus()  # a field under the cursor does not move
    seen = olive.get_by_label("What customers read")
    until(lambda: seen.input_value() == WORDS, "the last word at the other's")


def the_viewer_looks_and_cannot_touch(walk: Walk) -> None:
    """No control offers what the role does not allow, and no address does it."""
    page = walk.vera
    page.goto(f"/desk/incidents/{walk.incident}")
    for name in ("Check and publish…", "Save and preview", "Declare an incident"):
        assert page.get_by_role("button", name=name).count() == 0
    assert page.get_by_label("What customers read").is_disabled()
    walk.look(page, "draft-of-a-viewer")
    draft = page.locator("form[data-draft]").get_attribute("data-draft")
    page.goto(f"/desk/drafts/{draft}/publish")
    assert page.get_by_role("button", name="Publish now").is_disabled()
    refused = page.context.request.post(
        f"/desk/drafts/{draft}/publish",
        form={"csrf_token": _token(page), "version": "1"},
        headers={"Referer": page.url},
    )
    assert refused.status == 403
    answer = page.goto("/desk/incidents/new")
    assert answer.status == 403
    walk.look(page, "refused")
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url("**/desk/")
    assert page.goto("/desk/team").status == 403


def _token(page: Any) -> str:
    return str(page.locator("input[name=csrf_token]").first.input_value())


def _component(page: Any, name: str) -> Any:
    return page.locator(".pick", has_text=name).locator("select")
