"""The people of the desk: who they are, what they may do, how they are let in and out."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import func, select, text, update

from statushub.accounts import passwords
from statushub.accounts.models import ApiKey, Invitation, User
from statushub.accounts.permissions import Permission, Role, allows, may_grant
from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Forbidden, Invalid, NotFound
from statushub.core.i18n import known_locale
from statushub.core.text import clean_line

NAME_MAX = 255


def require_email(address: str, field: str = "email") -> str:
    """A mail address, lower-cased and normalised; no DNS is asked. Raises Invalid by ``field``."""
    try:
        found = validate_email(
            clean_line(address), check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        message = _("Enter an e-mail address like name@example.com.")
        raise Invalid(fields={field: message}) from error
    return str(found.normalized).lower()


def require_name(name: str, field: str = "name") -> str:
    """A person's (or a key's) name of 1 to 255 characters. Raises Invalid by ``field``."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Invalid(fields={field: _("Enter a name.")})
    if len(cleaned) > NAME_MAX:
        raise Invalid(fields={field: _("Use at most %(n)s characters.", n=NAME_MAX)})
    return cleaned


def get_user(user_id: str) -> User:
    """The person by that id. Raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(_("There is nobody by that id."))
    return user


def find_user(email: str) -> User | None:
    """The person with that address, upper or lower case."""
    return db.session.scalars(
        select(User).where(User.email == clean_line(email).lower())
    ).one_or_none()


def team() -> list[User]:
    """Everybody, active ones first, by name."""
    return list(
        db.session.scalars(select(User).order_by(User.active.desc(), func.lower(User.name)))
    )


def role_of(actor: Actor) -> Role:
    """The role behind an actor; StatusHub itself (commands, set-up) acts as an owner.

    Raises Forbidden for somebody who is no longer there.
    """
    if actor.kind == "system":
        return Role.OWNER
    if actor.kind == "api_key":
        key = db.session.get(ApiKey, actor.id)
        if key is not None and key.revoked_at is None:
            return key.role
    else:
        user = db.session.get(User, actor.id)
        if user is not None and user.active:
            return user.role
    raise Forbidden(_("Your account is no longer active."))


def require_may_grant(actor: Actor, role: Role) -> None:
    """Raises Forbidden when ``actor`` may not make, change or stand in for a holder of ``role``."""
    if not may_grant(role_of(actor), role):
        raise Forbidden(_("Only somebody with this role, or an owner, may give or take it."))


def lock_team() -> None:
    """One change to the team at a time, so that two cannot both remove the last owner."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text('LOCK TABLE "user" IN SHARE ROW EXCLUSIVE MODE'))


def has_owner() -> bool:
    """Whether the set-up has been done: somebody active owns this StatusHub."""
    return _owners() > 0


def _owners() -> int:
    counted = select(func.count()).where(User.role == Role.OWNER, User.active)
    return db.session.scalar(counted) or 0


def add_user(
    actor: Actor, *, email: str, name: str, role: Role, password: str, locale: str = "en"
) -> User:
    """A new person at the desk. Raises Invalid by field, Forbidden."""
    email, name = require_email(email), require_name(name)
    passwords.require_good_password(password, email=email, name=name)
    hashed = passwords.hash_password(password)
    with transaction() as session:
        lock_team()
        require_may_grant(actor, role)
        require_new_address(email)
        user = User(
            email=email,
            name=name,
            role=role,
            password_hash=hashed,
            locale=known_locale(locale),
        )
        session.add(user)
        session.flush()
        record(actor, "user.added", "user", user.id, f"{name} <{email}>", {"role": role})
    return user


def require_new_address(email: str) -> None:
    """Raises Invalid by ``email`` when somebody has the address already."""
    if find_user(email) is not None:
        raise Invalid(fields={"email": _("Somebody at the desk has this address already.")})


