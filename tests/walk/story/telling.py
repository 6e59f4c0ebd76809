"""Points 5, 6: published once, and everybody who should know, knows; the board says so truly."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import feedparser

from tests.emulators.x_api import UNAVAILABLE, refused
from tests.walk.story.customers import ANN, BEN
from tests.walk.story.declaring import TITLE
from tests.walk.story.walk import Walk, until

EVERYWHERE = ("/", "/history.rss", "/history.atom", "/feed.json", "/api/v2/summary.json")


def kim_publishes_and_everybody_sees_it(walk: Walk) -> None:
    """Page, history, feeds and API within a second of the click's answer."""
    page = walk.kim
    page.get_by_role("button", name="Check and publish…").click()
    page.get_by_role("heading", name="Publish this update?").wait_for()
    said = page.locator("main").inner_text()
    assert "1 person gets an e-mail" in said  # Ben asked for invoices alone
    assert "1 webhook is called" in said
    assert "Harbour Pay on X" in said
    walk.look(page, "publish")
    page.get_by_role("button", name="Publish now").click(no_wait_after=True)
    page.wait_for_url("**/deliveries", wait_until="commit")
    began = time.monotonic()
    walk.visible("Invoices are not affected", *EVERYWHERE)
    walk.visible(TITLE, "/history", f"/incidents/{walk.incident}", seconds=1.0)
    assert time.monotonic() - began < 1.5
    _note_update(walk)
    _it_is_the_same_everywhere(walk)
    reader = walk.windows.open()
    reader.goto("/")
    assert TITLE in reader.locator("main").inner_text()
    assert reader.locator("main strong", has_text="14:02").count() == 1
    walk.look(reader, "public-incident")
    reader.get_by_role("link", name=TITLE).first.click()
    walk.look(reader, "incident")
    reader.goto("/history")
    walk.look(reader, "history")
    reader.context.close()


def _it_is_the_same_everywhere(walk: Walk) -> None:
    """State, impact, component and address agree in every format."""
    summary = walk.get_json("/api/v2/summary.json")
    (incident,) = summary["incidents"]
    assert (incident["id"], incident["name"]) == (walk.incident, TITLE)
    assert (incident["status"], incident["impact"]) == ("investigating", "major")
    states = {one["name"]: one["status"] for one in summary["components"]}
    assert states["Card payments"] == "partial_outage"
    assert states["Payments"] == "partial_outage"  # the group is as bad as its worst part
    assert states["Website"] == "operational"
    assert summary["status"]["indicator"] == "minor"
    for path in ("/history.rss", "/history.atom"):
        feed = feedparser.parse(io.BytesIO(walk.get(path).encode()))
        assert not feed.bozo
        assert feed.entries[0].link.endswith(f"/incidents/{walk.incident}")
    (item,) = walk.get_json("/feed.json")["items"]
    assert item["url"].endswith(f"/incidents/{walk.incident}")


def everybody_subscribed_is_told(walk: Walk) -> None:
    """A mail with one-click and threading headers, a signed call, a post with the link."""
    mail = walk.mail_to(ANN, "Invoices are not affected")
    assert mail.subject == "Card payments fail: we are on it"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe" in mail.message["List-Unsubscribe"]
    assert walk.incident in mail.message["References"]
    assert not [one for one in walk.mails_to(BEN) if "Invoices are not" in one.text]
    call = until(lambda: _call(walk, "Invoices are not affected"), "the webhook")
    assert call.signed_by == walk.receiver.secrets[0]
    assert call.json["incident"]["id"] == walk.incident
    assert call.json["page"]["status_indicator"] == "minor"
    (post,) = until(lambda: walk.network.posts, "the post")
    assert TITLE in post.sent
    assert f"/incidents/{walk.incident}" in post.sent
    assert post.in_reply_to is None


def the_board_says_who_has_been_told(walk: Walk) -> None:
    """It follows by itself, and leads to the post."""
    page = walk.kim
    until(lambda: _counts(page, "E-mail")["sent"] == 1, "the board's mail")
    assert _counts(page, "Webhook")["sent"] == 1
    assert _counts(page, "X (Twitter): Harbour Pay on X")["sent"] == 1
    post = walk.network.posts[0]
    link = page.get_by_role("link", name="See the post").get_attribute("href")
    assert link == f"https://x.com/acme/status/{post.id}"
    assert post.id in page.locator("main").inner_text()
    walk.look(page, "board")


