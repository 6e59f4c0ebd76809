"""Every component of the design system, in every state, on one page."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.accounts.permissions import Permission
from statushub.desk.blueprint import desk
from statushub.web.guards import needs


@desk.get("/gallery")
@needs(Permission.SEE_DESK)
def gallery() -> ResponseReturnValue:
    """For those who build pages."""
    return render_template("desk/gallery.html")
