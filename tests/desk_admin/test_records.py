"""Settings, subscribers, the audit log, the menu, the gallery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.accounts.audit_log import PAGE, audit_page
from statushub.core.audit import SYSTEM, AuditEntry, record
from statushub.core.db import db, transaction
from statushub.subscribers import queries, service
from statushub.subscribers.models import Subscriber, SubscriberState
from tests.desk_admin.conftest import House

Fetch = Callable[..., str]
SETTINGS = {
    "name": "Acme Cloud",
    "about": "We run clouds.",
    "url": "https://acme.example",
    "support_url": "",
    "time_zone": "Asia/Tokyo",
    "locale": "ja",
}


def test_the_settings_are_changed(owner: Any, house: House, send: Fetch) -> None:
    before = house.page.revision
    assert "Visitors see it now." in send("/desk/settings", **SETTINGS)
    assert (house.page.name, house.page.time_zone) == ("Acme Cloud", "Asia/Tokyo")
    assert house.page.revision > before


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"url": "javascript:alert(1)"},
        {"support_url": "ftp://acme.example"},
        {"time_zone": "Mars/Base"},
        {"locale": "tlh"},
        {"about": "x" * 2_001},
    ],
)
def test_a_wrong_setting_is_told_by_the_field_and_nothing_is_lost(
    owner: Any, house: House, send: Fetch, wrong: dict[str, str]
) -> None:
    page = send("/desk/settings", 422, **{**SETTINGS, **wrong})
    assert f'id="{next(iter(wrong))}-error"' in page
    if "about" not in wrong:
        assert "We run clouds." in page
    assert house.page.name == "Acme"


def subscribe(*addresses: str) -> list[Subscriber]:
    """Confirmed subscribers."""
    return [
        service.confirm(service.subscribe_email(address, locale="en").id) for address in addresses
    ]


def test_subscribers_are_searched_filtered_and_counted(
    owner: Any, house: House, fetch: Fetch
) -> None:
    subscribe("ann@example.com", "bob@example.org")
    service.subscribe_email("carl@example.org", locale="en", component_ids=[house.cards.id])
    assert "ann@example.com" in fetch("/desk/subscribers")
    page = fetch("/desk/subscribers?q=.org&state=unconfirmed")
    assert "carl@example.org" in page
    assert "Cards" in page
    assert "bob@example.org" not in page
    assert "Nobody found" in fetch("/desk/subscribers?q=%25")
    assert "ann@example.com" in fetch("/desk/subscribers?state=nonsense&kind=%00&after=x")


def test_subscribers_come_page_by_page(
    owner: Any, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    found = subscribe(*(f"{one}@example.com" for one in "abc"))
    first = fetch("/desk/subscribers")
    assert "c@example.com" not in first
    second = fetch(f"/desk/subscribers?after={found[1].id}")
    assert "c@example.com" in second
    assert "a@example.com" not in second


def test_a_subscriber_is_removed_and_it_is_recorded(owner: Any, send: Fetch) -> None:
    one = subscribe("ann@example.com")[0]
    assert "gets no more updates" in send(f"/desk/subscribers/{one.id}/remove")
    assert one.state is SubscriberState.UNSUBSCRIBED
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.verb, last.actor_name) == ("subscriber.removed", owner.name)


def test_who_may_only_see_subscribers_is_not_offered_to_remove_them(
    house: House, sign_in: Any, fetch: Fetch
) -> None:
    subscribe("ann@example.com")
    sign_in("customer_support_lead")
    assert "Remove" not in fetch("/desk/subscribers")


def log(*summaries: str, kind: str = "incident") -> None:
    """Entries of the audit log."""
    with transaction():
        for summary in summaries:
            record(SYSTEM, f"{kind}.changed", kind, "x1", summary)


def test_the_log_is_searched_and_filtered(owner: Any, fetch: Fetch) -> None:
    log("Checkout fails", "Search is slow")
    log("50% of <b>it</b>", kind="draft")
    page = fetch("/desk/audit?q=checkout+CHANGED")
    assert "Checkout fails" in page
    assert "Search is slow" not in page
    assert "Checkout fails" not in fetch("/desk/audit?kind=draft")
    assert "50% of &lt;b&gt;it" in fetch("/desk/audit?q=50%25")
    assert "Nothing found" in fetch("/desk/audit?q=%25%25%25")


def test_the_log_comes_page_by_page(house: House) -> None:
    log(*(f"entry {number}" for number in range(PAGE + 5)))
    first = audit_page()
    assert len(first.entries) == PAGE
    assert first.older is not None
    second = audit_page(before=first.older)
    ids = [entry.id for entry in (*first.entries, *second.entries)]
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999", "1e3"])
def test_an_impossible_page_is_the_first_one(owner: Any, fetch: Fetch, before: str) -> None:
    log("Checkout fails")
    assert "Checkout fails" in fetch(f"/desk/audit?before={before}")


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("owner", ["Team", "Channels", "Settings", "Audit log"], []),
        ("incident_manager", ["Components", "Audit log"], ["Team", "Settings"]),
        ("communications_manager", ["Components", "Subscribers"], ["Audit log", "Channels"]),
        ("viewer", ["Incidents", "Maintenance"], ["Subscribers", "Components", "Feedback"]),
    ],
)
def test_the_menu_offers_what_the_role_may_open(
    house: House, sign_in: Any, fetch: Fetch, role: str, shown: list[str], hidden: list[str]
) -> None:
    sign_in(role)
    menu = fetch("/desk/account").split('<nav aria-label="Desk"')[1].split("</nav>")[0]
    assert [word for word in shown if f"<span>{word}</span>" not in menu] == []
    assert [word for word in hidden if f"<span>{word}</span>" in menu] == []


def test_every_place_of_the_menu_is_there_and_marks_itself(owner: Any, client: FlaskClient) -> None:
    import re

    menu = client.get("/desk/account").text.split('id="nav"')[1].split("</nav>")[0]
    addresses = re.findall(r'href="([^"]+)"', menu)
    assert len(addresses) == 10
    for address in addresses:
        page = client.get(address).text
        assert re.search(rf'href="{re.escape(address)}" aria-current="page"', page), address


def test_the_gallery_is_open_to_everybody_at_the_desk(
    house: House, sign_in: Any, client: FlaskClient
) -> None:
    sign_in("viewer")
    assert client.get("/desk/gallery").status_code == 200
