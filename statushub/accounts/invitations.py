"""Links that let one person in, once: invitations, and new passwords for those who forgot."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from statushub.accounts import people
from statushub.accounts.models import Invitation, User
from statushub.accounts.passwords import hash_password, require_good_password
from statushub.accounts.permissions import Role, may_grant
from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import NotFound
from statushub.core.i18n import known_locale
from statushub.core.secrets import digest, new_token

LIFETIME = timedelta(days=7)


def invite(actor: Actor, email: str, role: Role) -> tuple[Invitation, str]:
    """An invitation and its token, which is stored nowhere. A former one to the same address
    stops working. Raises Invalid by field, Forbidden."""
    email = people.require_email(email)
    with transaction():
        people.require_may_grant(actor, role)
        people.require_new_address(email)
        made = _make(actor, email, role, None)
        record(actor, "invitation.made", "invitation", made[0].id, email, {"role": role})
    return made


def offer_reset(actor: Actor, user_id: str) -> tuple[Invitation, str]:
    """A link with which somebody who forgot their password sets a new one. Raises Forbidden."""
    with transaction():
        user = people.get_user(user_id)
        people.require_may_grant(actor, user.role)
        if not user.active:
            raise NotFound(_("This account is closed. Open it again first."))
        made = _make(actor, user.email, user.role, user.id)
        record(actor, "user.reset_offered", "user", user.id, user.name)
    return made


def _make(actor: Actor, email: str, role: Role, user_id: str | None) -> tuple[Invitation, str]:
    for former in _waiting():
        if former.email == email:
            people.require_may_grant(actor, former.role)
            former.revoked_at = clock.now()
    token = new_token()
    invitation = Invitation(
        email=email,
        role=role,
        token_digest=digest(token),
        invited_by=actor.id if actor.kind == "user" else None,
        expires_at=clock.now() + LIFETIME,
        user_id=user_id,
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation, token


def _waiting() -> list[Invitation]:
    return list(
        db.session.scalars(
            select(Invitation)
            .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
            .order_by(Invitation.created_at.desc(), Invitation.id)
        )
    )


def open_invitations() -> list[Invitation]:
    """Those that can still be taken up, newest first."""
    now = clock.now()
    return [one for one in _waiting() if one.expires_at > now and _still_stands(one)]


def _still_stands(invitation: Invitation) -> bool:
    """Whether it gives no more than could be given now: who made it is still here and may still
    grant the role, and whoever resets a password has not risen above the link since."""
    if invitation.user_id is not None:
        user = db.session.get(User, invitation.user_id)
        if user is None or user.role is not invitation.role:
            return False
    if invitation.invited_by is None:
        return True
    inviter = db.session.get(User, invitation.invited_by)
    return inviter is not None and inviter.active and may_grant(inviter.role, invitation.role)


def find_invitation(token: str) -> Invitation:
    """The invitation a link stands for. Raises NotFound, saying why it no longer works."""
    found = db.session.scalars(
        select(Invitation).where(Invitation.token_digest == digest(token))
    ).one_or_none()
    if found is None:
        raise NotFound(_("This link is not complete or was changed."))
    if found.accepted_at is not None:
        raise NotFound(_("This link was used already. Sign in instead."))
    if found.revoked_at is not None or not _still_stands(found):
        raise NotFound(_("This link was withdrawn. Ask an administrator for a new one."))
    if found.expires_at <= clock.now():
        raise NotFound(_("This link has expired. Ask an administrator for a new one."))
    return found


def accept_invitation(token: str, name: str, password: str, locale: str = "en") -> User:
    """Come in: a new account, or a new password for the one that a reset link names.

    Raises NotFound as :func:`find_invitation` does, Invalid by field.
    """
    invitation = find_invitation(token)
    if invitation.user_id is not None:
        return _accept_reset(token, invitation.user_id, password)
    name = people.require_name(name)
    require_good_password(password, email=invitation.email, name=name)
    hashed = hash_password(password)
    with transaction() as session:
        people.lock_team()
        invitation = find_invitation(token)
        people.require_new_address(invitation.email)
        user = User(
            email=invitation.email,
            name=name,
            role=invitation.role,
            password_hash=hashed,
            locale=known_locale(locale),
            last_seen_at=clock.now(),
        )
        session.add(user)
        session.flush()
        invitation.accepted_at = clock.now()
        record(user.actor, "invitation.accepted", "user", user.id, f"{name} <{user.email}>")
    return user


def _accept_reset(token: str, user_id: str, password: str) -> User:
    with transaction():
        people.lock_team()
        invitation = find_invitation(token)
        user = people.get_user(user_id)
        if not user.active:
            raise NotFound(_("This account is closed. Ask an administrator."))
        people.set_password(user.actor, user_id, password)
        invitation.accepted_at = clock.now()
    return user


def revoke_invitation(actor: Actor, invitation_id: str) -> Invitation:
    """The link stops working. Raises NotFound, Forbidden."""
    with transaction():
        invitation = db.session.get(Invitation, invitation_id)
        if invitation is None:
            raise NotFound(_("There is no invitation by that id."))
        people.require_may_grant(actor, invitation.role)
        if invitation.accepted_at is None and invitation.revoked_at is None:
            invitation.revoked_at = clock.now()
            record(actor, "invitation.revoked", "invitation", invitation.id, invitation.email)
    return invitation
