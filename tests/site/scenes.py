"""Pages as they look on good days and bad ones, made through the rooms' own verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from statushub.core.audit import Actor
from statushub.core.db import transaction
from statushub.incidents import service
from statushub.incidents.models import Component, Incident, IncidentUpdate, Page
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S

TESS = Actor(kind="user", id="tess", name="Tess")
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def page(**facts: Any) -> Page:
    """A page in UTC, in English."""
    return service.set_up_page(**{"name": "Acme", "time_zone": "Etc/UTC", "locale": "en", **facts})


def components() -> dict[str, Component]:
    """Two groups and one component alone, by short names."""
    api = service.add_group(TESS, "API")
    shop = service.add_group(TESS, "Shop")
    return {
        "rest": service.add_component(TESS, name="REST API", group_id=api.id),
        "hooks": service.add_component(TESS, name="Webhooks", group_id=api.id),
        "cart": service.add_component(
            TESS, name="Cart", group_id=shop.id, description="Putting things into the basket"
        ),
        "search": service.add_component(TESS, name="Search", group_id=shop.id),
        "site": service.add_component(TESS, name="Website"),
    }


def incident(
    clock: Any,
    *,
    name: str = "Payments fail",
    parts: Mapping[str, C] | None = None,
    words: tuple[tuple[S, str, int], ...] = ((S.INVESTIGATING, "We are looking into it.", 0),),
) -> Incident:
    """An incident now; ``words``: status, Markdown, minutes after the one before."""
    found = service.declare_incident(TESS, name=name, components=dict(parts or {}))
    for status, body, minutes in words:
        clock.advance(minutes=minutes)
        say(found, status, body, parts if status is words[0][0] else None)
    return found


def say(
    found: Incident, status: S, body: str, parts: Mapping[str, C] | None = None
) -> IncidentUpdate:
    """One more word."""
    with transaction():
        return service.post_update(TESS, found.id, status=status, body=body, components=parts)


def maintenance(
    *, name: str = "Database upgrade", ids: tuple[str, ...] = (), begin: datetime, hours: int = 2
) -> Incident:
    """A maintenance, announced."""
    found = service.schedule_maintenance(
        TESS,
        name=name,
        component_ids=ids,
        scheduled_for=begin,
        scheduled_until=begin + timedelta(hours=hours),
    )
    say(found, S.SCHEDULED, "We will move to a **larger** database.")
    return found


def lived_in(clock: Any) -> dict[str, Component]:
    """Ninety days with a few bad ones behind it; the clock ends at NOW, all green."""
    clock.set(NOW - timedelta(days=100))
    page(about="Status of everything that Acme runs.")
    parts = components()
    for days, key, status, minutes in (
        (60, "rest", C.MAJOR_OUTAGE, 47),
        (41, "cart", C.PARTIAL_OUTAGE, 190),
        (20, "search", C.DEGRADED_PERFORMANCE, 35),
        (9, "rest", C.PARTIAL_OUTAGE, 62),
        (3, "hooks", C.MAJOR_OUTAGE, 18),
    ):
        clock.set(NOW - timedelta(days=days, hours=2))
        incident(
            clock,
            name=f"{parts[key].name} trouble",
            parts={parts[key].id: status},
            words=(
                (S.INVESTIGATING, f"{parts[key].name} answers with errors for some customers.", 0),
                (S.IDENTIFIED, "A full disk. We are *making room*.", 10),
                (S.RESOLVED, "It works again. We are sorry.", minutes - 10),
            ),
        )
    clock.set(NOW)
    return parts


def broken(clock: Any) -> tuple[dict[str, Component], Incident]:
    """A lived-in page with an incident running since half an hour."""
    parts = lived_in(clock)
    clock.set(NOW - timedelta(minutes=35))
    found = incident(
        clock,
        name="Payments and sign-in fail for many customers",
        parts={parts["rest"].id: C.MAJOR_OUTAGE, parts["cart"].id: C.PARTIAL_OUTAGE},
        words=(
            (S.INVESTIGATING, "Since 13:20 UTC many payments fail. We are finding out why.", 0),
            (
                S.IDENTIFIED,
                "A certificate has expired.\n\n- Card payments fail\n- Invoices work\n\n"
                "See [the workaround](/help/workaround).",
                12,
            ),
            (S.IDENTIFIED, "The new certificate is being rolled out, 3 of 5 regions done.", 15),
        ),
    )
    clock.set(NOW)
    return parts, found