def a_lost_answer_of_x_is_settled_by_a_person(walk: Walk) -> None:
    """X fails with 503: the others go out at once, the post is uncertain and never made twice by
    itself. Kim says that it is not there; it goes out as a reply to the first one."""
    walk.network.fail(UNAVAILABLE)
    page = publish(walk, "Identified", "We found the cause: a bank's gateway.")
    _note_update(walk)
    walk.visible("We found the cause", *EVERYWHERE)
    mail = walk.mail_to(ANN, "We found the cause")
    assert mail.message["References"] == walk.mails_to(ANN)[-2].message["References"]
    until(lambda: _call(walk, "We found the cause"), "the webhook")
    until(lambda: _counts(page, "X (Twitter)")["uncertain"] == 1, "uncertain")
    assert _counts(page, "E-mail")["sent"] == 1
    assert _counts(page, "X (Twitter)")["sent"] == 0
    assert "2 of 3 told so far." in page.locator("main").inner_text()
    assert "X failed with status 503" in page.locator("main").inner_text()
    assert len(walk.network.posts) == 1
    walk.look(page, "board-uncertain")
    overview = page.context.new_page()
    overview.goto("/desk/")
    assert "1 uncertain" in overview.locator("main").inner_text()
    walk.look(overview, "overview-busy")
    overview.close()
    page.get_by_role("button", name="It is not there: send again").click()
    first, second = until(lambda: len(walk.network.posts) == 2 and walk.network.posts, "the reply")
    assert second.in_reply_to == first.id
    until(lambda: _counts(page, "X (Twitter)")["sent"] == 1, "sent")


def a_refused_post_is_tried_again(walk: Walk) -> None:
    """X refuses for good: failed, with the reason in words; a person has it tried again."""
    walk.network.fail(refused(403, "Forbidden", "You are not permitted to perform this action."))
    page = publish(walk, "Monitoring", "Payments go through again.", "Operational")
    _note_update(walk)
    until(lambda: _counts(page, "X (Twitter)")["failed"] == 1, "failed")
    assert "not permitted to perform this action" in page.locator("main").inner_text()
    walk.look(page, "board-failed")
    page.get_by_role("button", name="Retry", exact=True).click()
    third = until(lambda: len(walk.network.posts) == 3 and walk.network.posts[-1], "the post")
    assert third.in_reply_to == walk.network.posts[1].id
    until(lambda: _counts(page, "X (Twitter)")["sent"] == 1, "sent")
    walk.visible("All Systems Operational", "/api/v2/status.json")
    walk.visible("We are working on a problem", "/")  # the page does not say "all is well" yet


def publish(walk: Walk, state: str, words: str, component: str = "") -> Any:
    """The next update, by Kim; her page then shows its board."""
    page = walk.kim
    page.goto(f"/desk/incidents/{walk.incident}")
    page.get_by_role("button", name="Write the next update").click()
    page.get_by_label(state, exact=False).first.check()
    page.get_by_label("What customers read").fill(words)
    if component:
        page.locator(".pick", has_text="Card payments").locator("select").select_option(component)
    page.get_by_role("button", name="Check and publish…").click()
    page.get_by_role("button", name="Publish now").click()
    page.wait_for_url("**/deliveries")
    return page


def _note_update(walk: Walk) -> None:
    found = re.search(r"/updates/([^/]+)/deliveries", walk.kim.url)
    assert found
    walk.updates.append(found.group(1))


def _call(walk: Walk, words: str) -> Any:
    return next((call for call in walk.receiver.calls if words in call.body), None)


def _counts(page: Any, label: str) -> dict[str, int]:
    """The board's line of one way out, read as a person reads it: "2 sent, 1 queued"."""
    line = page.locator("#board li.way", has_text=label).first.inner_text()
    found = dict.fromkeys(("sent", "sending", "queued", "uncertain", "failed"), 0)
    found |= {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", line) if word in found}
    return found
