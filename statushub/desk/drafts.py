"""The draft behind the editor: begin, save, watch, preview, look back, throw away."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import (
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from statushub.accounts.permissions import Permission
from statushub.core import clock
from statushub.core.errors import Conflict, Invalid
from statushub.desk import conflict_page, previews, words, workspace
from statushub.desk.blueprint import desk
from statushub.desk.draft_fields import number, picked_content, to_content, to_fields
from statushub.desk.people import actor
from statushub.publishing import drafts
from statushub.publishing.drafts import DraftConflict
from statushub.publishing.models import Draft, DraftState
from statushub.web.errors import wants_json
from statushub.web.guards import needs


@desk.post("/incidents/<incident_id>/draft")
@needs(Permission.DRAFT_UPDATE)
def draft_begin(incident_id: str) -> ResponseReturnValue:
    """Begin the next update, or go on with the one that somebody began."""
    drafts.open_draft(actor(), incident_id)
    return redirect(url_for("desk.incident", incident_id=incident_id) + "#draft")


@desk.post("/drafts/<draft_id>")
@needs(Permission.DRAFT_UPDATE)
def draft_save(draft_id: str) -> ResponseReturnValue:
    """Save, for the form (``next``: preview, publish) and for the editor that saves by itself."""
    form = request.form
    base, content = number(form.get("base_version", "")), to_content(form)
    try:
        draft = drafts.save_draft(actor(), draft_id, base_version=base, content=content)
    except Conflict as error:
        return _conflict(error, base, content)
    except Invalid as error:
        if wants_json():
            raise
        incident_id = drafts.get_draft(draft_id).incident_id
        return workspace.page(incident_id, typed=form, errors=error.fields), 422
    if wants_json():
        return jsonify(_state(draft))
    return _onward(draft, form.get("next", ""))


@desk.post("/drafts/<draft_id>/settle")
@needs(Permission.DRAFT_UPDATE)
def draft_settle(draft_id: str) -> ResponseReturnValue:
    """Take the answers of the conflict page."""
    base, content = number(request.form.get("base_version", "")), picked_content(request.form)
    try:
        draft = drafts.save_draft(actor(), draft_id, base_version=base, content=content)
    except Conflict as error:
        return _conflict(error, base, content)
    return _onward(draft, "")


def _onward(draft: Draft, wanted: str) -> ResponseReturnValue:
    if wanted == "publish":
        return redirect(url_for("desk.draft_publish", draft_id=draft.id, version=draft.version))
    anchor = "#preview" if wanted == "preview" else "#draft"
    flash(_("Saved. Nothing is public yet."), "success")
    return redirect(url_for("desk.incident", incident_id=draft.incident_id) + anchor)


def _conflict(error: Conflict, base: int, content: dict[str, Any]) -> ResponseReturnValue:
    conflict = error.current
    if not isinstance(conflict, DraftConflict):
        raise error
    if wants_json():
        return make_response(jsonify(error=str(error), **_state(conflict.draft)), 409)
    other = conflict.draft.updated_by_name
    settled = not _save_rest(conflict, base, content)
    typed = str(content.get("body", ""))
    page = conflict_page.render(conflict, str(error), typed, settled=settled, other=other)
    return page, 409


def _save_rest(conflict: DraftConflict, base: int, content: dict[str, Any]) -> bool:
    """Save what nobody else touched: it need not wait for the answer. False when there is
    nothing to choose any more, because the draft is closed or the form was not from it."""
    rest = {key: value for key, value in content.items() if key not in conflict.fields}
    try:
        drafts.save_draft(actor(), conflict.draft.id, base_version=base, content=rest)
    except Conflict:
        return False
    return bool(conflict.fields)


@desk.get("/drafts/<draft_id>/state")
@needs(Permission.SEE_DESK)
def draft_state(draft_id: str) -> Response:
    """What the draft says now; 304 while nobody changed it. Editors ask every few seconds."""
    draft = drafts.get_draft(draft_id)
    tag = hashlib.sha256(f"{draft.id} {draft.version} {draft.state}".encode()).hexdigest()[:16]
    known = tag in request.if_none_match
    response = make_response("", 304) if known else jsonify(_state(draft))
    response.set_etag(tag)
    return response


def _state(draft: Draft) -> dict[str, Any]:
    state = {
        "version": draft.version,
        "fields": to_fields(draft.content),
        "saved_by": draft.updated_by_name,
        "saved_at": clock.to_iso(draft.updated_at),
        "csrf": generate_csrf(),
    }
    return {**state, **_closed(draft)}


def _closed(draft: Draft) -> dict[str, str]:
    if draft.state is DraftState.PUBLISHED and draft.update_id:
        said = _("%(name)s published this update.", name=draft.updated_by_name)
        return {"closed": said, "next": url_for("desk.board", update_id=draft.update_id)}
    if draft.state is DraftState.DISCARDED:
        return {
            "closed": _("This draft was thrown away."),
            "next": url_for("desk.incident", incident_id=draft.incident_id),
        }
    return {}


@desk.post("/drafts/<draft_id>/preview")
@needs(Permission.SEE_DESK)
def draft_preview(draft_id: str) -> Response:
    """The previews of what stands in the editor, saved or not. Changes nothing."""
    draft = drafts.get_draft(draft_id)
    content = to_content(request.form)
    preview = previews.of_content(draft, content)
    return jsonify(previews.as_json(draft, content["status"], preview))


@desk.get("/drafts/<draft_id>/preview/email")
@needs(Permission.SEE_DESK)
def draft_preview_email(draft_id: str) -> Response:
    """The e-mail's HTML as saved, for a frame: its own policy allows mail's inline style alone."""
    preview = previews.of(drafts.get_draft(draft_id))
    response = make_response(preview.email_html)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'self'; form-action 'none'; base-uri 'none'; sandbox"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@desk.get("/drafts/<draft_id>/versions")
@needs(Permission.SEE_DESK)
def draft_versions(draft_id: str) -> str:
    """Everything that was ever saved in this draft, to read and to copy from."""
    draft = drafts.get_draft(draft_id)
    return render_template(
        "desk/draft_versions.html",
        draft=draft,
        incident=draft.incident,
        versions=drafts.draft_versions(draft_id),
        state_words=words.INCIDENT,
    )


@desk.post("/drafts/<draft_id>/discard")
@needs(Permission.DRAFT_UPDATE)
def draft_discard(draft_id: str) -> ResponseReturnValue:
    """Throw the draft away; what was saved stays readable."""
    draft = drafts.discard_draft(actor(), draft_id)
    flash(_("The draft is thrown away. Its texts stay under “Earlier versions”."), "success")
    return redirect(url_for("desk.incident", incident_id=draft.incident_id))
