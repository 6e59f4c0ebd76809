"""Who is there: flask-login over the accounts room."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager

from statushub.accounts.models import User
from statushub.core.db import db

_manager = LoginManager()


@_manager.user_loader  # type: ignore[untyped-decorator] # flask-login carries no types
def load_user(cookie: str) -> User | None:
    """The person whom a session cookie names, if the session still counts."""
    user_id, _, epoch = cookie.partition(".")
    user = db.session.get(User, user_id)
    if user is None or not user.active or str(user.session_epoch) != epoch:
        return None
    return user


def install(app: Flask) -> None:
    """Attach to ``app``. Guards, not flask-login, send people to the sign-in page."""
    _manager.session_protection = "basic"
    _manager.init_app(app)
