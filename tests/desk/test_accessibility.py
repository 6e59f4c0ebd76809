"""The working pages of the desk under axe, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from statushub.feedback import service as feedback
from tests.desk.conftest import Acme
from tests.desk.windows import enter

__all__ = ["enter"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    acme: Acme, live_server: str, browser_page: Any, enter: Callable[..., None], scheme: str
) -> None:
    incident = acme.declare()
    update = acme.publish(incident)
    draft = acme.draft(incident, body="Words.")
    item = feedback.send_feedback(body="It is broken")
    enter(browser_page)
    browser_page.emulate_media(color_scheme=scheme)
    found = {}
    for path in (
        "",
        "incidents",
        "incidents/new",
        f"incidents/{incident.id}",
        f"incidents/{incident.id}/edit",
        f"drafts/{draft.id}/publish",
        f"drafts/{draft.id}/versions",
        f"updates/{update.id}/deliveries",
        "maintenance",
        "maintenance/new",
        "feedback",
        f"feedback/{item.id}",
    ):
        browser_page.goto(f"{live_server}/desk/{path}")
        results = Axe().run(browser_page)
        if results.violations_count:
            found[path] = results.generate_report()
    assert found == {}
