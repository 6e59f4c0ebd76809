"""StatusHub: one place from which everybody who should know, knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(settings: Any = None, **options: Any) -> Flask:
    """A StatusHub application; see :func:`statushub.factory.create_app`."""
    from statushub.factory import create_app as build

    return build(settings, **options)
