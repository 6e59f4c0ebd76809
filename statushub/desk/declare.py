"""Declare an incident: what customers notice, where, how badly. It is not public yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from statushub.accounts.permissions import Permission
from statushub.core.db import transaction
from statushub.core.errors import Invalid
from statushub.desk import component_fields, local_time, words
from statushub.desk.blueprint import desk
from statushub.desk.people import actor
from statushub.desk.zones import zone_label
from statushub.incidents import service
from statushub.incidents.models import Incident
from statushub.incidents.page import get_page
from statushub.incidents.statuses import ComponentStatus, Impact, impact_of
from statushub.publishing import drafts
from statushub.web.guards import needs


@desk.get("/incidents/new")
@needs(Permission.DECLARE_INCIDENT)
def declare() -> str:
    """The form, empty."""
    return _form({}, {})


@desk.post("/incidents/new")
@needs(Permission.DECLARE_INCIDENT)
def declare_incident() -> ResponseReturnValue:
    """Declare it and begin the first update; or, asked by its own button, only say the impact."""
    if request.form.get("next") == "impact":
        return _form(request.form, {})
    try:
        with transaction():
            incident = _declare(request.form)
            drafts.open_draft(actor(), incident.id)
    except Invalid as error:
        return _form(request.form, error.fields), 422
    flash(_("Declared. Nobody outside has been told yet: write the first update below."), "success")
    return redirect(url_for("desk.incident", incident_id=incident.id) + "#draft")


@desk.get("/incidents/impact")
@needs(Permission.SEE_DESK)
def incident_impact() -> ResponseReturnValue:
    """The impact of ``?status=…&status=…`` in words, for the form while it is filled in."""
    impact = impact_of(_known(request.args.getlist("status")))
    return jsonify(impact=impact.value, words=str(words.IMPACT[impact]))


def _declare(form: Mapping[str, str]) -> Incident:
    errors: dict[str, str] = {}
    started_at = None
    try:
        started_at = local_time.from_field(
            form.get("started_at", ""), get_page().time_zone, "started_at"
        )
    except Invalid as error:
        errors.update(error.fields)
    facts: dict[str, Any] = {
        "name": form.get("name", ""),
        "customer_impact": form.get("customer_impact", ""),
        "components": component_fields.read_statuses(form),
        "impact_override": read_impact(form.get("impact_override", "")),
        "started_at": started_at,
    }
    try:
        incident = service.declare_incident(actor(), **facts)
    except Invalid as error:
        raise Invalid(fields={**error.fields, **errors}) from error
    if errors:
        raise Invalid(fields=errors)
    return incident


def read_impact(text: str) -> Impact | None:
    """The override chosen, or None for the computed impact. Raises Invalid."""
    if not text:
        return None
    if text not in {value for value, _word in words.impact_options()}:
        raise Invalid(fields={"impact_override": _("Choose one of the impacts.")})
    return Impact(text)


def _form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    chosen = component_fields.chosen(typed)
    impact = impact_of(_known(chosen.values()))
    return render_template(
        "desk/incident_declare.html",
        typed=typed,
        errors=errors,
        groups=component_fields.groups(chosen),
        impact=impact,
        impact_words=words.IMPACT,
        impact_options=words.impact_options(),
        component_words=words.COMPONENT,
        zone=zone_label(get_page().time_zone),
    )


def _known(statuses: Any) -> list[ComponentStatus]:
    return [ComponentStatus(status) for status in statuses if status in component_fields.STATUSES]
