"""The page's own settings: what visitors see around everything else."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from statushub.accounts.permissions import Permission
from statushub.core.i18n import LOCALES
from statushub.desk.blueprint import desk
from statushub.desk.zones import zone_choices
from statushub.incidents import service
from statushub.incidents.page import find_page, get_page
from statushub.web.forms import ChoiceField, Form, LineField, TextField, options, required
from statushub.web.guards import needs

URL_MAX = 2_000


class PageForm(Form):
    """Name, addresses, zone, language."""

    name = LineField(
        _l("Name of the status page"), required(_l("Enter the name that customers know you by."))
    )
    about = TextField(
        _l("About this page"), description=_l("One or two sentences under the name. Plain text.")
    )
    url = LineField(
        _l("Your website"), limit=URL_MAX, description=_l("For example https://www.example.com")
    )
    support_url = LineField(
        _l("Where customers get help"),
        limit=URL_MAX,
        description=_l("A web address, linked at the foot of every page."),
    )
    time_zone = ChoiceField(
        _l("Time zone"),
        description=_l("For times in e-mails. On the page, every reader sees their own."),
    )
    locale = ChoiceField(
        _l("Language of the page"),
        choices=options(LOCALES.items()),
        description=_l("Readers can switch; this is what they see first."),
    )


@desk.route("/settings", methods=["GET", "POST"])
@needs(Permission.MANAGE_PAGE)
def page_settings() -> ResponseReturnValue:
    """Read and change the settings."""
    if find_page() is None:
        return redirect(url_for("desk.setup_page"))
    form = PageForm(obj=get_page())
    form.time_zone.choices = options(_zones())
    fields = ("name", "about", "url", "support_url", "time_zone", "locale")
    done = form.deed(
        lambda: service.update_page(
            current_user.actor, **{name: form[name].data for name in fields}
        )
    )
    if done is None:
        return form.page("desk/page_settings.html", settings=current_app.config["SETTINGS"])
    flash(_("Saved. Visitors see it now."), "success")
    return redirect(url_for("desk.page_settings"))


def _zones() -> list[tuple[str, str]]:
    """All zones, and the page's own, should an import have brought one of another name."""
    choices, own = zone_choices(), get_page().time_zone
    return choices if own in dict(choices) else [(own, own), *choices]
