"""Many components at once, or the demo: the second step of the set-up, and useful later too."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts.permissions import Permission
from statushub.core.db import transaction
from statushub.core.errors import Conflict, Invalid
from statushub.core.text import clean_line
from statushub.demo.load import load_demo
from statushub.desk.arrangement import all_groups, arrangement
from statushub.desk.blueprint import desk
from statushub.incidents import service as incidents
from statushub.web.forms import Form, TextField, required
from statushub.web.guards import needs

MAX_LINES = 200


class ComponentsForm(Form):
    """Many components at once, a line each."""

    lines = TextField(
        _l("Components, one per line"),
        required(_l("Enter at least one component, or skip this step.")),
        limit=20_000,
        description=_l(
            "The parts of your service that customers can name. "
            "“Group: Component” puts components into a group."
        ),
    )


@desk.route("/setup/components", methods=["GET", "POST"])
@needs(Permission.MANAGE_COMPONENTS)
def setup_components() -> ResponseReturnValue:
    """What the service is made of, or the demo to look around in."""
    form = ComponentsForm()
    count = form.deed(lambda: _add_lines(form.lines.data))
    if count is None:
        return form.page("desk/setup_components.html", empty=not arrangement())
    flash(_("Your page is ready, with %(count)s components.", count=count), "success")
    return redirect(url_for("desk.overview"))


@desk.post("/setup/demo")
@needs(Permission.MANAGE_PAGE)
def setup_demo() -> ResponseReturnValue:
    """Fill an empty StatusHub with made-up incidents."""
    try:
        load_demo(current_user.actor)
    except Conflict as error:
        flash(str(error), "error")
    else:
        flash(_("The demo is loaded. Look around: nothing here is real."), "success")
    return redirect(url_for("desk.overview"))


def parse_lines(text: str) -> list[tuple[str, str]]:
    """(group, component) of every line; the group is empty without a colon.

    Raises Invalid by ``lines``, naming the line.
    """
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        before, colon, after = line.partition(":")
        group, name = (clean_line(before), clean_line(after)) if colon else ("", clean_line(line))
        if not name and not group:
            continue
        if not name or (colon and not group):
            raise Invalid(
                fields={"lines": _("Line %(n)s: write “Group: Component”, or no colon.", n=number)}
            )
        found.append((group, name))
    if len(found) > MAX_LINES:
        raise Invalid(fields={"lines": _("Enter at most %(n)s components here.", n=MAX_LINES)})
    if not found:
        raise Invalid(fields={"lines": _("Enter at least one component, or skip this step.")})
    return found


def _add_lines(text: str) -> int:
    lines = parse_lines(text)
    actor = current_user.actor
    with transaction():
        groups = {group.name: group.id for group in all_groups()}
        for group, name in lines:
            if group and group not in groups:
                groups[group] = incidents.add_group(actor, group).id
            incidents.add_component(actor, name=name, group_id=groups.get(group))
    return len(lines)
