"""The Statuspage wire format: plain dicts in its key order (docs/api.md).

Times carry milliseconds in the page's own zone. Callers know these shapes by heart, so nothing
here is ever renamed, reordered or left out; what is unknown is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from statushub.incidents.models import Component, ComponentGroup, Incident, IncidentUpdate, Page
from statushub.incidents.statuses import IncidentStatus, Kind, worst

Json = dict[str, Any]

# As captured on a large Statuspage; serving/pages.py gives cached answers the same.
CACHE = "max-age=10, public, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"


class Wire:
    """Writes one page's objects. ``base`` is BASE_URL without a slash at its end."""

    def __init__(self, page: Page, base: str) -> None:
        self._page = page
        self._base = base
        self._zone = ZoneInfo(page.time_zone)

    def time(self, moment: datetime | None) -> str | None:
        """``2026-04-21T10:58:27.436+02:00``; in UTC with a Z. None stays None."""
        if moment is None:
            return None
        local = moment.astimezone(self._zone)
        text = local.isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z") if local.tzname() in {"UTC", "UCT"} else text

    def page(self) -> Json:
        """The ``page`` that leads every answer."""
        return {
            "id": self._page.id,
            "name": self._page.name,
            "url": self._base,
            "time_zone": self._page.time_zone,
            "updated_at": self.time(self._page.updated_at),
        }

    def component(self, component: Component) -> Json:
        """A leaf."""
        return {
            "id": component.id,
            "name": component.name,
            "status": component.status.value,
            "created_at": self.time(component.created_at),
            "updated_at": self.time(component.updated_at),
            "position": component.position,
            "description": component.description or None,
            "showcase": component.showcase,
            "start_date": component.start_date.isoformat() if component.start_date else None,
            "group_id": component.group_id,
            "page_id": self._page.id,
            "group": False,
            "only_show_if_degraded": component.only_show_if_degraded,
        }

    def group(self, group: ComponentGroup, children: Sequence[Component]) -> Json:
        """A group: its status is its worst child's."""
        return {
            "id": group.id,
            "name": group.name,
            "status": worst(child.status for child in children).value,
            "created_at": self.time(group.created_at),
            "updated_at": self.time(group.updated_at),
            "position": group.position,
            "description": group.description or None,
            "showcase": False,
            "start_date": None,
            "group_id": None,
            "page_id": self._page.id,
            "group": True,
            "only_show_if_degraded": False,
            "components": [child.id for child in children],
        }

    def update(self, update: IncidentUpdate) -> Json:
        """One word of an incident."""
        return {
            "id": update.id,
            "status": wire_status(update.status),
            "body": update.body,
            "incident_id": update.incident_id,
            "created_at": self.time(update.created_at),
            "updated_at": self.time(update.updated_at),
            "display_at": self.time(update.display_at),
            "affected_components": update.affected_components,
            "deliver_notifications": update.deliver_notifications,
            "custom_tweet": update.custom_tweet,
            "tweet_id": update.tweet_id,
        }

    def incident(self, incident: Incident) -> Json:
        """An incident or a maintenance, updates newest first."""
        planned = incident.kind is Kind.MAINTENANCE
        wire = {
            "id": incident.id,
            "name": incident.name,
            "status": wire_status(incident.status),
            "created_at": self.time(incident.created_at),
            "updated_at": self.time(incident.updated_at),
            "monitoring_at": self.time(incident.monitoring_at),
            "resolved_at": self.time(incident.resolved_at),
            "impact": incident.impact.value,
            "shortlink": incident.shortlink or f"{self._base}/incidents/{incident.id}",
            "started_at": self.time(incident.created_at if planned else incident.started_at),
            "page_id": self._page.id,
            "incident_updates": [self.update(update) for update in incident.updates],
            "components": self._affected(incident),
        }
        return wire | (self._plan(incident) if planned else {"reminder_intervals": None})

    def _plan(self, incident: Incident) -> Json:
        return {
            "scheduled_for": self.time(incident.scheduled_for),
            "scheduled_until": self.time(incident.scheduled_until),
        }

    def _affected(self, incident: Incident) -> list[Json]:
        components = sorted(
            (row.component for row in incident.affected), key=lambda c: (c.position, c.id)
        )
        return [self.component(component) for component in components]

    def incidents(self, incidents: Iterable[Incident]) -> list[Json]:
        """A list of them, in the order given."""
        return [self.incident(incident) for incident in incidents]


def wire_status(status: IncidentStatus) -> str:
    """The word that clients know: they have none for a cancelled maintenance, which is over."""
    return IncidentStatus.COMPLETED.value if status is IncidentStatus.CANCELLED else status.value


def wire_json(document: Json, status: int = 200) -> Response:
    """An answer that any page in any browser may read; it says nothing that is not public."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status, content_type="application/json; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = CACHE
    return response
