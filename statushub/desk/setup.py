"""The first visit: the owner and the page, then the components or the demo."""

from __future__ import annotations

from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts import service
from statushub.accounts.models import User
from statushub.accounts.permissions import Permission
from statushub.core.audit import Actor
from statushub.core.db import transaction
from statushub.core.i18n import LOCALES
from statushub.desk.blueprint import desk
from statushub.desk.session import let_in
from statushub.desk.zones import zone_choices
from statushub.incidents import service as incidents
from statushub.incidents.models import Page
from statushub.incidents.page import find_page
from statushub.web.forms import (
    AddressField,
    ChoiceField,
    Form,
    LineField,
    SecretField,
    options,
    required,
)
from statushub.web.guards import needs, public
from statushub.web.limits import limiter

FormOfPage = TypeVar("FormOfPage", bound="PageForm")
_NAMES = {"name": "page_name"}  # what the room calls "name" is the page's


class PageForm(Form):
    """What the page is called, and where and in which language it speaks."""

    page_name = LineField(
        _l("Name of the status page"),
        required(_l("Enter the name that customers know you by.")),
        description=_l("Usually your company's or your product's name."),
    )
    time_zone = ChoiceField(
        _l("Time zone"),
        description=_l("For times in e-mails. On the page, every reader sees their own."),
    )
    locale = ChoiceField(_l("Language"), choices=options(LOCALES.items()))


class SetupForm(PageForm):
    """The page, and who owns this."""

    name = LineField(_l("Your name"), required(_l("Enter your name.")))
    email = AddressField(_l("Your e-mail address"), required(_l("Enter your e-mail address.")))
    password = SecretField(
        _l("Choose a password"),
        required(_l("Choose a password.")),
        description=_l("At least 12 characters. A sentence works well."),
    )


@desk.route("/setup", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@public
def setup() -> ResponseReturnValue:
    """For whoever holds the link that the start printed."""
    if service.has_owner():
        return redirect(url_for("desk.overview" if find_page() else "desk.setup_page"))
    token = request.values.get("token", "")
    if not service.is_setup_token(token):
        return render_template("desk/setup_no_link.html", tried=bool(token)), 403 if token else 200
    form = _begin(SetupForm)
    owner = form.deed(lambda: _set_up(token, form))
    if owner is None:
        return form.page("desk/setup.html", token=token)
    let_in(owner)
    return redirect(url_for("desk.setup_components"))


@desk.route("/setup/page", methods=["GET", "POST"])
@needs(Permission.MANAGE_PAGE)
def setup_page() -> ResponseReturnValue:
    """For an owner whom the command line made before there was a page."""
    if find_page() is not None:
        return redirect(url_for("desk.page_settings"))
    form = _begin(PageForm)
    made = form.deed(lambda: _make_page(form, current_user.actor), _NAMES)
    if made is None:
        return form.page("desk/setup.html")
    return redirect(url_for("desk.setup_components"))


def _begin(kind: type[FormOfPage]) -> FormOfPage:
    page = find_page()
    form = kind(
        page_name=page.name if page else "",
        time_zone=page.time_zone if page else "Etc/UTC",
        locale=page.locale if page else str(get_locale() or "en"),
    )
    form.time_zone.choices = options(zone_choices())
    return form


def _make_page(form: PageForm, actor: Actor) -> Page:
    facts = {"time_zone": form.time_zone.data, "locale": form.locale.data}
    if find_page() is None:
        return incidents.set_up_page(name=form.page_name.data, **facts)
    # An import came first.
    return incidents.update_page(actor, name=form.page_name.data, **facts)


def _set_up(token: str, form: SetupForm) -> User:
    """Owner and page, both or neither."""
    with transaction():
        owner = service.create_owner(
            token,
            email=form.email.data,
            name=form.name.data,
            password=form.password.data,
            locale=form.locale.data,
        )
        _make_page(form, owner.actor)
    return owner
