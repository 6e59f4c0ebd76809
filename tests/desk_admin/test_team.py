"""Team, invitations, roles, API keys."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.accounts import service
from statushub.accounts.models import ApiKey, Invitation, User
from statushub.accounts.permissions import Role
from statushub.accounts.words import PERMISSION, ROLE
from statushub.core.db import db
from statushub.publishing.models import Delivery
from tests.conftest import PASSWORD

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no query of their own
Fetch = Callable[..., str]


def link_in(page: str) -> str:
    """The path of the link that a page shows to be copied."""
    found = re.search(r'value="(http[^"]+/desk/invitations/[^"]+)"', page)
    assert found is not None
    return urlsplit(found[1]).path


def test_an_invitation_is_made_taken_up_and_seen(
    owner: Any, app: Flask, send: Fetch, fetch: Fetch
) -> None:
    page = send("/desk/team/invitations", email="New@Example.com", role="customer_support_lead")
    assert "nothing was sent" in page  # no mail server is set up here
    path = link_in(page)
    assert "new@example.com" in fetch("/desk/team")
    newcomer = app.test_client()
    assert "Customer support lead" in newcomer.get(path).text
    answer = newcomer.post(path, data={"name": "Nia", "password": PASSWORD})
    assert answer.status_code == 302
    assert newcomer.get("/desk/account").status_code == 200
    assert newcomer.get("/desk/team").status_code == 403
    again = newcomer.get(path)
    assert again.status_code == 404
    assert "used already" in again.text


def test_with_a_mail_server_the_invitation_goes_out_by_mail_in_the_same_transaction(
    owner: Any, app: Flask, send: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    settings = replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:9")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    page = send("/desk/team/invitations", email="new@example.com", role="viewer")
    assert "is sending this link to new@example.com" in page
    delivery = db.session.scalars(select(Delivery)).one()
    assert (delivery.kind, delivery.target) == ("invitation", "new@example.com")
    assert link_in(page) in str(delivery.message.payload)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "nonsense", "role": "viewer"}, "email"),
        ({"email": "", "role": "viewer"}, "email"),
        ({"email": "owner@example.com", "role": "viewer"}, "email"),
        ({"email": "new@example.com", "role": "emperor"}, "role"),
        ({"email": "new@example.com", "role": ""}, "role"),
    ],
)
def test_a_wrong_invitation_says_so_by_the_field(
    owner: Any, send: Fetch, fields: dict[str, str], field: str
) -> None:
    page = send("/desk/team/invitations", 422, **fields)
    assert f'id="{field}-error"' in page
    assert db.session.scalars(select(Invitation)).all() == []


def test_an_administrator_is_not_offered_the_owners_role(
    house: Any, sign_in: Callable[..., Any], fetch: Fetch, send: Fetch
) -> None:
    sign_in("administrator")
    assert 'value="owner"' not in fetch("/desk/team")
    send("/desk/team/invitations", 422, email="new@example.com", role="owner")


def test_an_invitation_is_withdrawn(owner: Any, invitation: Any, client: FlaskClient) -> None:
    made, token = invitation
    client.post(f"/desk/team/invitations/{made.id}/revoke")
    response = client.get(f"/desk/invitations/{token}")
    assert response.status_code == 404
    assert "withdrawn" in response.text


def test_somebody_gets_another_role(owner: Any, make_user: Any, send: Fetch) -> None:
    other = make_user("viewer", name="Vera")
    page = send(f"/desk/team/{other.id}/role", role="incident_manager")
    assert "Vera is now: Incident manager." in page
    assert db.session.get(User, other.id).role is Role.INCIDENT_MANAGER


def test_the_last_owner_is_told_why_not(owner: Any, send: Fetch) -> None:
    assert "last owner" in send(f"/desk/team/{owner.id}/role", 422, role="viewer")
    assert "last owner" in send(f"/desk/team/{owner.id}/deactivate")
    assert db.session.get(User, owner.id).active


def test_an_administrator_sees_owners_but_cannot_touch_them(
    house: Any, make_user: Any, sign_in: Any, fetch: Fetch, client: FlaskClient
) -> None:
    boss = make_user("owner")
    sign_in("administrator")
    page = fetch(f"/desk/team/{boss.id}")
    assert "Only an owner may change this account." in page
    assert "Close the account" not in page
    for act in ("role", "deactivate", "reactivate", "reset"):
        answer = client.post(f"/desk/team/{boss.id}/{act}", data={"role": "viewer"})
        assert answer.status_code == 403, act


def test_a_closed_account_is_out_at_once_and_can_come_back(
    owner: Any, app: Flask, make_user: Any, client: FlaskClient, send: Fetch
) -> None:
    other = make_user("viewer", name="Vera")
    theirs = app.test_client()
    with theirs.session_transaction() as session:
        session["_user_id"] = other.get_id()
    assert "can no longer sign in" in send(f"/desk/team/{other.id}/deactivate")
    assert theirs.get("/desk/account").status_code == 302
    assert "can sign in again" in send(f"/desk/team/{other.id}/reactivate")


def test_a_link_for_a_new_password(owner: Any, app: Flask, make_user: Any, send: Fetch) -> None:
    other = make_user("viewer", name="Vera")
    path = link_in(send(f"/desk/team/{other.id}/reset"))
    browser = app.test_client()
    assert "Your name" not in browser.get(path).text
    browser.post(path, data={"password": "another quiet harbour"})
    assert service.authenticate(other.email, "another quiet harbour").id == other.id


def test_everybody_at_the_desk_reads_what_each_role_may_do(
    house: Any, sign_in: Any, fetch: Fetch
) -> None:
    sign_in("viewer")
    page = html.unescape(fetch("/desk/roles"))
    assert [one for one in (*PERMISSION.values(), *ROLE.values()) if str(one) not in page] == []
    assert page.count('aria-label="Yes"') > 50


def test_a_key_is_shown_once(owner: Any, send: Fetch, fetch: Fetch) -> None:
    page = send("/desk/api-keys", name="Monitoring", role="responder")
    plaintext = re.search(r'value="(sh_[^"]+)"', page)
    assert plaintext is not None
    assert service.key_holder(plaintext[1]) is not None
    assert plaintext[1] not in fetch("/desk/api-keys")
    key = db.session.scalars(select(ApiKey)).one()
    assert key.prefix in fetch("/desk/api-keys")
    assert "no longer works" in send(f"/desk/api-keys/{key.id}/revoke")
    assert service.key_holder(plaintext[1]) is None


def test_a_key_without_a_name_is_refused_and_the_role_stays_chosen(owner: Any, send: Fetch) -> None:
    page = send("/desk/api-keys", 422, name=" ", role="viewer")
    assert 'id="name-error"' in page
    assert '<option selected value="viewer">' in page


def test_script_in_a_name_is_only_text(owner: Any, send: Fetch, fetch: Fetch) -> None:
    send("/desk/account", name="<script>alert(1)</script>", locale="en")
    for path in ("/desk/team", "/desk/account", f"/desk/team/{owner.id}", "/desk/audit"):
        assert "<script>alert" not in fetch(path)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/team/nobody",
        "/desk/components/nothing",
        "/desk/component-groups/nothing",
        "/desk/channels/nothing",
        "/desk/channels/connect/telegraph",
        "/desk/invitations/forged",
    ],
)
def test_what_is_not_there_is_a_clear_page(owner: Any, client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "Traceback" not in response.text
