"""What each role may do: the one table. The desk shows it, every door asks it, a test walks it.

Follows the incident roles of Atlassian's and PagerDuty's response guides; secondary duties are
included (a social media lead may update the page, a support lead may draft).
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is at the desk, from most to least."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    INCIDENT_MANAGER = "incident_manager"
    COMMUNICATIONS_MANAGER = "communications_manager"
    SOCIAL_MEDIA_LEAD = "social_media_lead"
    SUPPORT_LEAD = "customer_support_lead"
    RESPONDER = "responder"
    VIEWER = "viewer"


class Permission(StrEnum):
    """One thing that one may do."""

    SEE_DESK = "see_desk"
    DECLARE_INCIDENT = "declare_incident"
    DRAFT_UPDATE = "draft_update"
    PUBLISH_UPDATE = "publish_update"
    RETRY_DELIVERY = "retry_delivery"
    SCHEDULE_MAINTENANCE = "schedule_maintenance"
    SET_COMPONENT_STATUS = "set_component_status"
    HANDLE_FEEDBACK = "handle_feedback"
    SEE_SUBSCRIBERS = "see_subscribers"
    MANAGE_SUBSCRIBERS = "manage_subscribers"
    MANAGE_COMPONENTS = "manage_components"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_PAGE = "manage_page"
    MANAGE_TEAM = "manage_team"
    SEE_AUDIT = "see_audit"
    MANAGE_OWNERS = "manage_owners"


_P = Permission
_VIEW = frozenset({_P.SEE_DESK})
_RESPOND = _VIEW | {_P.DECLARE_INCIDENT, _P.DRAFT_UPDATE}
_SUPPORT = _RESPOND | {_P.HANDLE_FEEDBACK, _P.SEE_SUBSCRIBERS}
_SOCIAL = _SUPPORT | {_P.PUBLISH_UPDATE, _P.RETRY_DELIVERY}
_COMMS = _SOCIAL | {_P.SCHEDULE_MAINTENANCE, _P.SET_COMPONENT_STATUS, _P.MANAGE_SUBSCRIBERS}
_COMMAND = _COMMS | {_P.MANAGE_COMPONENTS, _P.SEE_AUDIT}
_ADMIN = _COMMAND | {_P.MANAGE_CHANNELS, _P.MANAGE_PAGE, _P.MANAGE_TEAM}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMINISTRATOR: _ADMIN,
    Role.INCIDENT_MANAGER: _COMMAND,
    Role.COMMUNICATIONS_MANAGER: _COMMS,
    Role.SOCIAL_MEDIA_LEAD: _SOCIAL,
    Role.SUPPORT_LEAD: _SUPPORT,
    Role.RESPONDER: _RESPOND,
    Role.VIEWER: _VIEW,
}


def allows(role: Role | str, permission: Permission | str) -> bool:
    """Whether a role may do a thing. An unknown role or permission raises ValueError."""
    return Permission(permission) in ROLE_PERMISSIONS[Role(role)]


def may_grant(granter: Role | str, role: Role | str) -> bool:
    """Nobody hands out more than they hold: owners are made by owners alone."""
    if not allows(granter, Permission.MANAGE_TEAM):
        return False
    return ROLE_PERMISSIONS[Role(role)] <= ROLE_PERMISSIONS[Role(granter)]
