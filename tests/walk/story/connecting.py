"""Point 5, the other side: the account on X is connected, the mail server checked."""

from __future__ import annotations

from tests.emulators.x_api import UNAUTHORIZED
from tests.walk.story.walk import Walk


def the_account_on_x_is_connected(walk: Walk) -> None:
    """Wrong keys are refused in words; right ones are tried at once and never shown again."""
    page = walk.owner
    page.goto("/desk/channels")
    walk.look(page, "channels-none")
    page.get_by_role("link", name="Connect X (Twitter)").click()
    walk.look(page, "channel-connect")
    _enter(walk, dict.fromkeys(walk.network.account.secrets, "nonsense"))
    assert "X does not accept the account's keys." in page.locator("main").inner_text()
    if "/connect/" not in page.url:  # it is kept, switched off
        page.get_by_label("API key", exact=True).wait_for()
    _enter(walk, walk.network.account.secrets)
    page.get_by_text("On", exact=True).first.wait_for()
    shown = page.content()
    assert not any(secret in shown for secret in walk.network.account.secrets.values())
    walk.look(page, "channel")
    page.get_by_role("button", name="Check the connection").click()
    assert "@acme" in page.locator("main").inner_text()
    assert walk.network.posts == []


def a_check_says_when_the_network_refuses(walk: Walk) -> None:
    """The keys were withdrawn at X: the desk says so, and the account is connected again."""
    page = walk.owner
    path = "/2/users/me"
    walk.network.fail(type(UNAUTHORIZED)(**{**vars(UNAUTHORIZED), "method": "GET", "path": path}))
    page.get_by_role("button", name="Check the connection").click()
    assert "X does not accept the account's keys." in page.locator("main").inner_text()
    page.get_by_role("button", name="Check the connection").click()
    page.get_by_text("On", exact=True).first.wait_for()


def the_mail_server_is_checked(walk: Walk) -> None:
    page = walk.owner
    page.goto("/desk/channels")
    page.get_by_role("button", name="Check the mail server").click()
    assert "works" in page.locator("main").inner_text().lower()
    walk.look(page, "channels")


def _enter(walk: Walk, secrets: dict[str, str]) -> None:
    page = walk.owner
    page.get_by_label("Name", exact=False).first.fill("Harbour Pay on X")
    labels = {
        "consumer_key": "API key",
        "consumer_secret": "API key secret",
        "access_token": "Access token",
        "access_token_secret": "Access token secret",
    }
    for key, label in labels.items():
        page.get_by_label(label, exact=True).fill(secrets[key])
    page.get_by_label("User name").fill("acme")
    page.get_by_role("button", name="and check").click()
