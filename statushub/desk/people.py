"""Who is at the desk."""

from __future__ import annotations

from typing import cast

from flask_login import current_user

from statushub.core.audit import Actor


def actor() -> Actor:
    """The person who is signed in, for the audit log. Only behind a guard."""
    return cast(Actor, current_user.actor)
