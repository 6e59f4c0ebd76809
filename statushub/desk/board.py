"""The delivery board: who has been told of an update, and what to do where it did not work."""

from __future__ import annotations

import hashlib
import re

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from statushub.accounts.permissions import Permission
from statushub.core.errors import Conflict, NotFound
from statushub.desk import words
from statushub.desk.blueprint import desk
from statushub.desk.nav import nav_items
from statushub.desk.people import actor
from statushub.publishing import board as room
from statushub.publishing.board import Board
from statushub.publishing.models import Delivery, DeliveryState
from statushub.web.guards import can, needs

_POST_IN_LINK = re.compile(r"/status(?:es)?/(\d{1,30})")


@desk.get("/updates/<update_id>/deliveries")
@needs(Permission.SEE_DESK)
def board(update_id: str) -> str:
    """The board of one update."""
    found = room.board(update_id)
    return render_template("desk/board.html", **_context(found))


@desk.get("/updates/<update_id>/deliveries/rows")
@needs(Permission.SEE_DESK)
def board_rows(update_id: str) -> Response:
    """The part that changes, for the script that follows it; 304 while nothing changed."""
    found = room.board(update_id)
    tag = _tag(found)
    known = tag in request.if_none_match
    body = "" if known else render_template("desk/board_rows.html", **_context(found))
    response = make_response(body, 304 if known else 200)
    response.set_etag(tag)
    return response


@desk.post("/deliveries/<int(max=2147483647):delivery_id>/retry")
@needs(Permission.RETRY_DELIVERY)
def board_retry(delivery_id: int) -> ResponseReturnValue:
    """Try one failed delivery again."""
    try:
        delivery = room.retry_delivery(actor(), delivery_id)
    except Conflict as error:
        return _settled(error)
    flash(_("On its way again."), "success")
    return _back(delivery)


@desk.post("/updates/<update_id>/deliveries/retry")
@needs(Permission.RETRY_DELIVERY)
def board_retry_all(update_id: str) -> ResponseReturnValue:
    """Try everything again that failed on one way out."""
    count = room.retry_failed(actor(), update_id, request.form.get("transport", ""))
    message = ngettext("%(num)d is on its way again.", "%(num)d are on their way again.", count)
    flash(message, "success" if count else "info")
    return redirect(url_for("desk.board", update_id=update_id))


@desk.post("/deliveries/<int(max=2147483647):delivery_id>/answer")
@needs(Permission.RETRY_DELIVERY)
def board_answer(delivery_id: int) -> ResponseReturnValue:
    """A person looked on the network: the post is there, or it is not and goes out again."""
    answer = request.form.get("answer", "")
    if answer not in {"there", "again"}:
        raise NotFound(_("Choose one of the two answers."))
    try:
        delivery = room.resolve_uncertain(
            actor(), delivery_id, answer == "there", post_id(request.form.get("post", ""))
        )
    except Conflict as error:
        return _settled(error)
    found = _("Noted: it is there.") if answer == "there" else _("On its way again.")
    flash(found, "success")
    return _back(delivery)


def post_id(text: str) -> str:
    """The id in a post's link, or what was typed when it is no link."""
    found = _POST_IN_LINK.search(text)
    return found[1] if found else text.strip()


def _settled(error: Conflict) -> ResponseReturnValue:
    """Somebody was quicker: the board says how it stands."""
    if not isinstance(error.current, Delivery):
        raise error
    flash(str(error), "warning")
    return _back(error.current)


def _back(delivery: Delivery) -> ResponseReturnValue:
    if delivery.update_id is None:
        return redirect(url_for("desk.overview"))
    return redirect(url_for("desk.board", update_id=delivery.update_id))


def _context(found: Board) -> dict[str, object]:
    return {
        "board": found,
        "update": found.update,
        "incident": found.update.incident,
        "nav_items": nav_items(found.update.incident.kind),
        "summary": summary(found),
        "state_words": words.INCIDENT,
    }


def summary(found: Board) -> str:
    """How it stands, in one sentence."""
    if not found.total:
        return str(_("Nobody is written to; the page and the feeds show it."))
    sent, total = found.totals[DeliveryState.SENT], found.total
    numbers = {"sent": f"{sent:,}", "total": f"{total:,}"}
    if not found.final or found.totals[DeliveryState.UNCERTAIN]:  # an answer is still to come
        return str(_("%(sent)s of %(total)s told so far.", **numbers))
    if sent == total:
        if total == 1:
            return str(_("Final: the only recipient has been told."))
        return str(_("Final: all %(total)s have been told.", **numbers))
    return str(_("Final: %(sent)s of %(total)s have been told.", **numbers))


def _tag(found: Board) -> str:
    """Changes whenever the fragment would: with the facts, the reader's language and rights."""
    rights = [can(Permission.RETRY_DELIVERY), can(Permission.SEE_SUBSCRIBERS), str(get_locale())]
    facts = repr((found.rows, found.items, found.items_left_out, rights))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
