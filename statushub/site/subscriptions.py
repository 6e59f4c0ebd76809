"""/subscriptions/<token>: who holds the signed link is the subscriber.

Mail scanners and link previews open every link in a mail, so no GET here changes anything: it
shows a button. The POST behind the button needs no cookie and no CSRF token, because the token in
the address is the proof, and mail providers send the one-click request without either (RFC 8058).
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from statushub.core.db import transaction
from statushub.core.i18n import LOCALES
from statushub.incidents.page import get_page
from statushub.site.blueprint import site
from statushub.site.forms import ManageForm
from statushub.subscribers import service, tokens
from statushub.subscribers.models import SubscriberState
from statushub.web.guards import public

EXEMPT = (
    f"{__name__}.confirm_subscription",
    f"{__name__}.unsubscribe",
)


@site.get("/subscriptions/confirm/<token>")
@public
def confirm_page(token: str) -> ResponseReturnValue:
    """Shows the button that confirms."""
    get_page()
    return _quiet("site/confirm.html", subscriber=tokens.read_confirm_token(token), token=token)


@site.post("/subscriptions/confirm/<token>")
@public
def confirm_subscription(token: str) -> ResponseReturnValue:
    """Confirms; a second click says the same."""
    subscriber = service.confirm(tokens.read_confirm_token(token).id)
    return _quiet(
        "site/confirmed.html",
        subscriber=subscriber,
        manage=tokens.manage_token(subscriber),
        secret=service.signing_secret(subscriber),
    )


@site.route("/subscriptions/<token>", methods=["GET", "POST"])
@public
def manage_subscription(token: str) -> ResponseReturnValue:
    """What to hear about, and in which language."""
    get_page()
    subscriber = tokens.read_manage_token(token)
    chosen = [row.component_id for row in subscriber.subscriptions]
    form = ManageForm(locale=subscriber.locale, components=chosen)
    form.locale.choices = list(LOCALES.items())

    def change() -> bool:
        with transaction():
            service.update_subscriptions(subscriber.id, form.components.data)
            service.set_locale(subscriber.id, form.locale.data)
        return True

    if form.deed(change):
        return redirect(url_for("site.manage_subscription", token=token, saved=1))
    ended = subscriber.state is not SubscriberState.ACTIVE
    context = {"subscriber": subscriber, "token": token, "ended": ended}
    secret = "" if ended else service.signing_secret(subscriber)
    body = form.page("site/manage.html", **context, secret=secret)
    return _private(make_response(body))


@site.get("/subscriptions/<token>/unsubscribe")
@public
def unsubscribe_page(token: str) -> ResponseReturnValue:
    """Shows the button that ends it."""
    get_page()
    subscriber = tokens.read_manage_token(token)
    return _quiet("site/unsubscribe.html", subscriber=subscriber, token=token)


@site.post("/subscriptions/<token>/unsubscribe")
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """Ends it at once: from the button, or from a mail provider's one-click request."""
    subscriber = tokens.read_manage_token(token)
    service.unsubscribe(subscriber.id, _("unsubscribed by link"))
    return _quiet("site/unsubscribed.html", subscriber=subscriber)


def _quiet(template: str, **context: object) -> Response:
    return _private(make_response(render_template(template, **context)))


def _private(response: Response) -> Response:
    """The address is a secret: it is neither stored nor told to other sites nor indexed."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
