"""The staff's doors: one file a page family, all on one blueprint."""

from __future__ import annotations

from flask import Flask

from statushub.desk import (
    account,
    api_keys,
    audit,
    board,
    channels,
    components,
    declare,
    drafts,
    feedback,
    first_components,
    gallery,
    incidents,
    invitations,
    maintenance,
    overview,
    page_settings,
    publish,
    roles,
    session,
    setup,
    subscribers,
    team,
)
from statushub.desk.blueprint import desk

__all__ = [
    "account",
    "api_keys",
    "audit",
    "board",
    "channels",
    "components",
    "declare",
    "desk",
    "drafts",
    "feedback",
    "first_components",
    "gallery",
    "incidents",
    "install",
    "invitations",
    "maintenance",
    "overview",
    "page_settings",
    "publish",
    "roles",
    "session",
    "setup",
    "subscribers",
    "team",
]


def install(app: Flask) -> None:
    """Register the staff pages."""
    app.register_blueprint(desk)
