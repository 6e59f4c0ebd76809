"""The team: people, their roles, invitations, and links for those who forgot their password."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts import service
from statushub.accounts.models import Invitation, User
from statushub.accounts.permissions import Permission, Role
from statushub.accounts.words import ROLE, ROLE_MEANING, role_choices
from statushub.core.access import base_url
from statushub.core.db import transaction
from statushub.core.errors import Conflict
from statushub.desk.blueprint import desk
from statushub.publishing.notices import send_invitation
from statushub.web.forms import AddressField, Answer, ChoiceField, Form, options, required
from statushub.web.guards import needs
from statushub.web.limits import limiter


class InviteForm(Form):
    """Whom, and as what."""

    email = AddressField(_l("E-mail address"), required(_l("Enter an e-mail address.")))
    role = ChoiceField(_l("Role"), default=Role.COMMUNICATIONS_MANAGER.value)


class RoleForm(Form):
    """Another role for somebody."""

    role = ChoiceField(_l("Role"))


def _invite_form() -> InviteForm:
    form = InviteForm()
    form.role.choices = options(role_choices(current_user.role))
    return form


def _team_page(form: InviteForm) -> Answer:
    return form.page(
        "desk/team.html",
        people=service.team(),
        invitations=service.open_invitations(),
        roles=ROLE,
    )


@desk.get("/team")
@needs(Permission.MANAGE_TEAM)
def team() -> ResponseReturnValue:
    """Everybody, and who is invited."""
    return _team_page(_invite_form())


@desk.post("/team/invitations")
@limiter.limit("60 per hour")
@needs(Permission.MANAGE_TEAM)
def invite() -> ResponseReturnValue:
    """Make an invitation; its link is shown now and never again."""
    form = _invite_form()
    made = form.deed(lambda: _invite(form.email.data, Role(form.role.data)))
    if made is None:
        return _team_page(form)
    invitation, link, mailed = made
    return render_template(
        "desk/invitation_link.html",
        invitation=invitation,
        link=link,
        mailed=mailed,
        role=ROLE[invitation.role],
    )


def invitation_link(token: str) -> str:
    """The address that an invited person opens."""
    return f"{base_url()}{url_for('desk.accept_invitation', token=token, _external=False)}"


def mail_is_configured() -> bool:
    """Whether StatusHub can send e-mail at all."""
    return bool(current_app.config["SETTINGS"].smtp_url)


def _invite(email: str, role: Role) -> tuple[Invitation, str, bool]:
    """Invitation, link, and whether it also goes out by mail; one transaction."""
    mailed = mail_is_configured()
    with transaction():
        invitation, token = service.invite(current_user.actor, email, role)
        link = invitation_link(token)
        if mailed:
            send_invitation(invitation, link)
    return invitation, link, mailed


@desk.post("/team/invitations/<invitation_id>/revoke")
@needs(Permission.MANAGE_TEAM)
def invitation_revoke(invitation_id: str) -> ResponseReturnValue:
    """Withdraw an invitation."""
    invitation = service.revoke_invitation(current_user.actor, invitation_id)
    flash(_("The link for %(email)s no longer works.", email=invitation.email), "success")
    return redirect(url_for("desk.team"))


def _role_form(user: User) -> RoleForm:
    form = RoleForm(role=user.role.value)
    form.role.choices = options(role_choices(current_user.role))
    return form


def _person_page(user: User, form: RoleForm) -> Answer:
    return form.page(
        "desk/person.html",
        user=user,
        may_change=service.may_change(current_user.actor, user),
        roles=ROLE,
        meaning=ROLE_MEANING,
    )


@desk.get("/team/<user_id>")
@needs(Permission.MANAGE_TEAM)
def person(user_id: str) -> ResponseReturnValue:
    """One of the team."""
    user = service.get_user(user_id)
    return _person_page(user, _role_form(user))


@desk.post("/team/<user_id>/role")
@needs(Permission.MANAGE_TEAM)
def person_role(user_id: str) -> ResponseReturnValue:
    """Give somebody another role."""
    user = service.get_user(user_id)
    form = _role_form(user)
    try:
        done = form.deed(
            lambda: service.set_role(current_user.actor, user_id, Role(form.role.data))
        )
    except Conflict as error:
        form.take(error)
        done = None
    if done is None:
        return _person_page(service.get_user(user_id), form)
    flash(_("%(name)s is now: %(role)s.", name=done.name, role=ROLE[done.role]), "success")
    return redirect(url_for("desk.team"))


@desk.post("/team/<user_id>/deactivate")
@needs(Permission.MANAGE_TEAM)
def person_deactivate(user_id: str) -> ResponseReturnValue:
    """Close somebody's account, at once."""
    try:
        user = service.deactivate(current_user.actor, user_id)
    except Conflict as error:
        flash(str(error), "error")
        return redirect(url_for("desk.person", user_id=user_id))
    flash(_("%(name)s can no longer sign in.", name=user.name), "success")
    return redirect(url_for("desk.team"))


@desk.post("/team/<user_id>/reactivate")
@needs(Permission.MANAGE_TEAM)
def person_reactivate(user_id: str) -> ResponseReturnValue:
    """Open a closed account again."""
    user = service.reactivate(current_user.actor, user_id)
    flash(_("%(name)s can sign in again.", name=user.name), "success")
    return redirect(url_for("desk.person", user_id=user_id))


@desk.post("/team/<user_id>/reset")
@needs(Permission.MANAGE_TEAM)
def person_reset(user_id: str) -> ResponseReturnValue:
    """A link with which somebody sets a new password; shown now and never again."""
    invitation, token = service.offer_reset(current_user.actor, user_id)
    return render_template(
        "desk/reset_link.html",
        user=service.get_user(user_id),
        invitation=invitation,
        link=invitation_link(token),
    )