def authenticate(email: str, password: str) -> User:
    """Who signs in. Raises Invalid with one and the same message, after one and the same time,
    whether the address is unknown, the password wrong or the account closed."""
    user = find_user(email)
    fits = passwords.fits(user.password_hash if user else None, password)
    if user is None or not fits or not user.active:
        raise Invalid(fields={"email": _("This address and password do not go together.")})
    with transaction():
        if passwords.is_outdated(user.password_hash):
            user.password_hash = passwords.hash_password(password)
        user.last_seen_at = clock.now()
        record(user.actor, "user.signed_in", "user", user.id, user.name)
    return user


def change_password(user_id: str, old: str, new: str) -> User:
    """A new password, by its owner. Ends every session of theirs (``session_epoch``).

    Raises Invalid by field: ``old_password``, ``new_password``.
    """
    user = get_user(user_id)
    if not passwords.fits(user.password_hash, old):
        raise Invalid(fields={"old_password": _("This is not your password.")})
    return set_password(user.actor, user_id, new, field="new_password")


def set_password(actor: Actor, user_id: str, password: str, field: str = "password") -> User:
    """A new password for somebody; ends their sessions and the links that would set another.

    Raises Invalid by ``field``."""
    user = get_user(user_id)
    passwords.require_good_password(password, email=user.email, name=user.name, field=field)
    hashed = passwords.hash_password(password)
    with transaction():
        user.password_hash = hashed
        user.session_epoch += 1
        _withdraw_resets(user)
        record(actor, "user.password_changed", "user", user.id, user.name)
    return user


def _withdraw_resets(user: User) -> None:
    waiting = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    db.session.execute(
        update(Invitation)
        .where(Invitation.user_id == user.id, *waiting)
        .values(revoked_at=clock.now())
    )


def edit_profile(user_id: str, *, name: str, locale: str) -> User:
    """Somebody's own name and language. Raises Invalid by field."""
    name = require_name(name)
    with transaction():
        user = get_user(user_id)
        user.name, user.locale = name, known_locale(locale)
        record(user.actor, "user.edited", "user", user.id, name)
    return user


def end_sessions(user_id: str) -> User:
    """Signs somebody out everywhere."""
    with transaction():
        user = get_user(user_id)
        user.session_epoch += 1
        record(user.actor, "user.sessions_ended", "user", user.id, user.name)
    return user


def set_role(actor: Actor, user_id: str, role: Role) -> User:
    """Another role. Raises Forbidden, and Conflict for the last owner."""
    with transaction():
        lock_team()
        user = get_user(user_id)
        require_may_grant(actor, user.role)
        require_may_grant(actor, role)
        if user.role is role:
            return user
        if user.active and user.role is Role.OWNER:
            _require_another_owner()
        data = {"from": user.role, "to": role}
        user.role = role
        record(actor, "user.role_set", "user", user.id, f"{user.name}: {role}", data)
    return user


def deactivate(actor: Actor, user_id: str) -> User:
    """Out at once, history kept. Raises Forbidden, and Conflict for the last owner."""
    with transaction():
        lock_team()
        user = get_user(user_id)
        require_may_grant(actor, user.role)
        if not user.active:
            return user
        if user.role is Role.OWNER:
            _require_another_owner()
        user.active = False
        user.session_epoch += 1
        record(actor, "user.deactivated", "user", user.id, user.name)
    return user


def reactivate(actor: Actor, user_id: str) -> User:
    """Let somebody in again, in the role they had. Raises Forbidden."""
    with transaction():
        user = get_user(user_id)
        require_may_grant(actor, user.role)
        if not user.active:
            user.active = True
            record(actor, "user.reactivated", "user", user.id, user.name)
    return user


def _require_another_owner() -> None:
    if _owners() <= 1:
        raise Conflict(_("This is the last owner. Make somebody else an owner first."))


def may_change(actor: Actor, user: User) -> bool:
    """Whether ``actor`` may change that person's role or close their account."""
    role = role_of(actor)
    return allows(role, Permission.MANAGE_TEAM) and may_grant(role, user.role)
