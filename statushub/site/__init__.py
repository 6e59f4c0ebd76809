"""The public page and everything around it that visitors see."""

from __future__ import annotations

from flask import Flask

from statushub.site.blueprint import site

# Mail providers send one-click unsubscribe requests (RFC 8058) without a cookie or a token of ours;
# the signed link itself is what proves that they may.
CSRF_EXEMPT: tuple[str, ...] = ()


def install(app: Flask) -> None:
    """Register the public pages."""
    app.register_blueprint(site)
