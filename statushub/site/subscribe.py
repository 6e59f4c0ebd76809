"""/subscribe: ask to be told. Every answer is the same whether the address was known or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from statushub.core.access import base_url
from statushub.incidents.page import get_page
from statushub.publishing import subscribing
from statushub.site.blueprint import site
from statushub.site.forms import EmailForm, Trapped, WebhookForm
from statushub.site.often import too_often
from statushub.web.guards import public


@site.route("/subscribe", methods=["GET", "POST"])
@public
def subscribe() -> ResponseReturnValue:
    """By e-mail; the address is written to only after it was confirmed."""
    get_page()
    form = EmailForm()
    return _taken(
        form,
        form.email.data,
        lambda: subscribing.subscribe_email(
            form.email.data, locale=str(get_locale()), component_ids=form.components.data
        ),
        "email",
    )


@site.route("/subscribe/webhook", methods=["GET", "POST"])
@public
def subscribe_webhook() -> ResponseReturnValue:
    """By webhook; the endpoint gets a signed confirmation request first."""
    get_page()
    form = WebhookForm()
    return _taken(
        form,
        form.url.data,
        lambda: subscribing.subscribe_webhook(
            form.url.data, locale=str(get_locale()), component_ids=form.components.data
        ),
        "webhook",
    )


@site.get("/subscribe/feeds")
@public
def subscribe_feeds() -> ResponseReturnValue:
    """The feeds and the API, for readers and programs."""
    get_page()
    return render_template("site/subscribe_feeds.html", base=base_url(), tab="feeds")


def _taken(
    form: Trapped, target: str | None, act: Callable[[], Any], tab: str
) -> ResponseReturnValue:
    template = f"site/subscribe_{tab}.html"
    sent = render_template("site/subscribe_sent.html", tab=tab, target=target)
    if form.is_submitted() and form.by_robot:
        return sent
    if form.validate_on_submit():
        refusal = too_often("subscribe", (target or "").lower())
        if refusal:
            form.form_errors.append(refusal)
            return render_template(template, form=form, tab=tab), 429
    if form.deed(act, {"email": "email", "url": "url", "component_ids": "components"}) is not None:
        return sent
    return form.page(template, tab=tab)
