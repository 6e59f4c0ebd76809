"""The page itself: its name, zone and language, and the revision that visitors' bytes follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from sqlalchemy import select, text, update

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, NotSetUp
from statushub.core.text import require_title
from statushub.incidents import checks
from statushub.incidents.models import Page


def find_page() -> Page | None:
    """The page, or None before the set-up."""
    return db.session.scalars(select(Page).limit(1)).first()


def get_page() -> Page:
    """The page. Raises NotSetUp before the set-up."""
    page = find_page()
    if page is None:
        raise NotSetUp("This StatusHub is not set up yet. Open the set-up link it printed.")
    return page


def current_revision() -> int:
    """The number that grows with every change a visitor can see; 0 before the set-up."""
    return db.session.scalars(select(Page.revision).limit(1)).first() or 0


def bump_revision() -> None:
    """Say, in the transaction under way, that visitors will see something new."""
    db.session.execute(update(Page).values(revision=Page.revision + 1, updated_at=clock.now()))


def set_up_page(
    *,
    name: str,
    time_zone: str,
    locale: str,
    url: str = "",
    support_url: str = "",
    about: str = "",
) -> Page:
    """Make the page, once. Raises Conflict when there is one, Invalid by field."""
    with transaction():
        _wait_for_turn()
        if find_page() is not None:
            raise Conflict(_("This StatusHub is set up already. Sign in."))
        page = Page(revision=1)
        _assign(
            page,
            {
                "name": name,
                "time_zone": time_zone,
                "locale": locale,
                "url": url,
                "support_url": support_url,
                "about": about,
            },
        )
        db.session.add(page)
        db.session.flush()
        audit.record(audit.SYSTEM, "page.set_up", "page", page.id, page.name)
    return page


def _wait_for_turn() -> None:
    """Let one set-up go after the other; on SQLite every writer waits for its turn anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE page IN SHARE ROW EXCLUSIVE MODE"))


def update_page(actor: Actor, **fields: str) -> Page:
    """Change name, about, url, support_url, time_zone or locale; a field not given stays.

    Raises NotSetUp before the set-up, Invalid by field, TypeError for any other field.
    """
    unknown = fields.keys() - _EDITABLE.keys()
    if unknown:
        raise TypeError(f"update_page: no such field: {', '.join(sorted(unknown))}")
    with transaction():
        page = get_page()
        _assign(page, fields)
        db.session.flush()
        bump_revision()
        audit.record(actor, "page.edited", "page", page.id, page.name, {"fields": sorted(fields)})
    return page


def _assign(page: Page, fields: Mapping[str, str]) -> None:
    for field, value in fields.items():
        setattr(page, field, _EDITABLE[field](value))


_EDITABLE: dict[str, Callable[[str], str]] = {
    "name": require_title,
    "about": lambda value: checks.note(value, "about"),
    "url": lambda value: checks.web_address(value, "url"),
    "support_url": lambda value: checks.web_address(value, "support_url"),
    "time_zone": checks.time_zone,
    "locale": checks.locale,
}
