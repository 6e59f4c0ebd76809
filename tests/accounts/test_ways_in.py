"""The set-up link, invitations, links for a new password, API keys."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from statushub.accounts import service
from statushub.accounts.models import ApiKey, Invitation
from statushub.accounts.permissions import Role
from statushub.core.access import signer
from statushub.core.db import db
from statushub.core.errors import Conflict, Forbidden, Invalid, NotFound, StatusHubError
from tests.conftest import PASSWORD, Clock

OWNER = {"email": "ada@example.com", "name": "Ada", "password": PASSWORD}


def test_the_setup_link_makes_one_owner_and_is_then_worthless(app: Flask) -> None:
    token = service.setup_token()
    assert service.is_setup_token(token)
    assert service.create_owner(token, **OWNER).role is Role.OWNER
    assert not service.is_setup_token(token)
    with pytest.raises(Conflict):
        service.create_owner(token, email="eve@example.com", name="Eve", password=PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "Im93bmVyIg.aaa.bbb"])
def test_a_forged_setup_link_is_refused(app: Flask, token: str) -> None:
    with pytest.raises(NotFound):
        service.create_owner(token, **OWNER)


def test_a_link_signed_for_another_purpose_sets_nothing_up(app: Flask) -> None:
    assert not service.is_setup_token(signer().sign("unsubscribe", "owner"))
    assert not service.is_setup_token(signer().sign("setup", "somebody"))


def test_two_who_use_the_setup_link_at_once_make_one_owner(app: Flask) -> None:
    token, together, outcomes = service.setup_token(), Barrier(2), []

    def run(email: str) -> None:
        with app.app_context():
            together.wait()
            try:
                service.create_owner(token, email=email, name="Ada", password=PASSWORD)
                outcomes.append("made")
            except StatusHubError as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(f"{one}@example.com",)) for one in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Conflict", "made"]


def test_an_invitation_lets_one_person_in_once(app: Flask, make_user: Callable[..., Any]) -> None:
    owner = make_user("owner").actor
    _invitation, token = service.invite(owner, "New@Example.com", Role.SOCIAL_MEDIA_LEAD)
    user = service.accept_invitation(token, "New Person", PASSWORD)
    assert (user.email, user.role) == ("new@example.com", Role.SOCIAL_MEDIA_LEAD)
    with pytest.raises(NotFound, match="used already"):
        service.accept_invitation(token, "Again", PASSWORD)


def test_the_token_of_an_invitation_is_stored_nowhere(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    invitation, token = service.invite(make_user("owner").actor, "a@example.com", Role.VIEWER)
    stored = {getattr(invitation, column.key) for column in Invitation.__table__.columns}
    assert token not in stored


def test_an_invitation_works_for_seven_days(
    app: Flask, make_user: Callable[..., Any], frozen_time: Clock
) -> None:
    _invitation, token = service.invite(make_user("owner").actor, "a@example.com", Role.VIEWER)
    frozen_time.advance(days=7, seconds=-1)
    assert service.find_invitation(token).email == "a@example.com"
    frozen_time.advance(seconds=1)
    with pytest.raises(NotFound, match="expired"):
        service.accept_invitation(token, "A", PASSWORD)
    assert service.open_invitations() == []


def test_a_withdrawn_invitation_lets_nobody_in(app: Flask, make_user: Callable[..., Any]) -> None:
    owner = make_user("owner").actor
    invitation, token = service.invite(owner, "a@example.com", Role.VIEWER)
    service.revoke_invitation(owner, invitation.id)
    with pytest.raises(NotFound, match="withdrawn"):
        service.accept_invitation(token, "A", PASSWORD)


def test_a_second_invitation_replaces_the_first(app: Flask, make_user: Callable[..., Any]) -> None:
    owner = make_user("owner").actor
    _one, first = service.invite(owner, "a@example.com", Role.VIEWER)
    service.invite(owner, "a@example.com", Role.RESPONDER)
    with pytest.raises(NotFound, match="withdrawn"):
        service.find_invitation(first)
    assert len(service.open_invitations()) == 1


def test_somebody_who_is_here_is_not_invited_again(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner = make_user("owner")
    with pytest.raises(Invalid):
        service.invite(owner.actor, owner.email.upper(), Role.VIEWER)


def test_a_weak_password_leaves_the_invitation_open(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    _one, token = service.invite(make_user("owner").actor, "a@example.com", Role.VIEWER)
    with pytest.raises(Invalid):
        service.accept_invitation(token, "A", "short")
    assert service.accept_invitation(token, "A", PASSWORD).email == "a@example.com"


def test_a_reset_link_sets_a_new_password_and_ends_sessions(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, other = make_user("owner"), make_user("viewer")
    before = other.get_id()
    _one, token = service.offer_reset(owner.actor, other.id)
    service.authenticate(other.email, PASSWORD)  # the old one works until then
    service.accept_invitation(token, "", "another quiet harbour")
    assert service.authenticate(other.email, "another quiet harbour").get_id() != before
    with pytest.raises(NotFound, match="used already"):
        service.accept_invitation(token, "", "yet another harbour")


def test_a_reset_link_dies_with_the_account(app: Flask, make_user: Callable[..., Any]) -> None:
    owner, other = make_user("owner"), make_user("viewer")
    _one, token = service.offer_reset(owner.actor, other.id)
    service.deactivate(owner.actor, other.id)
    with pytest.raises(NotFound, match="closed"):
        service.accept_invitation(token, "", "another quiet harbour")


def test_an_api_key_opens_until_it_is_revoked(app: Flask, make_user: Callable[..., Any]) -> None:
    owner = make_user("owner").actor
    key, plaintext = service.create_api_key(owner, "Monitoring", Role.RESPONDER)
    assert plaintext.startswith("sh_")
    assert plaintext.startswith(key.prefix)
    found = service.key_holder(plaintext)
    assert found is not None
    assert (found.id, found.role) == (key.id, Role.RESPONDER)
    service.revoke_api_key(owner, key.id)
    assert service.key_holder(plaintext) is None
    assert service.key_holder("sh_unknown") is None


def test_the_plaintext_of_a_key_is_stored_nowhere(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    key, plaintext = service.create_api_key(make_user("owner").actor, "M", Role.VIEWER)
    stored = {str(getattr(key, column.key)) for column in ApiKey.__table__.columns}
    assert not any(plaintext in one for one in stored)


def test_the_use_of_a_key_is_noted_once_a_minute(
    app: Flask, make_user: Callable[..., Any], frozen_time: Clock
) -> None:
    _key, plaintext = service.create_api_key(make_user("owner").actor, "M", Role.VIEWER)
    noted = []
    for _minute in range(3):
        found = service.key_holder(plaintext)
        assert found is not None
        noted.append(found.last_used_at)
        frozen_time.advance(seconds=40)
    assert noted[0] == noted[1] != noted[2]


def test_a_revoked_key_does_nothing_more(app: Flask, make_user: Callable[..., Any]) -> None:
    owner = make_user("owner").actor
    key, _plaintext = service.create_api_key(owner, "M", Role.ADMINISTRATOR)
    actor = key.actor
    service.invite(actor, "a@example.com", Role.VIEWER)
    service.revoke_api_key(owner, key.id)
    with pytest.raises(Forbidden):
        service.invite(actor, "b@example.com", Role.VIEWER)
