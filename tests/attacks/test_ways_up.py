"""Ways to more rights than one was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from statushub.accounts import service as accounts
from statushub.accounts.permissions import Role
from statushub.core.audit import SYSTEM
from statushub.core.db import db
from statushub.core.errors import NotFound
from statushub.incidents import queries
from tests.attacks.conftest import Target

NEW = "a lamp beside the long river"


def test_a_reset_link_does_not_outlive_a_higher_role(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, administrator = make_user("owner"), make_user("administrator")
    kim = make_user("viewer")
    _invitation, token = accounts.offer_reset(administrator.actor, kim.id)
    accounts.set_role(owner.actor, kim.id, Role.OWNER)
    with pytest.raises(NotFound):
        accounts.accept_invitation(token, "", NEW)
    with pytest.raises(NotFound):
        accounts.find_invitation(token)


def test_a_reset_link_is_worthless_once_its_person_chose_a_password(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, kim = make_user("owner"), make_user("viewer")
    _invitation, token = accounts.offer_reset(owner.actor, kim.id)
    accounts.set_password(kim.actor, kim.id, NEW)
    with pytest.raises(NotFound):
        accounts.accept_invitation(token, "", NEW + " again")


def test_whoever_is_let_go_cannot_come_back_by_an_invitation_of_their_own(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, administrator = make_user("owner"), make_user("administrator")
    _invitation, token = accounts.invite(
        administrator.actor, "back@example.com", Role.ADMINISTRATOR
    )
    accounts.deactivate(owner.actor, administrator.id)
    with pytest.raises(NotFound):
        accounts.accept_invitation(token, "Back Door", NEW)


def test_whoever_lost_the_right_to_grant_a_role_grants_it_no_longer(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, administrator = make_user("owner"), make_user("administrator")
    _invitation, token = accounts.invite(
        administrator.actor, "back@example.com", Role.ADMINISTRATOR
    )
    accounts.set_role(owner.actor, administrator.id, Role.VIEWER)
    with pytest.raises(NotFound):
        accounts.accept_invitation(token, "Back Door", NEW)
    assert accounts.open_invitations() == []


def test_an_invitation_of_somebody_still_there_works(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    administrator = make_user("administrator")
    _invitation, token = accounts.invite(administrator.actor, "new@example.com", Role.RESPONDER)
    assert accounts.accept_invitation(token, "New", NEW).role is Role.RESPONDER
    _invitation, token = accounts.invite(SYSTEM, "cli@example.com", Role.OWNER)
    assert accounts.accept_invitation(token, "Cli", NEW).role is Role.OWNER


def test_nobody_withdraws_a_higher_invitation_by_inviting_the_same_address(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, administrator = make_user("owner"), make_user("administrator")
    _invitation, token = accounts.invite(owner.actor, "new@example.com", Role.OWNER)
    with pytest.raises(Exception, match="Only somebody with this role"):
        accounts.invite(administrator.actor, "new@example.com", Role.VIEWER)
    assert accounts.find_invitation(token).role is Role.OWNER


@pytest.mark.parametrize("role", ["responder", "customer_support_lead"])
def test_a_key_that_may_not_publish_changes_nothing_that_is_public(
    target: Target, client: FlaskClient, role: str
) -> None:
    _key, plaintext = accounts.create_api_key(SYSTEM, "low", Role(role))
    headers = {"Authorization": f"Bearer {plaintext}"}
    told, hidden = target.values["told_id"], target.values["incident_id"]
    answer = client.patch(
        f"/api/v1/incidents/{told}", json={"incident": {"name": "Pwned"}}, headers=headers
    )
    assert answer.status_code == 403
    db.session.rollback()
    assert queries.get_incident(told).name == "Cart fails"
    answer = client.patch(
        f"/api/v1/incidents/{hidden}", json={"incident": {"name": "Mended"}}, headers=headers
    )
    assert answer.status_code == 200
