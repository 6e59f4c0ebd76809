"""What is to be told, as plain values: the one input of everything that composes a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statushub.core.access import base_url
from statushub.incidents.models import Incident, IncidentUpdate, Page
from statushub.incidents.page import get_page
from statushub.incidents.statuses import ComponentStatus, IncidentStatus, Kind


@dataclass(frozen=True)
class Change:
    """What happens to a component; ``old`` equals ``new`` when it only goes on."""

    component_id: str
    name: str
    old: ComponentStatus
    new: ComponentStatus


@dataclass(frozen=True)
class Story:
    """One update of one incident, ready to be told. Times are aware UTC, addresses absolute."""

    page_name: str
    page_url: str
    time_zone: str
    incident_id: str
    kind: Kind
    title: str
    status: IncidentStatus
    body: str
    body_html: str
    at: datetime
    changes: tuple[Change, ...] = ()
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    email_subject: str | None = None

    @property
    def link(self) -> str:
        """Where the whole story stands."""
        return f"{self.page_url}/incidents/{self.incident_id}"


def story_of(update: IncidentUpdate, *, email_subject: str | None = None) -> Story:
    """The story that a posted update tells."""
    return tell(
        get_page(),
        update.incident,
        status=update.status,
        body=update.body,
        body_html=update.body_html,
        at=update.display_at,
        changes=changes_of(update.affected_components or []),
        email_subject=email_subject,
    )


def tell(
    page: Page,
    incident: Incident,
    *,
    status: IncidentStatus,
    body: str,
    body_html: str,
    at: datetime,
    changes: tuple[Change, ...],
    email_subject: str | None = None,
) -> Story:
    """A story from its parts; a draft that is only looked at has no update yet."""
    return Story(
        page_name=page.name,
        page_url=base_url(),
        time_zone=page.time_zone,
        incident_id=incident.id,
        kind=incident.kind,
        title=incident.name,
        status=status,
        body=body,
        body_html=body_html,
        at=at,
        changes=changes,
        scheduled_for=incident.scheduled_for,
        scheduled_until=incident.scheduled_until,
        email_subject=email_subject,
    )


def changes_of(wire: list[Mapping[str, Any]] | list[dict[str, Any]]) -> tuple[Change, ...]:
    """An update's ``affected_components`` (the wire contract's shape) as values."""
    return tuple(
        Change(
            component_id=str(entry["code"]),
            name=str(entry["name"]),
            old=ComponentStatus(entry["old_status"]),
            new=ComponentStatus(entry["new_status"]),
        )
        for entry in wire
    )
