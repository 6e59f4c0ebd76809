"""The step before the public: what will happen, in words; one click on, one click back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from statushub.accounts.permissions import Permission
from statushub.core.errors import Conflict, Invalid
from statushub.desk import conflict_page, previews, workspace
from statushub.desk.blueprint import desk
from statushub.desk.draft_fields import number
from statushub.desk.people import actor
from statushub.desk.words import COMPONENT, FIELD, IMPACT, INCIDENT
from statushub.incidents.statuses import Impact, IncidentStatus
from statushub.publishing import drafts, service
from statushub.publishing.models import Draft, DraftState
from statushub.web.guards import needs


@desk.get("/drafts/<draft_id>/publish")
@needs(Permission.SEE_DESK)
def draft_publish(draft_id: str) -> ResponseReturnValue:
    """What publishing will do. ``?version`` is the text that the reader means."""
    draft = drafts.get_draft(draft_id)
    if draft.state is not DraftState.OPEN:
        return _elsewhere(draft)
    return _confirm(draft, number(request.args.get("version", "")) or draft.version)


@desk.post("/drafts/<draft_id>/publish")
@needs(Permission.PUBLISH_UPDATE)
def draft_publish_now(draft_id: str) -> ResponseReturnValue:
    """Publish exactly the version that was shown. A second click finds it done."""
    version = number(request.form.get("version", ""))
    try:
        update = service.publish(actor(), draft_id, version)
    except Conflict:
        draft = drafts.get_draft(draft_id)
        if draft.state is not DraftState.OPEN:
            return _elsewhere(draft)
        return _confirm(draft, version), 409
    except Invalid as error:
        draft = drafts.get_draft(draft_id)
        return workspace.page(draft.incident_id, errors=error.fields or {"": str(error)}), 422
    flash(_("Published. The page shows it; here is who has been told."), "success")
    return redirect(url_for("desk.board", update_id=update.id))


def _confirm(draft: Draft, meant: int) -> str:
    preview = previews.of(draft)
    content = draft.content
    override = content.get("impact_override")
    return render_template(
        "desk/draft_publish.html",
        draft=draft,
        incident=draft.incident,
        preview=preview,
        page_html=previews.page_html(draft, content["status"], preview),
        status=INCIDENT[IncidentStatus(content["status"])],
        impact=IMPACT[Impact(override)] if override else "",
        changes=[one for one in preview.changes if one.old is not one.new],
        notify=content.get("notify", True),
        reach=preview.reach,
        accounts=previews.accounts() if content.get("notify", True) else [],
        stale=meant != draft.version,
        differences=conflict_page.changes(draft, meant) if meant != draft.version else [],
        field_names=FIELD,
        component_words=COMPONENT,
    )


def _elsewhere(draft: Draft) -> ResponseReturnValue:
    if draft.update_id:
        flash(_("This update is published already. Here is who has been told."), "info")
        return redirect(url_for("desk.board", update_id=draft.update_id))
    flash(_("This draft was thrown away. Begin a new one below."), "warning")
    return redirect(url_for("desk.incident", incident_id=draft.incident_id))
