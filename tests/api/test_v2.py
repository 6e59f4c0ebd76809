"""API v2 against the wire contract: real captures of Statuspage, key by key."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from statushub.incidents import service
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S
from tests.shared_data import shared_file
from tests.site import scenes

PATHS = {
    "summary": ["page", "components", "incidents", "scheduled_maintenances", "status"],
    "status": ["page", "status"],
    "components": ["page", "components"],
    "incidents": ["page", "incidents"],
    "incidents/unresolved": ["page", "incidents"],
    "scheduled-maintenances": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/upcoming": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/active": ["page", "scheduled_maintenances"],
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)")
# What the captures leave open: keys whose value may be null, and the types otherwise.
NULLABLE = {
    "description": str,
    "start_date": str,
    "group_id": str,
    "monitoring_at": str,
    "resolved_at": str,
    "affected_components": list,
    "custom_tweet": str,
    "tweet_id": str,
    "reminder_intervals": str,
}


def _get(client: FlaskClient, name: str) -> Any:
    answer = client.get(f"/api/v2/{name}.json")
    assert answer.status_code == 200
    return answer.json


def _everything(frozen_time: Any, **facts: Any) -> dict[str, Any]:
    """A page on which every kind of object is there."""
    parts, found = scenes.broken(frozen_time)
    service.update_page(scenes.TESS, **facts)
    ids = (parts["site"].id, parts["cart"].id)
    running = scenes.maintenance(begin=scenes.NOW + timedelta(minutes=1), ids=ids)
    frozen_time.advance(minutes=2)
    scenes.say(running, S.IN_PROGRESS, "Begun.")
    scenes.maintenance(name="Later", begin=scenes.NOW + timedelta(days=3), ids=ids)
    return {"parts": parts, "incident": found, "running": running}


def _shapes(value: Any) -> dict[str, list[str]]:
    """Key orders of the objects in a summary, by what they are."""
    found: dict[str, list[str]] = {"summary": list(value), "page": list(value["page"])}
    found["status"] = list(value["status"])
    for component in value["components"]:
        found["group" if component["group"] else "component"] = list(component)
    for kind in ("incidents", "scheduled_maintenances"):
        for incident in value[kind]:
            found[kind] = list(incident)
            for update in incident["incident_updates"]:
                found["update"] = list(update)
                for one in update["affected_components"] or []:
                    found["affected"] = list(one)
            for component in incident["components"]:
                found["inner component"] = list(component)
    return found


CAPTURES = [
    "all-operational.json",
    "minor-bexio.json",
    "minor-cloudflare-with-maintenances.json",
    "operational-with-components.json",
]


@pytest.mark.parametrize("name", CAPTURES)
def test_our_summary_has_the_keys_of_a_real_one_in_their_order(
    client: FlaskClient, frozen_time: Any, name: str
) -> None:
    capture = json.loads(shared_file(f"data/statuspage-captures/{name}").read_text())
    _everything(frozen_time)
    ours = _shapes(_get(client, "summary"))
    for kind, keys in _shapes(capture).items():
        assert ours[kind] == keys, kind


def _assert_same_types(ours: Any, theirs: Any, where: str) -> None:
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), where
        for key, value in theirs.items():
            inner = f"{where}.{key}"
            if ours[key] is None or value is None:
                assert key in NULLABLE, inner
                kind = NULLABLE[key]
                assert ours[key] is None or isinstance(ours[key], kind), inner
            else:
                _assert_same_types(ours[key], value, inner)
    elif isinstance(theirs, list):
        assert isinstance(ours, list), where
        for one in ours:
            if theirs:
                _assert_same_types(one, theirs[0], f"{where}[]")
    else:
        assert type(ours) is type(theirs), where
        if isinstance(theirs, str) and TIME.fullmatch(theirs):
            assert TIME.fullmatch(ours), where


@pytest.mark.parametrize("name", ["minor-cloudflare-with-maintenances.json", "minor-bexio.json"])
def test_our_values_have_the_types_of_real_ones(
    client: FlaskClient, frozen_time: Any, name: str
) -> None:
    capture = json.loads(shared_file(f"data/statuspage-captures/{name}").read_text())
    _everything(frozen_time)
    ours = _get(client, "summary")
    leaves = {"components": [c for c in ours["components"] if not c["group"]]}
    theirs = [c for c in capture["components"] if not c["group"]]
    _assert_same_types({**ours, **leaves}, {**capture, "components": theirs}, "summary")


@pytest.mark.parametrize("name", PATHS)
def test_each_file_has_its_keys_and_headers(
    client: FlaskClient, frozen_time: Any, name: str
) -> None:
    _everything(frozen_time)
    answer = client.get(f"/api/v2/{name}.json")
    assert list(answer.json) == PATHS[name]
    assert answer.content_type == "application/json; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"].startswith("max-age=10, public")
    assert answer.headers["X-StatusHub-Cache"] == "page"
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"/api/v2/{name}.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_lists_hold_what_they_are_called(client: FlaskClient, frozen_time: Any) -> None:
    made = _everything(frozen_time)
    running, open_one = made["running"].id, made["incident"].id

    def ids(name: str, key: str) -> list[str]:
        return [one["id"] for one in _get(client, name)[key]]

    assert ids("incidents/unresolved", "incidents") == [open_one]
    assert len(ids("incidents", "incidents")) == 6
    assert ids("scheduled-maintenances/active", "scheduled_maintenances") == [running]
    assert len(ids("scheduled-maintenances/upcoming", "scheduled_maintenances")) == 1
    assert len(ids("scheduled-maintenances", "scheduled_maintenances")) == 2
    assert ids("summary", "incidents") == [open_one]
    assert len(ids("summary", "scheduled_maintenances")) == 2


def test_updates_come_newest_first_and_name_components_with_their_group(
    client: FlaskClient, frozen_time: Any
) -> None:
    _everything(frozen_time)
    [incident] = _get(client, "incidents/unresolved")["incidents"]
    bodies = [update["body"] for update in incident["incident_updates"]]
    assert bodies[0].startswith("The new certificate")
    assert bodies[-1].startswith("Since 13:20")
    first = incident["incident_updates"][-1]["affected_components"]
    assert {one["name"] for one in first} == {"API - REST API", "Shop - Cart"}
    assert {(one["old_status"], one["new_status"]) for one in first} == {
        ("operational", "major_outage"),
        ("operational", "partial_outage"),
    }


def test_times_are_in_the_zone_of_the_page_with_milliseconds(
    client: FlaskClient, frozen_time: Any
) -> None:
    frozen_time.set(scenes.NOW.replace(microsecond=436_999))
    scenes.page(time_zone="Europe/Zurich")
    scenes.incident(frozen_time)
    body = _get(client, "incidents")
    assert body["incidents"][0]["started_at"] == "2026-03-02T15:00:00.436+01:00"
    assert body["page"]["time_zone"] == "Europe/Zurich"
    service.update_page(scenes.TESS, time_zone="Etc/UTC")
    assert _get(client, "incidents")["incidents"][0]["started_at"] == "2026-03-02T14:00:00.436Z"
    service.update_page(scenes.TESS, time_zone="Europe/London")
    assert _get(client, "incidents")["incidents"][0]["started_at"].endswith("+00:00")


def test_a_maintenance_says_when_and_began_when_it_was_made(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    scenes.maintenance(begin=scenes.NOW + timedelta(days=1))
    [one] = _get(client, "scheduled-maintenances/upcoming")["scheduled_maintenances"]
    assert one["impact"] == "maintenance"
    assert one["started_at"] == one["created_at"] == "2026-03-02T14:00:00.000Z"
    assert one["scheduled_for"] == "2026-03-03T14:00:00.000Z"
    assert one["scheduled_until"] == "2026-03-03T16:00:00.000Z"
    assert "reminder_intervals" not in one


def test_a_cancelled_maintenance_is_called_completed(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    found = scenes.maintenance(begin=scenes.NOW + timedelta(days=1))
    scenes.say(found, S.CANCELLED, "Not needed.")
    [one] = _get(client, "scheduled-maintenances")["scheduled_maintenances"]
    assert one["status"] == "completed"
    assert one["incident_updates"][0]["status"] == "completed"


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ((), "none", "All Systems Operational"),
        ((C.OPERATIONAL, C.OPERATIONAL), "none", "All Systems Operational"),
        ((C.MAJOR_OUTAGE, C.MAJOR_OUTAGE), "critical", "Major System Outage"),
        ((C.PARTIAL_OUTAGE, C.PARTIAL_OUTAGE), "major", "Partial System Outage"),
        ((C.MAJOR_OUTAGE, C.OPERATIONAL), "major", "Partial System Outage"),
        ((C.PARTIAL_OUTAGE, C.OPERATIONAL), "minor", "Minor Service Outage"),
        ((C.DEGRADED_PERFORMANCE,) * 2, "minor", "Degraded System Service"),
        ((C.DEGRADED_PERFORMANCE, C.OPERATIONAL), "minor", "Partially Degraded Service"),
        ((C.UNDER_MAINTENANCE, C.OPERATIONAL), "maintenance", "Service Under Maintenance"),
    ],
)
def test_the_status_follows_the_cascade(
    client: FlaskClient,
    frozen_time: Any,
    statuses: tuple[C, ...],
    indicator: str,
    description: str,
) -> None:
    scenes.page()
    for number, status in enumerate(statuses):
        part = service.add_component(scenes.TESS, name=f"Part {number}")
        service.set_component_status(scenes.TESS, part.id, status)
    assert _get(client, "status")["status"] == {
        "indicator": indicator,
        "description": description,
    }


def test_a_group_is_as_its_worst_child_and_lists_its_children(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    parts = scenes.components()
    service.add_group(scenes.TESS, "Nobody here")
    service.set_component_status(scenes.TESS, parts["hooks"].id, C.PARTIAL_OUTAGE)
    listed = _get(client, "components")["components"]
    groups = {one["name"]: one for one in listed if one["group"]}
    assert set(groups) == {"API", "Shop"}
    assert groups["API"]["status"] == "partial_outage"
    assert groups["API"]["components"] == [parts["rest"].id, parts["hooks"].id]
    assert all("components" not in one for one in listed if not one["group"])
    positions = [one["position"] for one in listed]
    assert positions == sorted(positions)


def test_what_is_not_published_is_in_no_file(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    service.declare_incident(scenes.TESS, name="Secret trouble")
    for name in PATHS:
        assert b"Secret trouble" not in client.get(f"/api/v2/{name}.json").data


def test_at_most_fifty_incidents_are_listed(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    for number in range(52):
        frozen_time.advance(minutes=1)
        scenes.incident(frozen_time, name=f"Number {number}")
    listed = _get(client, "incidents")["incidents"]
    assert len(listed) == 50
    assert listed[0]["name"] == "Number 51"


def test_text_is_not_escaped_beyond_what_json_needs(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page(name="Büro & Söhne 日本")
    assert "Büro & Söhne 日本" in client.get("/api/v2/status.json").get_data(as_text=True)


def test_before_the_set_up_the_api_says_so(client: FlaskClient) -> None:
    answer = client.get("/api/v2/summary.json")
    assert answer.status_code == 404
    assert "not set up" in answer.json["error"]
