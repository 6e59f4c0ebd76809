"""The blueprint of all staff pages, apart from its views so that they can import it."""

from __future__ import annotations

from flask import Blueprint

from statushub.desk import nav

desk = Blueprint("desk", __name__, url_prefix="/desk")
desk.context_processor(nav.context)
