"""The webhook's body, in the wire contract's shape, so that receivers made for Statuspage work.

Times are ISO 8601 with milliseconds in the page's own zone; ids are the page's. The address that
ends the subscription holds each target's own token, which stands as ``@@token@@`` until then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from statushub.core.access import base_url
from statushub.incidents.models import Component, Incident, IncidentUpdate, Page
from statushub.incidents.statuses import Kind
from statushub.publishing.mail import unsubscribe_address

UPDATES_MAX = 50
DOCUMENTATION = "/api/v2/"


def compose_webhook(
    page: Page,
    incident: Incident,
    updates: Iterable[IncidentUpdate],
    components: Iterable[Component],
    state: tuple[str, str],
    at: datetime,
) -> dict[str, Any]:
    """What a webhook is told: the whole incident, newest update first. ``state`` is the page's
    indicator and its description; ``at`` when this was composed."""
    zone = ZoneInfo(page.time_zone)
    return {
        "meta": {
            "unsubscribe": unsubscribe_address(base_url()),
            "documentation": f"{base_url()}{DOCUMENTATION}",
            "generated_at": _time(at, zone),
        },
        "page": {"id": page.id, "status_indicator": state[0], "status_description": state[1]},
        "incident": {
            **_incident(page, incident, zone),
            "incident_updates": [_update(update, zone) for update in updates],
            "components": [_component(page, one, zone) for one in components],
        },
    }


def webhook_payload(body: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of the webhook transport, but for the target's secret and addresses."""
    return {"body": json.dumps(body, ensure_ascii=False, separators=(",", ":"))}


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    if at is None:
        return None
    return at.astimezone(zone).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _incident(page: Page, incident: Incident, zone: ZoneInfo) -> dict[str, Any]:
    planned = incident.kind is Kind.MAINTENANCE
    override = incident.impact_override
    return {
        "id": incident.id,
        "page_id": page.id,
        "name": incident.name,
        "status": incident.status.value,
        "impact": incident.impact.value,
        "impact_override": override.value if override else None,
        "shortlink": incident.shortlink or f"{base_url()}/incidents/{incident.id}",
        "created_at": _time(incident.created_at, zone),
        "updated_at": _time(incident.updated_at, zone),
        "started_at": _time(incident.started_at, zone),
        "monitoring_at": _time(incident.monitoring_at, zone),
        "resolved_at": _time(incident.resolved_at, zone),
        "scheduled_for": _time(incident.scheduled_for, zone),
        "scheduled_until": _time(incident.scheduled_until, zone),
        "scheduled_remind_prior": False,
        "scheduled_reminded_at": None,
        "scheduled_auto_in_progress": planned and incident.auto_start,
        "scheduled_auto_completed": planned and incident.auto_complete,
        "backfilled": incident.backfilled,
        "postmortem_body": None,
        "postmortem_body_last_updated_at": None,
        "postmortem_ignored": False,
        "postmortem_notified_subscribers": False,
        "postmortem_notified_twitter": False,
        "postmortem_published_at": None,
    }


def _update(update: IncidentUpdate, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": update.id,
        "incident_id": update.incident_id,
        "status": update.status.value,
        "body": update.body,
        "created_at": _time(update.created_at, zone),
        "updated_at": _time(update.updated_at, zone),
        "display_at": _time(update.display_at, zone),
        "affected_components": update.affected_components,
        "deliver_notifications": update.deliver_notifications,
        "wants_twitter_update": update.tweet_id is not None or update.custom_tweet is not None,
        "custom_tweet": update.custom_tweet,
        "tweet_id": update.tweet_id,
        "twitter_updated_at": None,
    }


def _component(page: Page, component: Component, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": component.id,
        "page_id": page.id,
        "group_id": component.group_id,
        "name": component.name,
        "description": component.description or None,
        "status": component.status.value,
        "position": component.position,
        "showcase": component.showcase,
        "start_date": component.start_date.isoformat() if component.start_date else None,
        "group": False,
        "only_show_if_degraded": component.only_show_if_degraded,
        "created_at": _time(component.created_at, zone),
        "updated_at": _time(component.updated_at, zone),
    }
