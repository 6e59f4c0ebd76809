"""Browser windows on the desk: fixtures and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from statushub.core.db import db
from statushub.publishing import drafts
from statushub.publishing.models import Draft
from tests.conftest import PASSWORD
from tests.desk.conftest import Acme


@pytest.fixture
def draft(acme: Acme) -> Draft:
    return acme.draft(acme.declare(), body="Our first words.")


@pytest.fixture
def enter(live_server: str, make_user: Callable[..., Any]) -> Callable[..., None]:
    """Signs a browser window in, through the door that people use."""
    make_user("owner", email="first@example.com")  # without an owner every door leads to the set-up

    def sign_in(page: Any, role: str = "communications_manager", **facts: str) -> None:
        user = make_user(role, **facts)
        page.goto(f"{live_server}/desk/sign-in")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")

    return sign_in


@pytest.fixture
def editor(live_server: str, browser_page: Any, enter: Callable[..., None], draft: Draft) -> Any:
    """A window with the editor of the draft open."""
    enter(browser_page)
    browser_page.goto(f"{live_server}/desk/incidents/{draft.incident_id}")
    browser_page.locator("#draft-saved").get_by_text(re.compile(r"Saved \d\d:\d\d:\d\d")).wait_for()
    return browser_page


@pytest.fixture
def second_window(chromium: Any) -> Iterator[Any]:
    """A window of another person."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def now(draft: Draft) -> Draft:
    db.session.rollback()
    return drafts.get_draft(draft.id)


def saved(page: Any) -> None:
    expect(page.locator("#draft-saved")).to_have_attribute("data-kind", "saved", timeout=10_000)


def body_is(page: Any, text: str) -> None:
    expect(page.locator("#body")).to_have_value(text, timeout=10_000)
