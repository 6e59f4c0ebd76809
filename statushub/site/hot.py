"""Which addresses are rendered ahead, so that they are answered without Flask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select

from statushub.core import clock
from statushub.core.db import db
from statushub.core.i18n import LOCALES
from statushub.incidents.models import Incident
from statushub.site.page import PAST_DAYS

PAGES = ("/", "/history", "/uptime")
FEEDS = ("/history.rss", "/history.atom", "/feed.json")
API = tuple(
    f"/api/v2/{name}.json"
    for name in (
        "summary",
        "status",
        "components",
        "incidents",
        "incidents/unresolved",
        "scheduled-maintenances",
        "scheduled-maintenances/upcoming",
        "scheduled-maintenances/active",
    )
)
MOST_INCIDENTS = 100  # pages; the rest is rendered on first demand and kept then


def hot_paths() -> list[str]:
    """Full public paths: pages in every language, feeds, API v2, and the pages of incidents that
    are open or spoke in the last 14 days. One query."""
    pages = [*PAGES, *(f"/incidents/{incident_id}" for incident_id in _talked_about())]
    return [*pages, *FEEDS, *API, *_translated(pages)]


def _translated(pages: Iterable[str]) -> Iterable[str]:
    return (f"/{locale}{page}" for locale in LOCALES for page in pages)


def _talked_about() -> list[str]:
    since = clock.now() - timedelta(days=PAST_DAYS)
    query = (
        select(Incident.id)
        .where(
            Incident.published_at.is_not(None),
            or_(
                Incident.resolved_at.is_(None),
                Incident.updated_at >= since,
                Incident.occurred_at >= since,
            ),
        )
        .order_by(Incident.resolved_at.is_not(None), Incident.occurred_at.desc(), Incident.id)
        .limit(MOST_INCIDENTS)
    )
    return list(db.session.scalars(query))
