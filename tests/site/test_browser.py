"""The public pages in a real browser: small, readable without JavaScript, fit for everybody."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from sqlalchemy import select

from statushub.core.db import db
from statushub.feedback.models import FeedbackItem
from statushub.subscribers.models import Subscriber
from tests.site import scenes

pytestmark = pytest.mark.browser

BUDGET_BYTES = 20_000
BUDGET_REQUESTS = 4


@pytest.fixture
def plain_page(chromium: Any) -> Iterator[Any]:
    """A phone's window, 320 pixels wide, with JavaScript off."""
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    """One database is enough for what a browser shows."""
    return sqlite_app


@pytest.fixture
def scene(app: Flask, frozen_time: Any) -> str:
    """A page with an incident under way; its id."""
    _, found = scenes.broken(frozen_time)
    return found.id


def _paths(incident: str) -> list[str]:
    return [
        "/",
        "/history",
        "/uptime",
        f"/incidents/{incident}",
        "/subscribe",
        "/subscribe/webhook",
        "/subscribe/feeds",
        "/report",
        "/nowhere",
        "/ja/",
    ]


def test_the_first_view_is_small_and_takes_few_requests(
    scene: str, live_server: str, browser_page: Any
) -> None:
    sizes: dict[str, int] = {}
    browser_page.on(
        "response",
        lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body(), 9))}),
    )
    browser_page.goto(live_server, wait_until="networkidle")
    fetched = {url for url in sizes if not url.startswith("data:")}
    assert len(fetched) <= BUDGET_REQUESTS, fetched
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


def test_the_first_screen_of_a_phone_answers_the_questions(
    scene: str, live_server: str, browser_page: Any
) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 664})
    browser_page.goto(live_server)
    for words in ("Partial System Outage", "API – REST API", "3 of 5 regions done", "Get updates"):
        box = browser_page.get_by_text(words).first.bounding_box()
        assert box["y"] + box["height"] <= 664, words


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(
    scene: str, live_server: str, browser_page: Any, width: int
) -> None:
    browser_page.set_viewport_size({"width": width, "height": 700})
    for path in _paths(scene):
        browser_page.goto(live_server + path)
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(
    scene: str, live_server: str, browser_page: Any, scheme: str
) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    for path in _paths(scene):
        browser_page.goto(live_server + path)
        results = Axe().run(browser_page)
        assert results.violations_count == 0, (path, results.generate_report())


def test_bars_are_one_tab_stop_each_with_a_table_behind(
    scene: str, live_server: str, browser_page: Any
) -> None:
    browser_page.goto(live_server + "/uptime")
    bars = browser_page.locator("[data-bars]").first
    assert bars.locator("[tabindex='0']").count() <= 1
    bars.locator("summary").click()
    row = bars.get_by_role("row", name="Major outage: 47 min")
    assert row.get_by_role("link").get_attribute("href").startswith("/incidents/")


def test_everything_can_be_read_without_javascript(
    scene: str, live_server: str, plain_page: Any
) -> None:
    plain_page.goto(live_server)
    assert plain_page.get_by_text("3 of 5 regions done").is_visible()
    plain_page.get_by_role("link", name="Payments and sign-in fail").first.click()
    assert plain_page.get_by_text("We are finding out why").is_visible()
    plain_page.goto(live_server + "/history")
    assert plain_page.get_by_role("link", name="Webhooks trouble").is_visible()


def test_a_report_can_be_sent_without_javascript(
    app: Flask, scene: str, live_server: str, plain_page: Any
) -> None:
    plain_page.goto(live_server)
    plain_page.get_by_role("link", name="Report a problem").first.click()
    plain_page.get_by_label("What is wrong?").fill("My card is declined")
    plain_page.get_by_label("Which part is it about?").select_option(label="API – REST API")
    plain_page.get_by_role("button", name="Send report").click()
    assert plain_page.get_by_text("Thank you, your report has arrived").is_visible()
    db.session.rollback()  # ends the read before it
    item = db.session.scalars(select(FeedbackItem)).one()
    assert item.body == "My card is declined"
    assert item.incident_id == scene


def test_one_can_subscribe_without_javascript(
    app: Flask, scene: str, live_server: str, plain_page: Any
) -> None:
    plain_page.goto(live_server)
    plain_page.get_by_role("link", name="Get updates").first.click()
    plain_page.get_by_label("E-mail address").fill("ann@example.com")
    plain_page.get_by_label("Website").check()
    plain_page.get_by_role("button", name="Subscribe").click()
    assert plain_page.get_by_text("One more step").is_visible()
    db.session.rollback()  # ends the read before it
    subscriber = db.session.scalars(select(Subscriber)).one()
    assert subscriber.endpoint == "ann@example.com"
    assert len(subscriber.subscriptions) == 1


def test_the_trap_for_robots_is_not_in_the_way_of_people(
    scene: str, live_server: str, browser_page: Any
) -> None:
    browser_page.goto(live_server + "/report")
    seen = []
    for _ in range(20):
        browser_page.keyboard.press("Tab")
        seen.append(browser_page.evaluate("document.activeElement.name || ''"))
    assert "body" in seen
    assert "website" not in seen


def test_times_are_in_the_readers_zone(scene: str, live_server: str, chromium: Any) -> None:
    context = chromium.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server}/incidents/{scene}")
    assert "22:52" in page.locator(".update").first.inner_text()
    context.close()
