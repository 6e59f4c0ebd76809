"""API keys: make one, see it once, revoke it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts import service
from statushub.accounts.permissions import Permission, Role
from statushub.accounts.words import ROLE, role_choices
from statushub.desk.blueprint import desk
from statushub.web.forms import Answer, ChoiceField, Form, LineField, options, required
from statushub.web.guards import needs


class KeyForm(Form):
    """What the key is for, and what it may do."""

    name = LineField(
        _l("Name"),
        required(_l("Enter a name.")),
        description=_l("What will use it, for example “Monitoring”."),
    )
    role = ChoiceField(
        _l("Role"),
        default=Role.RESPONDER.value,
        description=_l("The key may do what this role may do."),
    )


def _form() -> KeyForm:
    form = KeyForm()
    form.role.choices = options(role_choices(current_user.role))
    return form


def _page(form: KeyForm) -> Answer:
    return form.page("desk/api_keys.html", keys=service.api_keys(), roles=ROLE)


@desk.get("/api-keys")
@needs(Permission.MANAGE_TEAM)
def api_keys() -> ResponseReturnValue:
    """All keys, by their first characters."""
    return _page(_form())


@desk.post("/api-keys")
@needs(Permission.MANAGE_TEAM)
def api_key_create() -> ResponseReturnValue:
    """Make a key; it is shown now and never again."""
    form = _form()
    made = form.deed(
        lambda: service.create_api_key(current_user.actor, form.name.data, Role(form.role.data))
    )
    if made is None:
        return _page(form)
    key, plaintext = made
    return render_template(
        "desk/api_key_made.html", key=key, plaintext=plaintext, role=ROLE[key.role]
    )


@desk.post("/api-keys/<key_id>/revoke")
@needs(Permission.MANAGE_TEAM)
def api_key_revoke(key_id: str) -> ResponseReturnValue:
    """The key stops working."""
    key = service.revoke_api_key(current_user.actor, key_id)
    flash(_("The key “%(name)s” no longer works.", name=key.name), "success")
    return redirect(url_for("desk.api_keys"))
