"""Incidents: the list, the workspace, and their facts."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from statushub.accounts.permissions import Permission
from statushub.core.errors import Forbidden, Invalid
from statushub.core.text import clean_line
from statushub.desk import incident_reads, incident_rows, local_time, words, workspace
from statushub.desk.blueprint import desk
from statushub.desk.declare import read_impact
from statushub.desk.people import actor
from statushub.incidents import service
from statushub.incidents.models import Incident
from statushub.incidents.page import get_page
from statushub.incidents.statuses import Kind
from statushub.web.guards import can, needs


@desk.get("/incidents")
@needs(Permission.SEE_DESK)
def incidents() -> str:
    """All incidents, newest first; ``?show`` narrows, ``?q`` searches titles."""
    which = request.args.get("show", "open")
    which = which if which in incident_reads.FILTERS else "open"
    search = clean_line(request.args.get("q", ""))[:255]
    if search:
        which = "all"
    found = incident_reads.page_of(Kind.INCIDENT, which, search, request.args.get("before"))
    return render_template(
        "desk/incidents.html",
        rows=incident_rows.rows(found),
        which=which,
        search=search,
        before=request.args.get("before"),
        older=found[-1].id if len(found) == incident_reads.PAGE_SIZE else None,
    )


@desk.get("/incidents/<incident_id>")
@needs(Permission.SEE_DESK)
def incident(incident_id: str) -> ResponseReturnValue:
    """The workspace of an incident or a maintenance."""
    return workspace.page(incident_id)


@desk.get("/incidents/<incident_id>/edit")
@needs(Permission.DECLARE_INCIDENT)
def incident_edit(incident_id: str) -> str:
    """Its facts, to correct."""
    found = _editable(incident_id)
    zone = get_page().time_zone
    typed = {
        "name": found.name,
        "customer_impact": found.customer_impact,
        "impact_override": found.impact_override or "",
        "started_at": local_time.to_field(found.started_at, zone),
    }
    return _facts(found, typed, {})


@desk.post("/incidents/<incident_id>/edit")
@needs(Permission.DECLARE_INCIDENT)
def incident_edit_save(incident_id: str) -> ResponseReturnValue:
    """Correct them. A public incident shows the new facts at once; nobody is notified."""
    found = _editable(incident_id)
    try:
        _save_facts(found, request.form)
    except Invalid as error:
        return _facts(incident_reads.incident(incident_id), request.form, error.fields), 422
    flash(_("The facts are corrected. Nobody was notified."), "success")
    return redirect(url_for("desk.incident", incident_id=incident_id))


def _editable(incident_id: str) -> Incident:
    """The incident, for those who may change what customers read of it."""
    found = incident_reads.incident(incident_id)
    if found.published_at is not None and not can(Permission.PUBLISH_UPDATE):
        raise Forbidden(_("It is public: only those who may publish change its facts."))
    return found


def _save_facts(found: Incident, form: Mapping[str, str]) -> None:
    started_at = local_time.from_field(
        form.get("started_at", ""), get_page().time_zone, "started_at", shown=found.started_at
    )
    if found.kind is Kind.MAINTENANCE:
        service.edit_incident(
            actor(),
            found.id,
            name=form.get("name", ""),
            customer_impact=form.get("customer_impact", ""),
        )
        return
    service.edit_incident(
        actor(),
        found.id,
        name=form.get("name", ""),
        customer_impact=form.get("customer_impact", ""),
        impact_override=read_impact(form.get("impact_override", "")),
        started_at=started_at,
    )


def _facts(found: Incident, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "desk/incident_edit.html",
        typed=typed,
        errors=errors,
        impact_options=words.impact_options(),
        **workspace.context_of(found),
    )
