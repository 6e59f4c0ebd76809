"""Point 1 and 3: the set-up link, the page and its parts, colleagues by link."""

from __future__ import annotations

import re
import time

from tests.walk.story.walk import PASSWORD, Walk

COMPONENTS = "Website\nAPI\nPayments: Card payments\nPayments: Invoices"


def the_owner_sets_up_the_page(walk: Walk) -> None:
    """From the printed link to a public page in far less than two minutes."""
    began = time.monotonic()
    page = walk.owner = walk.windows.open()
    page.goto(walk.product.setup_link)
    assert page.get_by_label("Time zone").input_value() == "Europe/London"  # the browser's own
    walk.look(page, "setup")
    page.get_by_label("Name of the status page").fill("Harbour Pay")
    page.get_by_label("Your name").fill("Olive Owner")
    page.get_by_label("Your e-mail address").fill("olive@example.com")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    walk.look(page, "setup-components")
    page.get_by_label("Components, one per line").fill(COMPONENTS)
    page.get_by_role("button", name="Add and finish").click()
    page.get_by_text("Your page is ready, with 4 components.").wait_for()
    walk.visible("All Systems Operational", "/")
    assert time.monotonic() - began < 120
    walk.look(page, "overview-quiet")
    for name in ("Website", "API", "Payments", "Card payments", "Invoices"):
        assert name in walk.get("/")


def the_link_works_once(walk: Walk) -> None:
    """Whoever finds it later gets the sign-in."""
    stranger = walk.windows.open()
    stranger.goto(walk.product.setup_link)
    assert stranger.url.startswith(f"{walk.product.url}/desk/sign-in")
    walk.look(stranger, "sign-in")
    stranger.context.close()


def colleagues_come_in_by_link(walk: Walk) -> None:
    """A communications manager and a viewer, each in a browser of their own."""
    walk.kim = _invited(walk, "kim@example.com", "Kim Comms", "Communications manager")
    walk.vera = _invited(walk, "vera@example.com", "Vera Viewer", "Viewer")
    walk.owner.goto("/desk/team")
    walk.look(walk.owner, "team")
    assert walk.owner.get_by_role("row", name=re.compile("Kim Comms")).count() == 1
    walk.owner.goto("/desk/roles")
    walk.look(walk.owner, "roles")


def _invited(walk: Walk, email: str, name: str, role: str) -> object:
    walk.owner.goto("/desk/team")
    walk.owner.get_by_label("E-mail").fill(email)
    walk.owner.get_by_label("Role").select_option(label=role)
    walk.owner.get_by_role("button", name="Make an invitation").click()
    walk.look(walk.owner, "invitation-made")
    link = walk.owner.get_by_label("Link").input_value()
    assert link in walk.mail_to(email, "/desk/invitations/").text
    page = walk.windows.open()
    page.goto(link)
    assert role.lower() in page.locator("main").inner_text().lower()
    walk.look(page, "invitation")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/desk/")
    assert name in page.locator("body").inner_text()
    again = walk.windows.open()
    again.goto(link)
    assert again.get_by_role("button", name="Join").count() == 0
    again.context.close()
    return page
