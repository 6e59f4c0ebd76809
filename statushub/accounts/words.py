"""Roles and permissions in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from statushub.accounts.permissions import Permission, Role, may_grant

ROLE: dict[Role, LazyString] = {
    Role.OWNER: _l("Owner"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.INCIDENT_MANAGER: _l("Incident manager"),
    Role.COMMUNICATIONS_MANAGER: _l("Communications manager"),
    Role.SOCIAL_MEDIA_LEAD: _l("Social media lead"),
    Role.SUPPORT_LEAD: _l("Customer support lead"),
    Role.RESPONDER: _l("Responder"),
    Role.VIEWER: _l("Viewer"),
}

ROLE_MEANING: dict[Role, LazyString] = {
    Role.OWNER: _l("Answers for this StatusHub; makes other owners."),
    Role.ADMINISTRATOR: _l("Runs it: team, channels and settings."),
    Role.INCIDENT_MANAGER: _l("Commands the response; may do everything that an incident needs."),
    Role.COMMUNICATIONS_MANAGER: _l("Writes and publishes what customers read."),
    Role.SOCIAL_MEDIA_LEAD: _l("Speaks on social networks; may also update the page."),
    Role.SUPPORT_LEAD: _l("Answers customers, passes on what they say, drafts updates."),
    Role.RESPONDER: _l("Works on the problem; declares incidents and drafts updates."),
    Role.VIEWER: _l("Reads along."),
}

PERMISSION: dict[Permission, LazyString] = {
    Permission.SEE_DESK: _l("See the desk"),
    Permission.DECLARE_INCIDENT: _l("Declare incidents"),
    Permission.DRAFT_UPDATE: _l("Draft updates"),
    Permission.PUBLISH_UPDATE: _l("Publish updates"),
    Permission.RETRY_DELIVERY: _l("Retry deliveries"),
    Permission.SCHEDULE_MAINTENANCE: _l("Schedule maintenance"),
    Permission.SET_COMPONENT_STATUS: _l("Set a component's status by hand"),
    Permission.HANDLE_FEEDBACK: _l("Handle customers' feedback"),
    Permission.SEE_SUBSCRIBERS: _l("See subscribers"),
    Permission.MANAGE_SUBSCRIBERS: _l("Remove subscribers"),
    Permission.MANAGE_COMPONENTS: _l("Add, edit and archive components"),
    Permission.SEE_AUDIT: _l("Read the audit log"),
    Permission.MANAGE_CHANNELS: _l("Connect and remove channels"),
    Permission.MANAGE_PAGE: _l("Change the page's settings"),
    Permission.MANAGE_TEAM: _l("Invite people, change roles, make API keys"),
    Permission.MANAGE_OWNERS: _l("Make and change owners"),
}


def role_choices(granter: Role) -> list[tuple[str, LazyString]]:
    """The roles that somebody may hand out, for a select list."""
    return [(role.value, ROLE[role]) for role in Role if may_grant(granter, role)]
