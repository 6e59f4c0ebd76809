"""The public page and everything around it that visitors see."""

from __future__ import annotations

from flask import Flask

from statushub.site import (
    feeds,
    health,
    history,
    incident,
    layout,
    page,
    report,
    subscribe,
    subscriptions,
    uptime,
)
from statushub.site.blueprint import site

__all__ = [
    "CSRF_EXEMPT",
    "feeds",
    "health",
    "history",
    "incident",
    "install",
    "layout",
    "page",
    "report",
    "subscribe",
    "subscriptions",
    "uptime",
]

CSRF_EXEMPT: tuple[str, ...] = subscriptions.EXEMPT


def install(app: Flask) -> None:
    """Register the public pages."""
    app.register_blueprint(site)
