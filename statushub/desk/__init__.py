"""The staff's doors: one file a page family, all on one blueprint."""

from __future__ import annotations

from flask import Flask

from statushub.desk import account, session, setup
from statushub.desk.blueprint import desk

__all__ = ["account", "desk", "install", "session", "setup"]


def install(app: Flask) -> None:
    """Register the staff pages."""
    app.register_blueprint(desk)
