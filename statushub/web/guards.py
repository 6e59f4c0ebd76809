"""Who may pass: every view says so, and one place asks.

A view is marked with :func:`needs` or :func:`public`; the factory refuses to start with a view
that is marked with neither, so that a forgotten guard cannot ship.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from statushub.accounts.permissions import Permission, allows
from statushub.core.errors import Forbidden

View = Callable[..., Any]
_MARK = "_statushub_permission"
SIGN_IN = "desk.sign_in"


def needs(permission: Permission) -> Callable[[View], View]:
    """This view is for those whose role has ``permission``."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def public(view: View) -> View:
    """This view is for everybody (it may still ask for a token or an API key of its own)."""
    setattr(view, _MARK, None)
    return view


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What a route asks for; None for a public one. Raises LookupError for an unmarked view."""
    view = app.view_functions[endpoint]
    if not hasattr(view, _MARK):
        raise LookupError(f"{endpoint} says neither @needs(...) nor @public")
    permission: Permission | None = getattr(view, _MARK)
    return permission


def can(permission: Permission | str) -> bool:
    """Whether the person at the desk may do a thing (templates ask this too)."""
    return current_user.is_authenticated and allows(current_user.role, permission)


def check_guard() -> ResponseReturnValue | None:
    """Before every request: asks what the view wants, and who is there."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    permission = permission_of(current_app, request.endpoint)
    if permission is None:
        return None
    if not current_user.is_authenticated:
        if request.accept_mimetypes.best == "application/json":
            abort(401)
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for(SIGN_IN, next=back))
    if not can(permission):
        raise Forbidden(_("Your role does not allow this. Ask an administrator for it."))
    return None


def check_all_marked(app: Flask) -> None:
    """Raises LookupError when a view has no guard; called once, when everything is registered."""
    for endpoint in app.view_functions:
        if endpoint != "static":
            permission_of(app, endpoint)
