"""The page itself: its name, zone and language, and the revision that visitors' bytes follow."""

from __future__ import annotations

from sqlalchemy import select, update

from statushub.core import clock
from statushub.core.db import db
from statushub.core.errors import NotFound
from statushub.incidents.models import Page


def find_page() -> Page | None:
    """The page, or None before the set-up."""
    return db.session.scalars(select(Page).limit(1)).first()


def get_page() -> Page:
    """The page. Raises NotFound before the set-up."""
    page = find_page()
    if page is None:
        raise NotFound("This StatusHub is not set up yet. Open the set-up link it printed.")
    return page


def current_revision() -> int:
    """The number that grows with every change a visitor can see; 0 before the set-up."""
    return db.session.scalars(select(Page.revision).limit(1)).first() or 0


def bump_revision() -> None:
    """Say, in the transaction under way, that visitors will see something new."""
    db.session.execute(update(Page).values(revision=Page.revision + 1, updated_at=clock.now()))
