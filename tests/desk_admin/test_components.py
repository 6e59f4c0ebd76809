"""Components and groups at the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from statushub.core.db import db
from statushub.desk.arrangement import arrangement
from statushub.incidents.models import Component
from statushub.incidents.statuses import ComponentStatus
from tests.desk_admin.conftest import House

Fetch = Callable[..., str]


def order() -> list[Any]:
    """Names as the page has them; a group as (name, children)."""
    return [
        (row.item.name, [child.item.name for child in row.children])
        if row.is_group
        else row.item.name
        for row in arrangement()
    ]


def plain(page: str) -> str:
    """What a reader of the page hears."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_a_component_is_added_to_a_group(owner: Any, house: House, send: Fetch) -> None:
    page = send("/desk/components/new", name=" Refunds ", group_id=house.group.id, showcase="y")
    assert "“Refunds” is on the page." in page
    assert order() == ["Website", ("Payments", ["Cards", "Invoices", "Refunds"])]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "Ok", "description": "x" * 2_001}, "description"),
        ({"name": "Ok", "group_id": "unknown"}, "group_id"),
        ({"name": "Ok", "start_date": "2026-02-30"}, "start_date"),
        ({"name": "Ok", "start_date": "1066-10-14"}, "start_date"),
    ],
)
def test_a_wrong_component_says_so_by_the_field_and_keeps_the_rest(
    owner: Any, house: House, send: Fetch, fields: dict[str, str], field: str
) -> None:
    full = {"description": "What it is", "group_id": "", **fields}
    page = send("/desk/components/new", 422, **full)
    assert f'id="{field}-error"' in page
    if "description" not in fields:
        assert "What it is" in page
    assert len(order()) == 2


def test_details_are_changed(owner: Any, house: House, send: Fetch) -> None:
    fields = {"name": "Card payments", "group_id": "", "only_show_if_degraded": "y"}
    send(f"/desk/components/{house.cards.id}", **fields, start_date="2026-01-31")
    changed = db.session.get(Component, house.cards.id)
    assert changed is not None
    assert (changed.name, changed.group_id, changed.showcase) == ("Card payments", None, False)
    assert str(changed.start_date) == "2026-01-31"
    page = send(f"/desk/components/{house.cards.id}", 422, name="", group_id="")
    assert "Enter a name." in page


def test_a_status_is_set_by_hand(owner: Any, house: House, send: Fetch) -> None:
    page = send(f"/desk/components/{house.cards.id}/status", status="major_outage")
    assert "Cards is now shown as: Major outage." in page
    assert house.cards.status is ComponentStatus.MAJOR_OUTAGE
    page = send(f"/desk/components/{house.cards.id}/status", 422, status="on_fire")
    assert 'id="status-error"' in page


def test_who_may_only_set_the_status_sees_only_that(
    house: House, sign_in: Any, fetch: Fetch
) -> None:
    sign_in("communications_manager")
    page = fetch(f"/desk/components/{house.cards.id}")
    assert "Set the status" in page
    assert "Archive" not in page
    listing = fetch("/desk/components")
    assert "Add a component" not in listing
    assert "Move " not in listing


def test_things_move_one_place_among_their_equals(
    owner: Any, house: House, client: FlaskClient
) -> None:
    def move(what: Any, direction: str) -> int:
        path = f"/desk/components/{what.id}/move"
        return client.post(path, data={"direction": direction}).status_code

    assert move(house.group, "up") == 302
    assert order() == [("Payments", ["Cards", "Invoices"]), "Website"]
    assert move(house.invoices, "up") == 302
    assert order() == [("Payments", ["Invoices", "Cards"]), "Website"]
    assert move(house.invoices, "up") == 302  # at the top already: nothing happens
    assert order() == [("Payments", ["Invoices", "Cards"]), "Website"]
    assert move(house.website, "sideways") == 400


def test_a_component_is_archived(owner: Any, house: House, send: Fetch, fetch: Fetch) -> None:
    send(f"/desk/components/{house.website.id}/archive")
    assert order() == [("Payments", ["Cards", "Invoices"])]
    assert "is archived" in fetch(f"/desk/components/{house.website.id}")


def test_an_archived_component_is_brought_back_to_its_place(
    owner: Any, house: House, send: Fetch, fetch: Fetch, sign_in: Any
) -> None:
    restore = f"/desk/components/{house.cards.id}/restore"
    assert "Bring back" not in fetch("/desk/components")
    assert "Bring back (Cards)" in plain(send(f"/desk/components/{house.cards.id}/archive"))
    assert restore in fetch(f"/desk/components/{house.cards.id}")
    sign_in("communications_manager")
    assert "Bring back" not in fetch("/desk/components")
    assert restore not in fetch(f"/desk/components/{house.cards.id}")
    send(restore, 403)
    sign_in("administrator")
    page = send(restore)
    assert "“Cards” is back on the page." in page
    assert "Bring back" not in page
    assert order() == ["Website", ("Payments", ["Cards", "Invoices"])]
    send(restore)  # a second click changes nothing
    assert order() == ["Website", ("Payments", ["Cards", "Invoices"])]
    send("/desk/components/unknown/restore", 404)


def test_a_page_whose_components_are_all_archived_still_offers_them(
    owner: Any, house: House, send: Fetch, fetch: Fetch
) -> None:
    for one in (house.website, house.cards, house.invoices):
        send(f"/desk/components/{one.id}/archive")
    send(f"/desk/component-groups/{house.group.id}/remove")
    page = fetch("/desk/components")
    assert "No components yet" in page
    send(f"/desk/components/{house.cards.id}/restore")
    assert order() == ["Cards"]


def test_a_group_is_renamed_and_removed_but_its_components_stay(
    owner: Any, house: House, send: Fetch
) -> None:
    send(f"/desk/component-groups/{house.group.id}", name="Money", description="")
    assert order()[1][0] == "Money"
    assert "Enter a name." in send(f"/desk/component-groups/{house.group.id}", 422, name="")
    send(f"/desk/component-groups/{house.group.id}/remove")
    assert sorted(order()) == ["Cards", "Invoices", "Website"]


def test_an_empty_group_says_that_visitors_do_not_see_it(
    owner: Any, house: House, send: Fetch
) -> None:
    assert "Nothing in this group yet" in send("/desk/component-groups/new", name="Mobile")
