"""Points 5, 7: customers subscribe by mail and by webhook, choose their parts, and leave."""

from __future__ import annotations

import re
import urllib.request
from typing import Any

from tests.emulators.smtp_sink import Mail
from tests.walk.story.walk import Walk, until

ANN, BEN = "ann@customer.example", "ben@customer.example"


def ann_subscribes_by_mail(walk: Walk) -> None:
    """To everything; nothing is sent before the link in the first mail is confirmed."""
    page = walk.windows.open()
    page.goto("/")
    walk.look(page, "public-quiet")
    page.get_by_role("link", name="Get updates").click()
    walk.look(page, "subscribe")
    page.get_by_label("E-mail address").fill(ANN)
    page.get_by_role("button", name="Subscribe").click()
    assert ANN in page.locator("main").inner_text()
    walk.look(page, "subscribe-sent")
    mail = walk.mail_to(ANN, "/subscriptions/confirm/")
    page.goto(_link(mail, "/subscriptions/confirm/"))
    walk.look(page, "confirm")
    page.get_by_role("button", name="Yes, send me updates").click()
    assert "You are subscribed" in page.locator("main").inner_text()
    walk.look(page, "confirmed")
    page.get_by_role("link", name="Change what you hear about").click()
    walk.links["ann"] = page.url
    walk.look(page, "manage")
    page.context.close()


def ben_subscribes_to_one_part(walk: Walk) -> None:
    """Only Invoices."""
    page = walk.windows.open()
    page.goto("/subscribe")
    page.get_by_label("E-mail address").fill(BEN)
    page.get_by_label("Invoices").check()
    page.get_by_role("button", name="Subscribe").click()
    page.goto(_link(walk.mail_to(BEN, "/subscriptions/confirm/"), "/subscriptions/confirm/"))
    page.get_by_role("button", name="Yes, send me updates").click()
    page.get_by_role("link", name="Change what you hear about").click()
    assert page.get_by_label("Invoices").is_checked()
    assert not page.get_by_label("Card payments").is_checked()
    walk.links["ben"] = page.url
    page.context.close()


def a_machine_subscribes_by_webhook(walk: Walk) -> None:
    """Its owner opens the link in the first signed request and finds the signing secret."""
    page = walk.windows.open()
    page.goto("/subscribe/webhook")
    walk.look(page, "subscribe-webhook")
    field = page.get_by_label("address", exact=False).first
    field.fill("http://10.0.0.7/hook")
    page.get_by_role("button", name="Subscribe").click()
    assert "There is a problem" in page.locator("main").inner_text()
    walk.look(page, "subscribe-webhook-refused")
    field = page.get_by_label("address", exact=False).first
    field.fill(walk.receiver.url)
    page.get_by_role("button", name="Subscribe").click()
    (call,) = walk.receiver.wait_for(1)
    page.goto(re.search(r"http[^\"\s]+/subscriptions/confirm/[^\"\s]+", call.body).group())
    page.get_by_role("button", name="Yes, send me updates").click()
    secret = re.search(r"whsec_\S+", page.locator("main").inner_text()).group()
    walk.look(page, "confirmed-webhook")
    assert call.verifies(secret)
    walk.receiver.secrets.append(secret)
    page.goto("/subscribe/feeds")
    walk.look(page, "subscribe-feeds")
    page.context.close()


def ann_leaves_by_one_click(walk: Walk) -> None:
    """As a mail provider does it: a POST without cookies or a page (RFC 8058)."""
    mail = walk.mails_to(ANN)[-1]
    link = str(mail.message["List-Unsubscribe"]).strip("<>")
    body = str(mail.message["List-Unsubscribe-Post"]).encode()
    assert walk.status_of(urllib.request.Request(link)) == 200  # a scanner opens it: no effect
    request = urllib.request.Request(link, data=body, method="POST")
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    assert walk.status_of(request) == 200
    page = walk.windows.open()
    page.goto(walk.links["ann"])
    assert "not active" in page.locator("main").inner_text()
    walk.look(page, "manage-ended")
    page.context.close()


def ben_changes_his_mind_twice(walk: Walk) -> None:
    """First another part, then none at all, by the page."""
    page = walk.windows.open()
    page.goto(walk.links["ben"])
    page.get_by_label("Card payments").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert page.get_by_label("Card payments").is_checked()
    page.goto(_tail(walk.links["ben"]) + "/unsubscribe")
    walk.look(page, "unsubscribe")
    page.get_by_role("button", name="Unsubscribe").click()
    walk.look(page, "unsubscribed")
    page.goto(walk.links["ben"])
    assert "not active" in page.locator("main").inner_text()
    page.context.close()


def forged_links_are_refused(walk: Walk) -> None:
    """A changed token is nobody's."""
    page = walk.windows.open()
    for path in ("/subscriptions/forged.token", "/subscriptions/confirm/forged.token"):
        answer = page.goto(path)
        assert 400 <= answer.status < 500
    walk.look(page, "forged-link")
    page.context.close()


def _tail(link: str) -> str:
    return link.split("?", maxsplit=1)[0].rstrip("/")


def _link(mail: Mail, part: str) -> str:
    found: Any = re.search(rf"http\S+{re.escape(part)}\S+", mail.text)
    assert found, mail.text
    return str(found.group())


def nobody_hears_any_more(walk: Walk, words: str) -> None:
    """After both have left: this update reaches the machine alone."""
    until(lambda: any(words in call.body for call in walk.receiver.calls), "the webhook")
    assert not [mail for mail in walk.mail.mails if words in mail.text]
