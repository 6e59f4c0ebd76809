"""The whole write path in a browser whose scripts are off: sign in, declare, draft, publish."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

import pytest

from tests.walk.product import Product
from tests.walk.story.walk import PASSWORD, until
from tests.walk.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_update_is_published_without_a_script(
    demo: Product, open_windows: Callable[[Product], Windows]
) -> None:
    page = open_windows(demo).open(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Staff sign-in").click()
    page.get_by_label("E-mail address").fill("ines@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Declare an incident").first.click()
    page.get_by_label("Title").fill("Payouts are late")
    page.get_by_label("What do customers notice?").fill("Payouts arrive a day late.")
    payouts = page.locator(".pick", has_text="Payouts").locator("select")
    payouts.select_option(label="Degraded performance")
    page.get_by_role("button", name="Work it out again").click()
    assert "Minor impact" in page.locator("#computed-impact").inner_text()
    assert page.get_by_label("Title").input_value() == "Payouts are late"
    page.get_by_role("button", name="Declare, and write the first update").click()
    page.get_by_label("What customers read").fill("Payouts arrive **a day** late.")
    page.get_by_role("button", name="Save and preview").click()
    assert page.locator("#preview-page strong", has_text="a day").count() == 1
    page.get_by_role("button", name="Check and publish…").click()
    page.get_by_role("button", name="Publish now").click()
    assert "Who has been told" in page.locator("h1").inner_text()
    page.get_by_role("link", name="Back to the incident").click()
    page.get_by_role("button", name="Write the next update").click()
    page.get_by_label("Resolved").check()
    page.get_by_label("What customers read").fill("Payouts are on time again.")
    page.get_by_role("button", name="Check and publish…").click()
    page.get_by_role("button", name="Publish now").click()
    until(lambda: "Payouts are on time again." in _front(demo), "the last word", 1.0)


def test_two_texts_are_settled_without_a_script(
    demo: Product, open_windows: Callable[[Product], Windows]
) -> None:
    """Saved over somebody's newer text: both are shown, nothing is lost."""
    windows = open_windows(demo)
    page = windows.open(java_script_enabled=False)
    page.goto("/desk/incidents")
    page.get_by_label("E-mail address").fill("ines@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".line-title").first.click()
    page.get_by_role("button", name="Write the next update").click()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("What customers read").fill("What the other window says.")
    other.get_by_role("button", name="Save and preview").click()
    page.get_by_label("What customers read").fill("What this window says.")
    page.get_by_role("button", name="Save and preview").click()
    said = page.locator("main").inner_text()
    assert "What the other window says." in said
    assert "What this window says." in said
    page.get_by_label("Keep mine").first.check()
    page.get_by_role("button", name="Save this").click()
    assert page.get_by_label("What customers read").input_value() == "What this window says."


def _front(product: Product) -> str:
    with urllib.request.urlopen(f"{product.url}/", timeout=10) as answer:
        return str(answer.read().decode())
