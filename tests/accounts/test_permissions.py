"""The one table of roles and permissions."""

from __future__ import annotations

from statushub.accounts import words
from statushub.accounts.permissions import (
    ROLE_PERMISSIONS,
    Permission,
    Role,
    allows,
    may_grant,
)


def test_every_role_and_permission_has_words() -> None:
    assert set(words.ROLE) == set(words.ROLE_MEANING) == set(ROLE_PERMISSIONS) == set(Role)
    assert set(words.PERMISSION) == set(Permission)


def test_everybody_sees_the_desk_and_an_owner_may_do_everything() -> None:
    assert all(allows(role, Permission.SEE_DESK) for role in Role)
    assert ROLE_PERMISSIONS[Role.OWNER] == set(Permission)


def test_the_three_communication_roles_may_do_their_duties() -> None:
    for role in (Role.COMMUNICATIONS_MANAGER, Role.SOCIAL_MEDIA_LEAD):
        assert allows(role, Permission.PUBLISH_UPDATE)
    assert allows(Role.SUPPORT_LEAD, Permission.HANDLE_FEEDBACK)
    assert allows(Role.SUPPORT_LEAD, Permission.DRAFT_UPDATE)


def test_nobody_hands_out_more_than_they_hold() -> None:
    for granter in Role:
        for role in Role:
            if may_grant(granter, role):
                assert ROLE_PERMISSIONS[role] <= ROLE_PERMISSIONS[granter]
    assert [role for role in Role if may_grant(role, Role.OWNER)] == [Role.OWNER]
    assert [role for role in Role if may_grant(role, Role.VIEWER)] == list(Role)[:2]


def test_the_roles_offered_are_those_that_may_be_granted() -> None:
    offered = [value for value, _word in words.role_choices(Role.ADMINISTRATOR)]
    assert offered == [role.value for role in Role if role is not Role.OWNER]
    assert words.role_choices(Role.VIEWER) == []
