"""Sign in and out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from wtforms import BooleanField

from statushub.accounts import service
from statushub.accounts.models import User
from statushub.core.text import clean_line
from statushub.desk.blueprint import desk
from statushub.incidents.page import find_page
from statushub.web.forms import AddressField, Form, SecretField, required
from statushub.web.guards import public
from statushub.web.limits import limiter, visitor

_KEPT_FOR = timedelta(days=30)
# Only tries that failed count. Few are allowed from one address; many at one account from all
# addresses together, for whoever can use those up locks its owner out on the worst day.
_PER_ADDRESS = "20 per 5 minutes"
_PER_PAIR = "10 per 5 minutes"
_PER_ACCOUNT = "200 per hour"
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


class SignInForm(Form):
    """Address and password."""

    email = AddressField(_l("E-mail address"), required(_l("Enter your e-mail address.")))
    password = SecretField(_l("Password"), required(_l("Enter your password.")))
    remember = BooleanField(_l("Keep me signed in on this device"))


def local_path(target: str | None) -> str:
    """``target`` when it is a path of this site, else the desk: nobody is sent elsewhere."""
    desk_home = url_for("desk.overview")
    if not target or _CONTROL.search(target) or not target.startswith("/"):
        return desk_home
    return desk_home if target.startswith("//") else target


def let_in(user: User, *, remember: bool = False) -> None:
    """Begin a session, and nothing of the former one stays."""
    cookie.clear()
    login_user(user, remember=remember, duration=_KEPT_FOR)


def _failed(response: Any) -> bool:
    return bool(response.status_code == 422)


def _pair() -> str:
    return f"{_account()}:{visitor()}"


def _account() -> str:
    return f"account:{clean_line(request.form.get('email', '')).lower()}"


@desk.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(_PER_ADDRESS, key_func=visitor, methods=["POST"], deduct_when=_failed)
@limiter.limit(_PER_PAIR, key_func=_pair, methods=["POST"], deduct_when=_failed)
@limiter.limit(_PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_failed)
@public
def sign_in() -> ResponseReturnValue:
    """The door to the desk."""
    onward = local_path(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(onward)
    if not service.has_owner():
        return redirect(url_for("desk.setup"))
    form = SignInForm()
    user = form.deed(lambda: service.authenticate(form.email.data, form.password.data))
    if user is not None:
        let_in(user, remember=form.remember.data)
        return redirect(onward if find_page() else url_for("desk.setup_page"))
    return form.page("desk/sign_in.html", onward=onward)


@desk.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Out, on this device."""
    logout_user()
    forget = cookie.get("_remember")
    cookie.clear()
    if forget:
        cookie["_remember"] = forget  # tells flask-login to clear the lasting cookie too
    flash(_("You are signed out."), "success")
    return redirect(url_for("desk.sign_in"))


@desk.get("/forgotten-password")
@public
def forgotten_password() -> str:
    """What to do without a password: an administrator makes a link."""
    return render_template("desk/forgotten_password.html")
