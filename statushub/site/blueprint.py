"""The blueprint that the public pages hang on."""

from __future__ import annotations

from flask import Blueprint

site = Blueprint("site", __name__)
