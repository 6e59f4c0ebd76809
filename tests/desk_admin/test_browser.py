"""The administration pages in a real browser: the first visit, a phone's width, both themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from statushub.accounts import service
from statushub.accounts.permissions import Role
from statushub.channels.models import Channel
from statushub.core.audit import SYSTEM
from statushub.incidents import components
from tests.conftest import PASSWORD
from tests.desk_admin.conftest import House

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("app", ["sqlite"], indirect=True),
]


def fill_setup(page: Any) -> None:
    """What a person types on the first visit."""
    page.get_by_label("Name of the status page").fill("Acme Cloud")
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("Your e-mail address").fill("ada@example.com")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Components, one per line").fill("Website\nPayments: Cards")
    page.get_by_role("button", name="Add and finish").click()


def test_the_first_visit_guesses_the_time_zone_and_ends_at_the_desk(
    live_server: str, browser_page: Any
) -> None:
    browser_page.goto(f"{live_server}/desk/setup?token={service.setup_token()}")
    assert browser_page.get_by_label("Time zone").input_value() == "Europe/London"
    fill_setup(browser_page)
    browser_page.get_by_text("Your page is ready, with 2 components.").wait_for()
    assert browser_page.url == f"{live_server}/desk/"


def test_the_first_visit_works_without_javascript(live_server: str, chromium: Any) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.goto(f"{live_server}/desk/setup?token={service.setup_token()}")
    assert page.get_by_label("Time zone").input_value() == "Etc/UTC"
    fill_setup(page)
    assert page.get_by_text("Your page is ready, with 2 components.").is_visible()
    page.goto(f"{live_server}/desk/components")
    page.get_by_role("button", name="Move Payments up").click()
    assert re.search(r"/desk/components#\w+$", page.url)
    page.goto(f"{live_server}/desk/team")
    page.get_by_label("E-mail address").fill("new@example.com")
    page.get_by_role("button", name="Make an invitation").click()
    assert "/desk/invitations/" in page.get_by_label("Link").input_value()
    page.goto(f"{live_server}/desk/team")
    page.get_by_text("Withdraw", exact=True).first.click()
    page.get_by_role("button", name="Withdraw").click()
    assert page.get_by_text("no longer works").is_visible()
    context.close()


@pytest.fixture
def places(house: House, channel: Channel, make_user: Callable[..., Any]) -> list[str]:
    """Every page of the administration, with something on it."""
    owner = make_user("owner", email="ada@example.com", name="Ada Lovelace")
    service.invite(owner.actor, "somebody.with.a.long.name@example.com", Role.VIEWER)
    service.create_api_key(SYSTEM, "Monitoring", Role.RESPONDER)
    old = components.add_component(SYSTEM, name="Recurring invoices of the former billing system")
    components.archive_component(SYSTEM, old.id)
    return [
        "/desk/account",
        "/desk/team",
        f"/desk/team/{owner.id}",
        "/desk/roles",
        "/desk/api-keys",
        "/desk/components",
        "/desk/components/new",
        f"/desk/components/{house.cards.id}",
        f"/desk/components/{old.id}",
        f"/desk/component-groups/{house.group.id}",
        "/desk/channels",
        "/desk/channels/connect/x",
        f"/desk/channels/{channel.id}",
        "/desk/subscribers",
        "/desk/settings",
        "/desk/audit",
        "/desk/setup/components",
        "/desk/forgotten-password",
        "/ja/desk/team",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(
    live_server: str, places: list[str], browser_page: Any, scheme: str
) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.goto(f"{live_server}/desk/sign-in")
    problems = looked_at(browser_page, "/desk/sign-in")
    browser_page.get_by_label("E-mail address").fill("ada@example.com")
    browser_page.get_by_label("Password").fill(PASSWORD)
    browser_page.get_by_role("button", name="Sign in").click()
    for path in places:
        assert browser_page.goto(f"{live_server}{path}").status == 200, path
        problems += looked_at(browser_page, path)
    assert problems == []


def looked_at(page: Any, path: str) -> list[str]:
    """What axe finds, and how far the page is too wide at 320 pixels."""
    page.set_viewport_size({"width": 1280, "height": 800})
    found = [
        f"{path}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
    ]
    page.set_viewport_size({"width": 320, "height": 640})
    root = "document.documentElement"
    over = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return [*found, f"{path}: {over} pixels too wide"] if over > 0 else found
