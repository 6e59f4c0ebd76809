"""The programming interfaces: public v2 (read) and management v1 (with a key)."""

from __future__ import annotations

from flask import Blueprint, Flask

from statushub.api.v1 import api_v1
from statushub.api.v2 import api_v2

# Keys, not cookies, say who calls v1; nothing a browser sends by itself opens it.
CSRF_EXEMPT: tuple[Blueprint, ...] = (api_v1,)


def install(app: Flask) -> None:
    """Register both versions."""
    app.register_blueprint(api_v2)
    app.register_blueprint(api_v1)
