"""The first page of the desk: what is open, who was told, and what waits for a person."""

from __future__ import annotations

from flask import render_template

from statushub.accounts.permissions import Permission
from statushub.core import clock
from statushub.desk import incident_rows, reads
from statushub.desk.blueprint import desk
from statushub.desk.component_fields import flat_components
from statushub.feedback import queries as feedback
from statushub.feedback.models import FeedbackState
from statushub.incidents.statuses import Kind
from statushub.web.guards import can, needs


@desk.get("/")
@needs(Permission.SEE_DESK)
def overview() -> str:
    """Everything that may need somebody now, on one screen."""
    rows = incident_rows.open_rows()
    return render_template(
        "desk/overview.html",
        incidents=[row for row in rows if row.incident.kind is Kind.INCIDENT],
        maintenances=[row for row in rows if row.incident.kind is Kind.MAINTENANCE],
        drafts=reads.open_drafts(),
        trouble=reads.troubled_updates(),
        new_feedback=_new_feedback(),
        components=flat_components(),
        now=clock.now(),
    )


def _new_feedback() -> int | None:
    if not can(Permission.HANDLE_FEEDBACK):
        return None
    return feedback.counts()[FeedbackState.NEW]
