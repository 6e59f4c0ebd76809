"""The desk's words for what the rooms store, in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from statushub.feedback.models import FeedbackState
from statushub.incidents.statuses import Impact, IncidentStatus
from statushub.incidents.words import COMPONENT, IMPACT, INCIDENT
from statushub.publishing.models import DeliveryState

__all__ = [
    "COMPONENT",
    "DELIVERY",
    "FEEDBACK",
    "FIELD",
    "IMPACT",
    "INCIDENT",
    "MEANING",
    "TRANSPORT",
    "impact_options",
]

MEANING: dict[IncidentStatus, LazyString] = {
    IncidentStatus.INVESTIGATING: _l("We see it and look for the cause."),
    IncidentStatus.IDENTIFIED: _l("We know the cause and work on it."),
    IncidentStatus.MONITORING: _l("A fix is in place; we watch whether it holds."),
    IncidentStatus.RESOLVED: _l("It is over. Affected components go back to operational."),
    IncidentStatus.POSTMORTEM: _l("What happened, and what we change so that it stays away."),
    IncidentStatus.SCHEDULED: _l("Announced; it has not begun."),
    IncidentStatus.IN_PROGRESS: _l("It has begun. Its components show “under maintenance”."),
    IncidentStatus.VERIFYING: _l("The work is done; we check that all is well."),
    IncidentStatus.COMPLETED: _l("It is over. Its components go back to operational."),
    IncidentStatus.CANCELLED: _l("It will not take place."),
}

FEEDBACK: dict[FeedbackState, LazyString] = {
    FeedbackState.NEW: _l("New"),
    FeedbackState.TRIAGED: _l("Triaged"),
    FeedbackState.ANSWERED: _l("Answered"),
    FeedbackState.CLOSED: _l("Closed"),
}

DELIVERY: dict[DeliveryState, LazyString] = {
    DeliveryState.QUEUED: _l("Queued"),
    DeliveryState.SENDING: _l("Sending"),
    DeliveryState.SENT: _l("Sent"),
    DeliveryState.FAILED: _l("Failed"),
    DeliveryState.UNCERTAIN: _l("Uncertain"),
    DeliveryState.CANCELLED: _l("Cancelled"),
}

# The draft's fields, as the editor labels them.
FIELD: dict[str, LazyString] = {
    "status": _l("State"),
    "body": _l("What customers read"),
    "components": _l("Components"),
    "impact_override": _l("Impact"),
    "x_text": _l("Post on X"),
    "email_subject": _l("E-mail subject"),
    "notify": _l("Tell the subscribers?"),
}

TRANSPORT: dict[str, LazyString] = {
    "email": _l("E-mail"),
    "webhook": _l("Webhooks"),
    "x": _l("X"),
}


def impact_options() -> list[tuple[str, LazyString]]:
    """The impacts that a person may choose, for a select."""
    return [(impact.value, IMPACT[impact]) for impact in IMPACT if impact != Impact.MAINTENANCE]
