"""Components and their groups: add, edit, arrange, archive, and say by hand how one is."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from statushub.accounts.permissions import Permission
from statushub.core.db import db
from statushub.core.errors import NotFound
from statushub.desk.arrangement import archived_components, arrangement, moved
from statushub.desk.blueprint import desk
from statushub.desk.component_forms import ComponentForm, GroupForm, StatusForm
from statushub.desk.words import COMPONENT
from statushub.incidents import components as room
from statushub.incidents.models import Component, ComponentGroup
from statushub.web.forms import Answer
from statushub.web.guards import needs

_FIELDS = ("name", "description", "group_id", "showcase", "only_show_if_degraded", "start_date")


@desk.get("/components")
@needs(Permission.SET_COMPONENT_STATUS)
def components() -> ResponseReturnValue:
    """All of them, as on the page; then those that were taken off it."""
    return render_template(
        "desk/components.html", rows=arrangement(), archived=archived_components()
    )


@desk.route("/components/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_COMPONENTS)
def component_new() -> ResponseReturnValue:
    """Add a component; ``group`` chooses one beforehand."""
    form = ComponentForm.offer(group_id=request.args.get("group", ""))
    added = form.deed(lambda: room.add_component(current_user.actor, **_facts(form)))
    if added is None:
        return form.page("desk/component_new.html")
    flash(_("“%(name)s” is on the page.", name=added.name), "success")
    return redirect(url_for("desk.components"))


def _facts(form: ComponentForm) -> dict[str, Any]:
    return {name: form[name].data for name in _FIELDS}


def _component(component_id: str) -> Component:
    found = db.session.get(Component, component_id)
    if found is None:
        raise NotFound(_("There is no such component."))
    return found


def _component_page(
    found: Component, form: ComponentForm | None = None, status: StatusForm | None = None
) -> Answer:
    sent = form or status or ComponentForm.fresh(found)
    return sent.page(
        "desk/component.html",
        component=found,
        details=form or ComponentForm.fresh(found),
        status=status or StatusForm(formdata=None, status=found.status.value),
    )


@desk.get("/components/<component_id>")
@needs(Permission.SET_COMPONENT_STATUS)
def component(component_id: str) -> ResponseReturnValue:
    """One component: its status, its details."""
    return _component_page(_component(component_id))


@desk.post("/components/<component_id>")
@needs(Permission.MANAGE_COMPONENTS)
def component_edit(component_id: str) -> ResponseReturnValue:
    """Change the details."""
    found = _component(component_id)
    form = ComponentForm.offer()
    done = form.deed(lambda: room.edit_component(current_user.actor, component_id, **_facts(form)))
    if done is None:
        return _component_page(found, form=form)
    flash(_("Saved. Visitors see it now."), "success")
    return redirect(url_for("desk.components"))


@desk.post("/components/<component_id>/status")
@needs(Permission.SET_COMPONENT_STATUS)
def component_status(component_id: str) -> ResponseReturnValue:
    """Say by hand how it is, now."""
    found = _component(component_id)
    form = StatusForm()
    done = form.deed(
        lambda: room.set_component_status(current_user.actor, component_id, form.status.data)
    )
    if done is None:
        return _component_page(found, status=form)
    said = {"name": done.name, "status": COMPONENT[done.status]}
    flash(_("%(name)s is now shown as: %(status)s.", **said), "success")
    return redirect(url_for("desk.components"))


@desk.post("/components/<component_id>/archive")
@needs(Permission.MANAGE_COMPONENTS)
def component_archive(component_id: str) -> ResponseReturnValue:
    """Off the page; the history stays."""
    gone = room.archive_component(current_user.actor, component_id)
    flash(_("“%(name)s” is archived.", name=gone.name), "success")
    return redirect(url_for("desk.components"))


@desk.post("/components/<component_id>/restore")
@needs(Permission.MANAGE_COMPONENTS)
def component_restore(component_id: str) -> ResponseReturnValue:
    """Back on the page, with its history."""
    back = room.restore_component(current_user.actor, component_id)
    flash(_("“%(name)s” is back on the page.", name=back.name), "success")
    return redirect(url_for("desk.components", _anchor=component_id))


@desk.post("/components/<row_id>/move")
@needs(Permission.MANAGE_COMPONENTS)
def component_move(row_id: str) -> ResponseReturnValue:
    """One place up or down, among its equals; groups too."""
    direction = request.form.get("direction")
    if direction not in {"up", "down"}:
        abort(400)
    order = moved(row_id, up=direction == "up")
    if order is not None:
        room.reorder(current_user.actor, order)
    return redirect(url_for("desk.components", _anchor=row_id))


@desk.route("/component-groups/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_COMPONENTS)
def group_new() -> ResponseReturnValue:
    """Add a group."""
    form = GroupForm()
    added = form.deed(
        lambda: room.add_group(current_user.actor, form.name.data, form.description.data)
    )
    if added is None:
        return form.page("desk/group.html", group=None)
    flash(_("The group “%(name)s” is there. Put components into it.", name=added.name), "success")
    return redirect(url_for("desk.components"))


@desk.route("/component-groups/<group_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_COMPONENTS)
def group(group_id: str) -> ResponseReturnValue:
    """Rename or describe a group."""
    found = db.session.get(ComponentGroup, group_id)
    if found is None:
        raise NotFound(_("There is no such group."))
    form = GroupForm(obj=found)
    done = form.deed(
        lambda: room.edit_group(
            current_user.actor, group_id, name=form.name.data, description=form.description.data
        )
    )
    if done is None:
        return form.page("desk/group.html", group=found)
    flash(_("Saved. Visitors see it now."), "success")
    return redirect(url_for("desk.components"))


@desk.post("/component-groups/<group_id>/remove")
@needs(Permission.MANAGE_COMPONENTS)
def group_remove(group_id: str) -> ResponseReturnValue:
    """The group goes, its components stay."""
    room.remove_group(current_user.actor, group_id)
    flash(_("The group is gone; its components stand on the page by themselves."), "success")
    return redirect(url_for("desk.components"))
