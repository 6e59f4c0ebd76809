"""Where an invitation's link leads: choose a name and a password, and come in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from statushub.accounts import service
from statushub.accounts.words import ROLE, ROLE_MEANING
from statushub.core.errors import NotFound
from statushub.desk.blueprint import desk
from statushub.desk.session import let_in
from statushub.web.forms import Form, LineField, SecretField, required
from statushub.web.guards import public
from statushub.web.limits import limiter


class ResetForm(Form):
    """A new password."""

    password = SecretField(
        _l("Choose a password"),
        required(_l("Choose a password.")),
        description=_l("At least 12 characters. A sentence works well."),
    )


class AcceptForm(ResetForm):
    """A name and a password."""

    name = LineField(_l("Your name"), required(_l("Enter your name.")))


@desk.route("/invitations/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """For whoever holds the link; one that no longer works says why."""
    try:
        invitation = service.find_invitation(token)
    except NotFound as error:
        return render_template("desk/invitation_gone.html", message=str(error)), error.status
    reset = invitation.user_id is not None
    form = ResetForm() if reset else AcceptForm()
    user = form.deed(
        lambda: service.accept_invitation(
            token,
            "" if reset else form.name.data,
            form.password.data,
            locale=str(get_locale() or "en"),
        )
    )
    if user is None:
        return form.page(
            "desk/invitation.html",
            invitation=invitation,
            reset=reset,
            role=ROLE[invitation.role],
            meaning=ROLE_MEANING[invitation.role],
        )
    let_in(user)
    flash(_("Welcome, %(name)s.", name=user.name), "success")
    return redirect(url_for("desk.overview"))
