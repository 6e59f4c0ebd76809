"""The inbox: what customers wrote, who looks after it, and which incident it is about."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from statushub.accounts.permissions import Permission
from statushub.core.errors import Invalid
from statushub.desk import incident_reads, words
from statushub.desk.blueprint import desk
from statushub.desk.people import actor
from statushub.feedback import queries, service
from statushub.feedback.models import FeedbackState
from statushub.web.guards import needs


@desk.get("/feedback")
@needs(Permission.HANDLE_FEEDBACK)
def feedback() -> str:
    """Reports of one state, newest first; new ones unless ``?state`` says otherwise."""
    wanted = request.args.get("state", FeedbackState.NEW.value)
    state = _state(wanted)
    items = queries.inbox(state, before=request.args.get("before"))
    return render_template(
        "desk/feedback.html",
        items=items,
        state=state,
        counts=queries.counts(),
        state_words=words.FEEDBACK,
        before=request.args.get("before"),
        older=items[-1].id if len(items) == queries.PAGE_SIZE else None,
    )


@desk.get("/feedback/<item_id>")
@needs(Permission.HANDLE_FEEDBACK)
def feedback_item(item_id: str) -> str:
    """One report."""
    return _item(item_id, {}, {})


@desk.post("/feedback/<item_id>/state")
@needs(Permission.HANDLE_FEEDBACK)
def feedback_move(item_id: str) -> ResponseReturnValue:
    """Move it to another state."""
    try:
        item = service.set_state(actor(), item_id, request.form.get("state", ""))
    except Invalid as error:
        return _item(item_id, request.form, error.fields), 422
    flash(_("Moved to “%(state)s”.", state=words.FEEDBACK[item.state]), "success")
    return redirect(url_for("desk.feedback_item", item_id=item_id))


@desk.post("/feedback/<item_id>/incident")
@needs(Permission.HANDLE_FEEDBACK)
def feedback_link(item_id: str) -> ResponseReturnValue:
    """Say which incident it is about, or that it is about none."""
    try:
        item = service.link_incident(actor(), item_id, request.form.get("incident") or None)
    except Invalid as error:
        return _item(item_id, request.form, error.fields), 422
    words_of = _("Linked to the incident.") if item.incident_id else _("The link is taken away.")
    flash(words_of, "success")
    return redirect(url_for("desk.feedback_item", item_id=item_id))


@desk.post("/feedback/<item_id>/note")
@needs(Permission.HANDLE_FEEDBACK)
def feedback_note(item_id: str) -> ResponseReturnValue:
    """Add a remark for colleagues."""
    try:
        service.add_note(actor(), item_id, request.form.get("note", ""))
    except Invalid as error:
        return _item(item_id, request.form, error.fields), 422
    flash(_("Your note is added."), "success")
    return redirect(url_for("desk.feedback_item", item_id=item_id))


def _item(item_id: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    item = queries.get_item(item_id)
    about = [incident for incident in incident_reads.linkable() if incident.id != item.incident_id]
    linked = [item.incident] if item.incident is not None else []
    return render_template(
        "desk/feedback_item.html",
        item=item,
        typed=typed,
        errors=errors,
        incidents=[*linked, *about],
        states=list(FeedbackState),
        state_words=words.FEEDBACK,
    )


def _state(word: str) -> FeedbackState | None:
    """The state to list; None lists them all."""
    return next((state for state in FeedbackState if state.value == word), None)
