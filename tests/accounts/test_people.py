"""Who may come in, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from statushub.accounts import people, service
from statushub.accounts.models import User
from statushub.accounts.permissions import Role
from statushub.core.audit import SYSTEM, Actor, AuditEntry
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Forbidden, Invalid
from tests.conftest import PASSWORD


def verbs() -> list[str]:
    """What the audit log says was done, oldest first."""
    return list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def add(email: str = "ada@example.com", role: Role = Role.OWNER, name: str = "Ada") -> User:
    """Somebody, with the tests' password."""
    return service.add_user(SYSTEM, email=email, name=name, role=role, password=PASSWORD)


def test_a_person_signs_in_with_address_and_password(app: Flask) -> None:
    add("Ada@Example.com")
    user = service.authenticate("  ADA@example.COM ", PASSWORD)
    assert user.email == "ada@example.com"
    assert user.last_seen_at is not None
    assert verbs() == ["user.added", "user.signed_in"]


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "wrong password"), ("bob@example.com", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_sound_the_same(
    app: Flask, email: str, password: str
) -> None:
    add()
    with pytest.raises(Invalid) as refused:
        service.authenticate(email, password)
    assert refused.value.fields == {"email": "This address and password do not go together."}


def test_an_unknown_address_takes_as_long_as_a_known_one(sqlite_app: Flask) -> None:
    add()

    def took(email: str) -> float:
        times = []
        for _try in range(3):
            began = time.perf_counter()
            with pytest.raises(Invalid):
                service.authenticate(email, "not the password")
            times.append(time.perf_counter() - began)
        return min(times)

    took("nobody@example.com")  # makes the hash that no password fits
    known, unknown = took("ada@example.com"), took("nobody@example.com")
    assert 0.5 < unknown / known < 2


def test_a_closed_account_does_not_sign_in(app: Flask) -> None:
    add()
    second = add("bob@example.com", Role.VIEWER)
    service.deactivate(SYSTEM, second.id)
    with pytest.raises(Invalid):
        service.authenticate("bob@example.com", PASSWORD)


def test_a_password_hashed_weakly_is_hashed_anew_when_its_owner_signs_in(app: Flask) -> None:
    user = add()
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction():
        user.password_hash = weak
    assert service.authenticate("ada@example.com", PASSWORD).password_hash != weak
    service.authenticate("ada@example.com", PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "eleven char",
        "passwordpassword",
        "abcabcabcabcabc",
        "1111111111111",
        "Password1234",
        "qwertyuiop123",
        "ada.lovelace@example.com",
        "Augusta Ada King",
        "x" * 257,
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.add_user(
            SYSTEM,
            email="ada.lovelace@example.com",
            name="Augusta Ada King",
            role=Role.OWNER,
            password=password,
        )
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b"])
def test_what_is_no_address_is_refused_by_the_field(app: Flask, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(email)
    assert list(refused.value.fields) == ["email"]


def test_two_people_cannot_share_an_address(app: Flask) -> None:
    add()
    with pytest.raises(Invalid) as refused:
        add("ADA@EXAMPLE.COM")
    assert list(refused.value.fields) == ["email"]


def test_a_new_password_ends_every_session(app: Flask) -> None:
    user = add()
    before = user.get_id()
    service.change_password(user.id, PASSWORD, "another quiet harbour")
    assert user.get_id() != before
    service.authenticate("ada@example.com", "another quiet harbour")
    with pytest.raises(Invalid):
        service.authenticate("ada@example.com", PASSWORD)


def test_a_password_is_changed_only_by_who_knows_the_old_one(app: Flask) -> None:
    user = add()
    with pytest.raises(Invalid) as refused:
        service.change_password(user.id, "not it", "another quiet harbour")
    assert list(refused.value.fields) == ["old_password"]


def test_the_same_letters_typed_differently_are_the_same_password(app: Flask) -> None:
    composed, decomposed = "ein grüner Käfer", "ein grüner Käfer"
    service.add_user(SYSTEM, email="a@example.com", name="A", role=Role.OWNER, password=composed)
    assert service.authenticate("a@example.com", decomposed).name == "A"


def test_the_last_owner_stays(app: Flask) -> None:
    owner = add()
    for act in (
        lambda: service.set_role(owner.actor, owner.id, Role.VIEWER),
        lambda: service.deactivate(owner.actor, owner.id),
    ):
        with pytest.raises(Conflict, match="last owner"):
            act()
    second = add("bob@example.com")
    service.set_role(second.actor, owner.id, Role.VIEWER)
    with pytest.raises(Conflict, match="last owner"):
        service.deactivate(second.actor, second.id)


def test_an_administrator_neither_makes_nor_changes_owners(
    app: Flask, make_user: Callable[..., Any]
) -> None:
    owner, other = make_user("owner"), make_user("viewer")
    administrator: Actor = make_user("administrator").actor
    for act in (
        lambda: service.set_role(administrator, other.id, Role.OWNER),
        lambda: service.set_role(administrator, owner.id, Role.VIEWER),
        lambda: service.deactivate(administrator, owner.id),
        lambda: service.invite(administrator, "new@example.com", Role.OWNER),
        lambda: service.offer_reset(administrator, owner.id),
        lambda: service.create_api_key(administrator, "key", Role.OWNER),
    ):
        with pytest.raises(Forbidden):
            act()
    service.set_role(administrator, other.id, Role.ADMINISTRATOR)
    assert other.role is Role.ADMINISTRATOR


@pytest.mark.parametrize("role", [role for role in Role if role not in list(Role)[:2]])
def test_only_owners_and_administrators_hand_out_roles(
    app: Flask, make_user: Callable[..., Any], role: Role
) -> None:
    actor = make_user(role.value).actor
    with pytest.raises(Forbidden):
        service.invite(actor, "new@example.com", Role.VIEWER)


def test_somebody_who_left_can_do_nothing_more(app: Flask, make_user: Callable[..., Any]) -> None:
    make_user("owner")
    gone = make_user("administrator")
    actor = gone.actor
    service.deactivate(SYSTEM, gone.id)
    with pytest.raises(Forbidden, match="no longer active"):
        service.invite(actor, "new@example.com", Role.VIEWER)


def test_a_closed_account_can_be_opened_again(app: Flask, make_user: Callable[..., Any]) -> None:
    owner, other = make_user("owner"), make_user("viewer")
    service.deactivate(owner.actor, other.id)
    assert not people.find_user("viewer@example.com").is_active
    service.reactivate(owner.actor, other.id)
    assert service.authenticate("viewer@example.com", PASSWORD).role is Role.VIEWER


def test_control_characters_never_reach_a_name(app: Flask) -> None:
    assert add(name="A\x00d\u202ea\n Lovelace").name == "Ada Lovelace"
