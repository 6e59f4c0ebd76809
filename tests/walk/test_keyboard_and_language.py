"""With a keyboard alone, and in Japanese: declare and publish, the public page, the desk."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.walk.hands import press, reach, write
from tests.walk.looks import look
from tests.walk.product import Product
from tests.walk.story.walk import PASSWORD, until
from tests.walk.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Payouts arrive a day late. More by noon."


@pytest.fixture
def windows(demo: Product, open_windows: Callable[[Product], Windows]) -> Windows:
    return open_windows(demo)


def test_an_incident_is_declared_and_published_by_keyboard(demo: Product, windows: Windows) -> None:
    page = windows.open()
    page.goto("/desk/sign-in")
    write(page, "E-mail address", "olive@example.com")
    write(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/incidents/new")
    write(page, "Title", "Payouts are late")
    write(page, "What do customers notice?", "Payouts arrive late.")
    reach(page, "Payouts")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    impact = page.locator("#computed-impact")
    until(lambda: impact.inner_text() == "Minor impact", "the impact")
    press(page, "Declare, and write the first update")
    page.wait_for_url("**#draft")
    write(page, "What customers read", WORDS)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/publish?*")
    assert page.evaluate("document.activeElement.innerText") == "Publish now"
    page.keyboard.press("Enter")
    page.wait_for_url("**/deliveries")
    until(lambda: WORDS in _get(demo, "/"), "the update on the page", 1.0)


def test_a_reader_without_a_mouse_finds_the_day_something_broke(windows: Windows) -> None:
    page = windows.open()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    bars = page.get_by_role("slider").first
    bars.focus()
    before = bars.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert bars.get_attribute("aria-valuetext") != before
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") != "slider"


def test_page_and_desk_speak_japanese(windows: Windows) -> None:
    page = windows.open(locale="ja-JP", timezone_id="Asia/Tokyo")
    page.goto("/")
    if page.locator("html").get_attribute("lang") != "ja":
        page.get_by_role("link", name="日本語").click()
    assert page.locator("html").get_attribute("lang") == "ja"
    assert look(page, "ja-public") == []
    page.locator("article.incident h2 a").first.click()
    assert page.locator("html").get_attribute("lang") == "ja"
    _is_japanese(page)
    for name, path in (("subscribe", "/ja/subscribe"), ("report", "/ja/report")):
        page.goto(path)
        _is_japanese(page)
        assert look(page, f"ja-{name}") == []
    page.goto("/desk/sign-in")
    if page.locator("html").get_attribute("lang") != "ja":
        page.get_by_role("link", name="日本語").click()
    page.locator("input[name=email]").fill("hana@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").click()
    page.wait_for_url("**/desk/")
    page.goto("/desk/account")
    page.locator("select[name=locale]").select_option("ja")
    page.locator("form", has=page.locator("select[name=locale]")).locator("button").click()
    wrong = []
    for name in ("", "incidents", "incidents/new", "maintenance/new", "channels", "team", "roles"):
        page.goto(f"/desk/{name}")
        assert page.locator("html").get_attribute("lang") == "ja", name
        _is_japanese(page)
        wrong += look(page, f"ja-desk-{name.replace('/', '-') or 'overview'}")
    page.goto("/desk/incidents")
    page.locator(".line-title").first.click()
    wrong += look(page, "ja-incident")
    assert wrong == []


def _is_japanese(page: Any) -> None:
    """Its own words at least; what people wrote stays as they wrote it."""
    words = page.title() + page.locator("main").inner_text()
    assert any(ord(letter) > 0x3000 for letter in words), words


def _get(product: Product, path: str) -> str:
    with urllib.request.urlopen(product.url + path, timeout=10) as answer:
        return str(answer.read().decode())
