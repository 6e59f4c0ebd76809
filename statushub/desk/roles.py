"""What each role may do: the one table, for everybody at the desk to read."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.accounts.permissions import ROLE_PERMISSIONS, Permission
from statushub.accounts.words import PERMISSION, ROLE, ROLE_MEANING
from statushub.desk.blueprint import desk
from statushub.web.guards import needs


@desk.get("/roles")
@needs(Permission.SEE_DESK)
def roles() -> ResponseReturnValue:
    """Roles across, permissions down."""
    return render_template(
        "desk/roles.html",
        table=ROLE_PERMISSIONS,
        roles=ROLE,
        meanings=ROLE_MEANING,
        permissions=PERMISSION,
    )
