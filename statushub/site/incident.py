"""/incidents/<id>: one incident or maintenance; imported ones keep the address they had."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.core.access import base_url
from statushub.core.markdown import to_plain
from statushub.incidents.models import Incident
from statushub.incidents.page import get_page
from statushub.incidents.queries import get_incident
from statushub.incidents.statuses import Kind
from statushub.site.blueprint import site
from statushub.site.parts import affected
from statushub.web.cacheable import cacheable
from statushub.web.guards import public
from statushub.web.wire import Wire, wire_json

SUMMARY_LENGTH = 200  # characters; what link previews show


@site.get("/incidents/<incident_id>")
@cacheable
@public
def incident(incident_id: str) -> ResponseReturnValue:
    """The page; 404 for one that is not public (yet)."""
    get_page()
    found = get_incident(incident_id)
    return render_template(
        "site/incident.html",
        incident=found,
        planned=found.kind is Kind.MAINTENANCE,
        affected=affected,
        summary=_summary(found),
    )


@site.get("/incidents/<incident_id>.json")
@cacheable
@public
def incident_json(incident_id: str) -> ResponseReturnValue:
    """The same as data, in the shape of API v2, with the page beside it."""
    wire = Wire(get_page(), base_url())
    found = get_incident(incident_id)
    return wire_json({"page": wire.page(), "incident": wire.incident(found)})


def _summary(found: Incident) -> str:
    newest = found.updates[0].body_html if found.updates else ""
    text = " ".join(to_plain(newest).split())
    return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1].rstrip() + "…"
