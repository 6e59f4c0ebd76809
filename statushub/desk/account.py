"""One's own account: name, language, password, sessions."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts import service
from statushub.accounts.permissions import Permission
from statushub.accounts.words import ROLE
from statushub.core.i18n import LOCALES
from statushub.desk.blueprint import desk
from statushub.desk.session import let_in
from statushub.web.forms import Answer, ChoiceField, Form, LineField, SecretField, options, required
from statushub.web.guards import needs
from statushub.web.limits import limiter


class ProfileForm(Form):
    """Name and language."""

    name = LineField(_l("Name"), required(_l("Enter your name.")))
    locale = ChoiceField(_l("Language of the desk"), choices=options(LOCALES.items()))


class PasswordForm(Form):
    """A new password."""

    old_password = SecretField(_l("Password now"), required(_l("Enter the password you have now.")))
    new_password = SecretField(
        _l("New password"),
        required(_l("Choose a new password.")),
        description=_l("At least 12 characters. A sentence works well."),
    )


def _page(profile: ProfileForm | None = None, password: PasswordForm | None = None) -> Answer:
    """The account page around the form that was sent."""
    profile = profile or ProfileForm(
        formdata=None, name=current_user.name, locale=current_user.locale
    )
    sent = password or profile
    return sent.page(
        "desk/account.html",
        profile=profile,
        password=password or PasswordForm(formdata=None),
        user=current_user,
        role=ROLE[current_user.role],
    )


@desk.get("/account")
@needs(Permission.SEE_DESK)
def account() -> ResponseReturnValue:
    """One's own account."""
    return _page()


@desk.post("/account")
@needs(Permission.SEE_DESK)
def account_edit() -> ResponseReturnValue:
    """Another name or language."""
    form = ProfileForm()
    done = form.deed(
        lambda: service.edit_profile(current_user.id, name=form.name.data, locale=form.locale.data)
    )
    if done is None:
        return _page(profile=form)
    flash(_("Saved."), "success")
    return redirect(url_for("desk.account"))


@desk.post("/account/password")
@limiter.limit("10 per 5 minutes")
@needs(Permission.SEE_DESK)
def account_password() -> ResponseReturnValue:
    """Another password; every other session ends."""
    form = PasswordForm()
    user = form.deed(
        lambda: service.change_password(
            current_user.id, form.old_password.data, form.new_password.data
        )
    )
    if user is None:
        return _page(password=form)
    let_in(user)
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return redirect(url_for("desk.account"))


@desk.post("/account/end-sessions")
@needs(Permission.SEE_DESK)
def account_end_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    let_in(service.end_sessions(current_user.id))
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("desk.account"))
