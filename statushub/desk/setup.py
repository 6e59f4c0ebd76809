"""The first visit: the owner and the page, then the components or the demo."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts import service
from statushub.accounts.models import User
from statushub.accounts.permissions import Permission
from statushub.core.db import transaction
from statushub.core.errors import Invalid
from statushub.core.i18n import LOCALES
from statushub.core.text import clean_line
from statushub.desk.arrangement import arrangement
from statushub.desk.blueprint import desk
from statushub.desk.session import let_in
from statushub.desk.zones import zone_choices
from statushub.incidents import service as incidents
from statushub.incidents.page import find_page
from statushub.web.forms import (
    AddressField,
    ChoiceField,
    Form,
    LineField,
    SecretField,
    TextField,
    required,
)
from statushub.web.guards import needs, public
from statushub.web.limits import limiter

MAX_LINES = 200


class SetupForm(Form):
    """Who owns this, and what the page is called."""

    page_name = LineField(
        _l("Name of the status page"),
        required(_l("Enter the name that customers know you by.")),
        description=_l("Usually your company's or your product's name."),
    )
    time_zone = ChoiceField(
        _l("Time zone"),
        description=_l("For times in e-mails. On the page, every reader sees their own."),
    )
    locale = ChoiceField(_l("Language"), choices=list(LOCALES.items()))
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
        return redirect(url_for("desk.overview"))
    token = request.values.get("token", "")
    if not service.is_setup_token(token):
        return render_template("desk/setup_no_link.html", tried=bool(token)), 403 if token else 200
    form = _fresh_form()
    owner = form.deed(lambda: _set_up(token, form))
    if owner is None:
        return form.page("desk/setup.html", token=token)
    let_in(owner)
    return redirect(url_for("desk.setup_components"))


def _fresh_form() -> SetupForm:
    page = find_page()
    form = SetupForm(
        page_name=page.name if page else "",
        time_zone=page.time_zone if page else "Etc/UTC",
        locale=page.locale if page else str(get_locale() or "en"),
    )
    form.time_zone.choices = zone_choices()
    return form


def _set_up(token: str, form: SetupForm) -> User:
    """Owner and page, both or neither."""
    facts = {"time_zone": form.time_zone.data, "locale": form.locale.data}
    with transaction():
        owner = service.create_owner(
            token,
            email=form.email.data,
            name=form.name.data,
            password=form.password.data,
            locale=form.locale.data,
        )
        if find_page() is None:
            incidents.set_up_page(name=form.page_name.data, **facts)
        else:  # an import came before the owner
            incidents.update_page(owner.actor, name=form.page_name.data, **facts)
    return owner


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
    from statushub.demo.load import load_demo

    load_demo(current_user.actor)
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
    groups: dict[str, str] = {}
    actor = current_user.actor
    with transaction():
        for group, name in lines:
            if group and group not in groups:
                groups[group] = incidents.add_group(actor, group).id
            incidents.add_component(actor, name=name, group_id=groups.get(group))
    return len(lines)
