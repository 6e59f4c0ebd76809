"""Planned work: the list, the schedule form, moving it and calling it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from statushub.accounts.permissions import Permission
from statushub.core.db import transaction
from statushub.core.errors import Conflict, Invalid
from statushub.core.text import clean_line
from statushub.desk import component_fields, incident_reads, incident_rows, local_time, workspace
from statushub.desk.blueprint import desk
from statushub.desk.people import actor
from statushub.desk.zones import zone_label
from statushub.incidents import maintenance as service
from statushub.incidents.page import get_page
from statushub.incidents.statuses import IncidentStatus, Kind
from statushub.publishing import drafts
from statushub.web.guards import needs


@desk.get("/maintenance")
@needs(Permission.SEE_DESK)
def maintenance() -> str:
    """All planned work, the newest first."""
    which = request.args.get("show", "open")
    which = which if which in incident_reads.FILTERS else "open"
    search = clean_line(request.args.get("q", ""))[:255]
    which = "all" if search else which
    found = incident_reads.page_of(Kind.MAINTENANCE, which, search, request.args.get("before"))
    return render_template(
        "desk/maintenance.html",
        rows=incident_rows.rows(found),
        which=which,
        search=search,
        before=request.args.get("before"),
        older=found[-1].id if len(found) == incident_reads.PAGE_SIZE else None,
    )


@desk.get("/maintenance/new")
@needs(Permission.SCHEDULE_MAINTENANCE)
def maintenance_new() -> str:
    """The schedule form, empty."""
    return _form(MultiDict({"auto_start": "1", "auto_complete": "1"}), {})


@desk.post("/maintenance/new")
@needs(Permission.SCHEDULE_MAINTENANCE)
def maintenance_schedule() -> ResponseReturnValue:
    """Plan it and begin its announcement; nothing is public before that is published."""
    try:
        with transaction():
            planned = service.schedule_maintenance(actor(), **_facts(request.form))
            drafts.open_draft(actor(), planned.id)
    except Invalid as error:
        return _form(request.form, error.fields), 422
    flash(_("Planned. Nobody outside knows yet: announce it with the update below."), "success")
    return redirect(url_for("desk.incident", incident_id=planned.id) + "#draft")


@desk.get("/maintenance/<incident_id>/reschedule")
@needs(Permission.SCHEDULE_MAINTENANCE)
def maintenance_reschedule(incident_id: str) -> str:
    """Its times, to move."""
    found = incident_reads.incident(incident_id)
    zone = get_page().time_zone
    typed = {
        "scheduled_for": local_time.to_field(found.scheduled_for, zone),
        "scheduled_until": local_time.to_field(found.scheduled_until, zone),
    }
    return _times_form(incident_id, typed, {})


@desk.post("/maintenance/<incident_id>/reschedule")
@needs(Permission.SCHEDULE_MAINTENANCE)
def maintenance_move(incident_id: str) -> ResponseReturnValue:
    """Move it. The page shows the new times at once; an update tells the subscribers."""
    found = incident_reads.incident(incident_id)
    try:
        service.reschedule(
            actor(), incident_id, **_times(request.form, found.scheduled_for, found.scheduled_until)
        )
    except Invalid as error:
        return _times_form(incident_id, request.form, error.fields), 422
    flash(_("Moved. Write an update if subscribers should hear of it."), "success")
    return redirect(url_for("desk.incident", incident_id=incident_id))


@desk.post("/maintenance/<incident_id>/cancel")
@needs(Permission.SCHEDULE_MAINTENANCE)
def maintenance_cancel(incident_id: str) -> ResponseReturnValue:
    """Begin the update that calls it off; customers hear of it when that is published."""
    draft = drafts.open_draft(actor(), incident_id)
    if IncidentStatus.CANCELLED not in workspace.allowed_statuses(draft.incident):
        raise Conflict(_("This maintenance cannot be called off any more."))
    drafts.save_draft(
        actor(),
        draft.id,
        base_version=draft.version,
        content={"status": IncidentStatus.CANCELLED.value},
    )
    flash(_("Say why in the update below. It is called off when you publish that."), "info")
    return redirect(url_for("desk.incident", incident_id=incident_id) + "#draft")


def _facts(form: Any) -> dict[str, Any]:
    return {
        "name": form.get("name", ""),
        "customer_impact": form.get("customer_impact", ""),
        "component_ids": form.getlist("component"),
        "auto_start": form.get("auto_start") == "1",
        "auto_complete": form.get("auto_complete") == "1",
        **_times(form),
    }


def _times(
    form: Mapping[str, str], shown_for: datetime | None = None, shown_until: datetime | None = None
) -> dict[str, Any]:
    """Both moments; every fault of both is told at once."""
    zone = get_page().time_zone
    found: dict[str, datetime] = {}
    faults: dict[str, str] = {}
    for field, shown in (("scheduled_for", shown_for), ("scheduled_until", shown_until)):
        try:
            moment = local_time.from_field(form.get(field, ""), zone, field, shown=shown)
        except Invalid as error:
            faults.update(error.fields)
            continue
        if moment is None:
            faults[field] = _("Enter a date and a time.")
        else:
            found[field] = moment
    if faults:
        raise Invalid(fields=faults)
    return dict(found)


def _form(typed: MultiDict[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "desk/maintenance_new.html",
        typed=typed,
        errors=errors,
        groups=component_fields.groups(dict.fromkeys(typed.getlist("component"), "1")),
        zone=zone_label(get_page().time_zone),
    )


def _times_form(incident_id: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    found = incident_reads.incident(incident_id)
    return render_template(
        "desk/maintenance_reschedule.html",
        typed=typed,
        errors=errors,
        **workspace.context_of(found),
    )
