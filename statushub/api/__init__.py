"""The programming interfaces: public v2 (read) and management v1 (with a key)."""

from __future__ import annotations

from flask import Blueprint, Flask

# Keys, not cookies, say who calls v1; nothing a browser sends by itself opens it.
CSRF_EXEMPT: tuple[Blueprint, ...] = ()


def install(app: Flask) -> None:
    """Register both versions."""
