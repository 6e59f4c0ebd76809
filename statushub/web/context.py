"""What every template may use."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask, current_app, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from statushub.core.i18n import DEFAULT_LOCALE, LOCALES, known_locale
from statushub.incidents.models import Page
from statushub.incidents.page import find_page
from statushub.web.guards import can


class LocaleLink(NamedTuple):
    """A way to this page in another language."""

    locale: str
    name: str
    url: str
    active: bool


def select_locale() -> str:
    """The language in the address, else the reader's own: a person's at the desk, the page's
    in public. Public pages never depend on who asks, so that one copy serves everybody; before
    the set-up there is nothing to keep, and the browser's language counts."""
    if not has_request_context():
        return DEFAULT_LOCALE
    prefixed = request.environ.get("statushub.locale")
    if prefixed:
        return known_locale(prefixed)
    if request.blueprint == "desk" and current_user.is_authenticated:
        return known_locale(current_user.locale)
    page = page_or_none()
    if page is None or request.blueprint == "desk":
        return known_locale(request.accept_languages.best_match(list(LOCALES)))
    return known_locale(page.locale)


def page_or_none() -> Page | None:
    """The page, or None before the set-up and when the database is away."""
    try:
        return find_page()
    except SQLAlchemyError:
        return None


def locale_links() -> list[LocaleLink]:
    """This page in every language, by its own name; none outside a request (in e-mails)."""
    if not has_request_context():
        return []
    active = str(get_locale() or DEFAULT_LOCALE)
    path = request.path
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return [
        LocaleLink(locale, name, f"/{locale}{path}{query}", locale == active)
        for locale, name in LOCALES.items()
    ]


def asset(name: str) -> str:
    """The address of a static file, with the tree's hash so that it may be cached for a year."""
    address: str = current_app.extensions["statushub.static"].url(name)
    return address


def template_context() -> dict[str, Any]:
    """Names added to every template."""
    return {
        "page": page_or_none(),
        "asset": asset,
        "can": can,
        "current_locale": str(get_locale() or DEFAULT_LOCALE),
        "locale_links": locale_links(),
    }


def install(app: Flask) -> None:
    """Add the context to ``app``."""
    app.context_processor(template_context)
