"""The demo's story: Tidewater, a small company that moves payments. Times hang on today.

Written in the shape of the public API, so that the demo comes in by the same door as an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from statushub.core.clock import to_iso

_GROUPS = {
    "Payments": ["API", "Card payments", "Payouts"],
    "For people": ["Dashboard", "Mobile app"],
}
_ALONE = ["Sign-in", "Webhooks", "E-mail receipts"]
_ABOUT = {
    "API": "Everything your servers talk to.",
    "Payouts": "Money on its way to your bank.",
    "Webhooks": "Events we send to your servers.",
}

# name, component, days ago, hour, worst status, impact, [(minutes after, status, words)]
_PAST: Sequence[tuple[str, str, int, int, str, str, Sequence[tuple[int, str, str]]]] = (
    (
        "Card payments declined for some banks",
        "Card payments",
        3,
        13,
        "partial_outage",
        "major",
        (
            (
                0,
                "investigating",
                "Since **13:02 UTC** about one in five card payments is declined "
                "although the card is fine. Bank transfers are not affected.\n\n"
                "Next update in 20 minutes.",
            ),
            (
                18,
                "identified",
                "One of the networks that we reach banks through answers too late. We "
                "are moving its payments to another route.",
            ),
            (
                41,
                "monitoring",
                "Payments go through again. We watch them for half an hour. Declined "
                "payments can be tried again now; nobody was charged twice.",
            ),
            (
                74,
                "resolved",
                "Card payments have worked as usual since 13:43 UTC. In those 41 minutes "
                "1,912 payments were declined; none was lost or charged twice.",
            ),
        ),
    ),
    (
        "Slow dashboard",
        "Dashboard",
        9,
        8,
        "degraded_performance",
        "minor",
        (
            (
                0,
                "investigating",
                "Pages of the dashboard take up to 20 seconds to open. Payments "
                "themselves are not affected.",
            ),
            (
                35,
                "resolved",
                "The dashboard is fast again. A report that ran over a whole year held "
                "the others up; reports now have a lane of their own.",
            ),
        ),
    ),
    (
        "Webhooks arrive late",
        "Webhooks",
        23,
        20,
        "degraded_performance",
        "minor",
        (
            (0, "investigating", "Events reach your servers up to 15 minutes late. None is lost."),
            (
                25,
                "identified",
                "A burst of events from one import fills the queue. We are giving it "
                "a queue of its own.",
            ),
            (90, "resolved", "All late events were delivered by 21:28 UTC, in order."),
        ),
    ),
    (
        "Sign-in unavailable",
        "Sign-in",
        47,
        6,
        "major_outage",
        "critical",
        (
            (
                0,
                "investigating",
                "Nobody can sign in to the dashboard or the app. People who are signed "
                "in stay signed in, and payments go on.",
            ),
            (12, "identified", "A certificate expired. We are replacing it."),
            (
                22,
                "resolved",
                "Sign-in has worked since 06:20 UTC. We now hear of an expiring certificate "
                "30 days before it happens.",
            ),
        ),
    ),
    (
        "Payouts delayed",
        "Payouts",
        71,
        9,
        "partial_outage",
        "major",
        (
            (
                0,
                "investigating",
                "Payouts that were due this morning have not left yet. Your money is "
                "safe; it is late.",
            ),
            (140, "resolved", "All payouts left by 11:17 UTC and arrive today."),
        ),
    ),
)


def _slug(name: str) -> str:
    return "demo" + "".join(letter for letter in name.lower() if letter.isalnum())[:40]


def _component(name: str, position: int, born: datetime, **more: Any) -> dict[str, Any]:
    return {
        "id": _slug(name),
        "name": name,
        "description": _ABOUT.get(name),
        "status": "operational",
        "position": position,
        "created_at": to_iso(born),
        "updated_at": to_iso(born),
        "showcase": True,
        "start_date": born.date().isoformat(),
        **more,
    }


def _components(born: datetime) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, children in _GROUPS.items():
        rows.append(_component(name, len(rows) + 1, born, group=True))
        group = rows[-1]["id"]
        rows += [
            _component(child, len(rows) + index, born, group_id=group)
            for index, child in enumerate(children, start=1)
        ]
    return rows + [
        _component(name, len(rows) + index, born) for index, name in enumerate(_ALONE, start=1)
    ]


def _happening(
    name: str,
    component: str,
    started: datetime,
    worst: str,
    impact: str,
    said: Sequence[tuple[int, str, str]],
) -> dict[str, Any]:
    key = _slug(name)
    updates = []
    status_before = "operational"
    for number, (minutes, status, words) in enumerate(said):
        at = to_iso(started + timedelta(minutes=minutes))
        now = "operational" if status in {"resolved", "scheduled", "completed"} else worst
        updates.append(
            {
                "id": f"{key}{number}",
                "status": status,
                "body": words,
                "created_at": at,
                "updated_at": at,
                "display_at": at,
                "affected_components": [
                    {
                        "code": _slug(component),
                        "name": component,
                        "old_status": status_before,
                        "new_status": now,
                    }
                ],
            }
        )
        status_before = now
    closed = updates[-1]["status"] in {"resolved", "completed"}
    return {
        "id": key,
        "name": name,
        "status": updates[-1]["status"],
        "impact": impact,
        "created_at": to_iso(started),
        "started_at": to_iso(started),
        "updated_at": updates[-1]["updated_at"],
        "resolved_at": updates[-1]["updated_at"] if closed else None,
        "incident_updates": updates[::-1],
        "components": [{"id": _slug(component)}],
    }


def _maintenance(now: datetime) -> dict[str, Any]:
    begins = (now + timedelta(days=2)).replace(hour=2, minute=0, second=0, microsecond=0)
    planned = _happening(
        "Database upgrade", "Payouts", now - timedelta(days=1), "under_maintenance", "maintenance",
        ((0, "scheduled", "We move to a newer database. Payouts wait for up to 30 minutes and then "
          "go out by themselves; nothing is lost and nothing else is affected."),),
    )  # fmt: skip
    planned["incident_updates"][0]["affected_components"] = None
    return planned | {
        "scheduled_for": to_iso(begins),
        "scheduled_until": to_iso(begins + timedelta(minutes=90)),
    }


def story(now: datetime) -> dict[str, Any]:
    """The document, as it would be told at ``now`` (aware)."""
    born = (now - timedelta(days=120)).replace(hour=0, minute=0, second=0, microsecond=0)
    components = _components(born)
    running = _happening(
        "E-mail receipts are late", "E-mail receipts", now - timedelta(minutes=38),
        "degraded_performance", "minor",
        ((0, "investigating", "Receipts arrive up to an hour late. Payments themselves are not "
          "affected, and every receipt will arrive."),
         (21, "identified", "Our mail provider takes fewer messages a minute than usual. We are "
          "sending part of them another way.\n\nYour customers can see each payment in the app "
          "meanwhile.")),
    )  # fmt: skip
    for component in components:
        if component["name"] == "E-mail receipts":
            component["status"] = "degraded_performance"
    past = [
        _happening(
            name,
            component,
            (now - timedelta(days=days)).replace(hour=hour, minute=2, second=0, microsecond=0),
            worst,
            impact,
            said,
        )
        for name, component, days, hour, worst, impact, said in _PAST
    ]
    return {
        "page": {"id": "demopage", "name": "Tidewater", "url": "", "time_zone": "Etc/UTC"},
        "components": components,
        "incidents": [running, *past],
        "scheduled_maintenances": [_maintenance(now)],
    }
