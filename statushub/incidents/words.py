"""What the stored words are called, in the reader's language: on the desk, in mail and in feeds."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus

INCIDENT: dict[IncidentStatus, LazyString] = {
    IncidentStatus.INVESTIGATING: _l("Investigating"),
    IncidentStatus.IDENTIFIED: _l("Identified"),
    IncidentStatus.MONITORING: _l("Monitoring"),
    IncidentStatus.RESOLVED: _l("Resolved"),
    IncidentStatus.POSTMORTEM: _l("Postmortem"),
    IncidentStatus.SCHEDULED: _l("Scheduled"),
    IncidentStatus.IN_PROGRESS: _l("In progress"),
    IncidentStatus.VERIFYING: _l("Verifying"),
    IncidentStatus.COMPLETED: _l("Completed"),
    IncidentStatus.CANCELLED: _l("Cancelled"),
}

COMPONENT: dict[ComponentStatus, LazyString] = {
    ComponentStatus.OPERATIONAL: _l("Operational"),
    ComponentStatus.DEGRADED_PERFORMANCE: _l("Degraded performance"),
    ComponentStatus.PARTIAL_OUTAGE: _l("Partial outage"),
    ComponentStatus.MAJOR_OUTAGE: _l("Major outage"),
    ComponentStatus.UNDER_MAINTENANCE: _l("Under maintenance"),
}

IMPACT: dict[Impact, LazyString] = {
    Impact.NONE: _l("No impact"),
    Impact.MINOR: _l("Minor impact"),
    Impact.MAJOR: _l("Major impact"),
    Impact.CRITICAL: _l("Critical impact"),
    Impact.MAINTENANCE: _l("Maintenance"),
}
