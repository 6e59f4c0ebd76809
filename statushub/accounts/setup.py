"""The first visit: a link, printed by the start, that makes the owner, once."""

from __future__ import annotations

from flask_babel import gettext as _

from statushub.accounts import people
from statushub.accounts.models import User
from statushub.accounts.permissions import Role
from statushub.core import clock
from statushub.core.access import base_url, signer
from statushub.core.audit import SYSTEM
from statushub.core.db import transaction
from statushub.core.errors import Conflict, NotFound

_PURPOSE, _VALUE = "setup", "owner"


def setup_token() -> str:
    """What the set-up link carries. Worthless once there is an owner."""
    return signer().sign(_PURPOSE, _VALUE)


def setup_link() -> str:
    """The whole link, for the terminal."""
    return f"{base_url()}/desk/setup?token={setup_token()}"


def is_setup_token(token: str) -> bool:
    """Whether the token is ours and nobody owns this StatusHub yet."""
    try:
        check_setup_token(token)
    except (NotFound, Conflict):
        return False
    return True


def check_setup_token(token: str) -> None:
    """Raises NotFound for a forged or torn token, Conflict when the set-up is already done."""
    if signer().read(_PURPOSE, token) != _VALUE:
        raise NotFound(_("This link is not complete or was changed."))
    if people.has_owner():
        raise Conflict(_("StatusHub is set up already. Sign in instead."))


def create_owner(token: str, *, email: str, name: str, password: str, locale: str = "en") -> User:
    """The first owner. Raises as :func:`check_setup_token` and as ``add_user`` do."""
    with transaction():
        people.lock_team()
        check_setup_token(token)
        owner = people.add_user(
            SYSTEM, email=email, name=name, role=Role.OWNER, password=password, locale=locale
        )
        owner.last_seen_at = clock.now()
    return owner
