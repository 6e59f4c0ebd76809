"""What the tests of the administration pages share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from statushub.accounts import service as accounts
from statushub.accounts.permissions import Role
from statushub.channels import service as channels
from statushub.channels.models import Channel
from statushub.core.audit import SYSTEM
from statushub.incidents import service as incidents
from statushub.incidents.models import Component, ComponentGroup, Page

X_KEYS = {
    "consumer_key": "ck-public",
    "consumer_secret": "cs-very-secret",
    "access_token": "at-public",
    "access_token_secret": "ats-very-secret",
    "username": "acme",
}


@dataclass
class House:
    """A StatusHub that is set up: a page, a group of two, one component by itself."""

    page: Page
    group: ComponentGroup
    cards: Component
    invoices: Component
    website: Component


@pytest.fixture
def house(app: Flask) -> House:
    """Set up, with nobody signed in."""
    page = incidents.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    website = incidents.add_component(SYSTEM, name="Website")
    group = incidents.add_group(SYSTEM, "Payments")
    cards = incidents.add_component(SYSTEM, name="Cards", group_id=group.id)
    invoices = incidents.add_component(SYSTEM, name="Invoices", group_id=group.id)
    return House(page, group, cards, invoices, website)


@pytest.fixture
def channel(house: House) -> Channel:
    """A connected account."""
    return channels.connect(SYSTEM, "x", "@acme", X_KEYS)


@pytest.fixture
def owner(house: House, sign_in: Callable[..., Any]) -> Any:
    """The owner, signed in."""
    return sign_in("owner")


@pytest.fixture
def invitation(owner: Any) -> Any:
    """An open invitation, with its token: ``(invitation, token)``."""
    return accounts.invite(owner.actor, "new@example.com", Role.RESPONDER)


@pytest.fixture
def fetch(client: FlaskClient) -> Callable[..., str]:
    """Gets a page that must be there, be valid HTML, and have a title and one heading."""

    def get(path: str, status: int = 200, **more: Any) -> str:
        return audited(client.get(path, **more), status)

    return get


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., str]:
    """Posts a form and follows where it leads; the page there is audited like any other."""

    def post(path: str, code: int = 200, /, **fields: Any) -> str:
        return audited(client.post(path, data=fields, follow_redirects=True), code)

    return post


def audited(response: Any, status: int) -> str:
    """The text of a page; asserts what every page of the desk keeps."""
    text: str = response.get_data(as_text=True)
    assert response.status_code == status, text[:2000]
    html5lib.HTMLParser(strict=True).parse(text)
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title is not None
    assert title[1].split(" · ")[0].strip()
    assert text.count("<h1") == 1
    wrong = 'aria-invalid="true"' in text or 'id="error-summary"' in text
    assert title[1].startswith("Error:") is wrong, title[1]
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    return text
