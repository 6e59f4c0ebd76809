"""API v1: with a key, within its role, by the same rules as the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from statushub.accounts.models import ApiKey
from statushub.accounts.permissions import Role
from statushub.core import clock
from statushub.core.audit import AuditEntry
from statushub.core.db import db, transaction
from statushub.core.secrets import digest
from statushub.incidents import queries, service
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import ComponentStatus as C
from statushub.publishing import subscribing
from statushub.publishing.models import Delivery
from statushub.subscribers import service as subscribers
from tests.site import scenes

Call = Callable[..., Any]


@pytest.fixture
def call(client: FlaskClient) -> Call:
    """Calls the API with a key of a role: ``call("post", path, json, role=…)``."""

    def send(verb: str, path: str, body: Any = None, role: str = "administrator") -> Any:
        plaintext = f"sh_key_of_{role}"
        if db.session.scalars(select(ApiKey).where(ApiKey.name == role)).first() is None:
            with transaction() as session:
                session.add(
                    ApiKey(
                        name=role,
                        role=Role(role),
                        prefix=plaintext[:10],
                        key_digest=digest(plaintext),
                    )
                )
        headers = {"Authorization": f"OAuth {plaintext}"}
        return client.open(f"/api/v1{path}", method=verb.upper(), json=body, headers=headers)

    return send


def _incident(**fields: Any) -> dict[str, Any]:
    return {"incident": {"name": "Payments fail", **fields}}


def test_every_endpoint_wants_a_key(app: Flask, client: FlaskClient) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api_v1.")]
    assert len(rules) == 8
    for rule in rules:
        path = rule.rule.replace("<incident_id>", "x").replace("<component_id>", "x")
        for verb in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=verb, json={})
            assert answer.status_code == 401, (verb, path)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert set(answer.json) == {"error", "fields"}


@pytest.mark.parametrize(
    "header", ["", "OAuth", "OAuth ", "Basic abc", "OAuth wrong", "Bearer " + "x" * 500]
)
def test_a_wrong_key_is_refused(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/incidents", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_key_in_the_address_is_not_taken(call: Call, client: FlaskClient) -> None:
    scenes.page()
    assert call("get", "/incidents").status_code == 200
    assert client.get("/api/v1/incidents?api_key=sh_key_of_administrator").status_code == 401


def test_bearer_is_as_good_as_oauth(call: Call, client: FlaskClient) -> None:
    scenes.page()
    call("get", "/incidents")
    headers = {"Authorization": "bearer sh_key_of_administrator"}
    assert client.get("/api/v1/incidents", headers=headers).status_code == 200


def test_a_revoked_key_is_refused_at_once(call: Call) -> None:
    scenes.page()
    assert call("get", "/incidents").status_code == 200
    with transaction() as session:
        session.scalars(select(ApiKey)).one().revoked_at = clock.now()
    assert call("get", "/incidents").status_code == 401


def test_an_incident_with_a_body_is_published_with_everything(
    call: Call, app: Flask, frozen_time: Any
) -> None:
    scenes.page()
    parts = scenes.components()
    subscribers.confirm(subscribing.subscribe_email("ann@example.com", locale="en").id)
    before = current_revision()
    answer = call(
        "post",
        "/incidents",
        _incident(
            status="identified",
            body="Cards are **declined**.",
            components={parts["rest"].id: "major_outage"},
        ),
    )
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"].endswith(f"/api/v1/incidents/{made['id']}")
    assert made["status"] == "identified"
    assert made["published_at"] == "2026-03-02T14:00:00.000Z"
    assert made["incident_updates"][0]["body"] == "Cards are **declined**."
    assert queries.get_component(parts["rest"].id).status is C.MAJOR_OUTAGE
    assert current_revision() > before
    rows = db.session.scalars(
        select(Delivery).where(Delivery.update_id == made["incident_updates"][0]["id"])
    ).all()
    assert [(row.transport, row.target) for row in rows] == [("email", "ann@example.com")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "update.published"))
    assert entry.one().actor_kind == "api_key"


def test_an_incident_without_a_body_stays_in_the_house(
    call: Call, client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    made = call("post", "/incidents", _incident(), role="responder").json
    assert made["published_at"] is None
    assert client.get(f"/incidents/{made['id']}").status_code == 404
    assert call("get", f"/incidents/{made['id']}", role="viewer").json["name"] == "Payments fail"
    assert call("get", "/incidents").json == []


def test_an_update_is_published_and_resolves(call: Call, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    made = call(
        "post", "/incidents", _incident(body="One", components={parts["rest"].id: "major_outage"})
    ).json
    answer = call(
        "patch",
        f"/incidents/{made['id']}",
        {"incident": {"status": "resolved", "body": "It works again."}},
    )
    assert answer.status_code == 200
    assert answer.json["status"] == "resolved"
    assert answer.json["resolved_at"] is not None
    assert [one["status"] for one in answer.json["incident_updates"]] == [
        "resolved",
        "investigating",
    ]
    assert queries.get_component(parts["rest"].id).status is C.OPERATIONAL


def test_nothing_is_sent_when_the_caller_says_so(call: Call, frozen_time: Any) -> None:
    scenes.page()
    subscribers.confirm(subscribing.subscribe_email("ann@example.com", locale="en").id)
    made = call("post", "/incidents", _incident(body="One", deliver_notifications=False)).json
    update_id = made["incident_updates"][0]["id"]
    assert call("get", f"/deliveries?update={update_id}").json["transports"] == {}


def test_facts_change_without_a_word(call: Call, frozen_time: Any) -> None:
    scenes.page()
    made = call("post", "/incidents", _incident(body="One")).json
    answer = call(
        "patch",
        f"/incidents/{made['id']}",
        {"incident": {"name": "Card payments fail", "impact_override": "critical"}},
    )
    assert answer.json["name"] == "Card payments fail"
    assert answer.json["impact"] == "critical"
    assert len(answer.json["incident_updates"]) == 1
    cleared = call("patch", f"/incidents/{made['id']}", {"incident": {"impact_override": None}})
    assert cleared.json["impact_override"] is None


def test_a_maintenance_is_planned_and_moved(call: Call, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    begin = scenes.NOW + timedelta(days=1)
    made = call(
        "post",
        "/incidents",
        _incident(
            body="We will upgrade.",
            scheduled_for=begin.isoformat(),
            scheduled_until=(begin + timedelta(hours=1)).isoformat(),
            component_ids=[parts["rest"].id],
        ),
    )
    assert made.status_code == 201, made.json
    assert made.json["status"] == "scheduled"
    assert [one["id"] for one in made.json["components"]] == [parts["rest"].id]
    moved = call(
        "patch",
        f"/incidents/{made.json['id']}",
        {"incident": {"scheduled_until": "2026-03-03T20:00:00+01:00"}},
    )
    assert moved.json["scheduled_until"] == "2026-03-03T19:00:00.000Z"
    assert moved.json["scheduled_for"] == "2026-03-03T14:00:00.000Z"


@pytest.mark.parametrize(
    ("role", "verb", "path", "body", "expected"),
    [
        ("viewer", "post", "/incidents", _incident(), 403),
        ("responder", "post", "/incidents", _incident(body="One"), 403),
        ("social_media_lead", "post", "/incidents", _incident(body="One"), 201),
        (
            "social_media_lead",
            "post",
            "/incidents",
            _incident(scheduled_for="2026-03-03T14:00:00Z", scheduled_until="2026-03-03T15:00:00Z"),
            403,
        ),
        ("viewer", "patch", "/components/{rest}", {"component": {"status": "major_outage"}}, 403),
        (
            "communications_manager",
            "patch",
            "/components/{rest}",
            {"component": {"status": "major_outage"}},
            200,
        ),
        (
            "communications_manager",
            "patch",
            "/components/{rest}",
            {"component": {"name": "N"}},
            403,
        ),
        ("incident_manager", "patch", "/components/{rest}", {"component": {"name": "N"}}, 200),
    ],
)
def test_a_key_may_do_what_its_role_may(
    call: Call,
    frozen_time: Any,
    role: str,
    verb: str,
    path: str,
    body: Any,
    expected: int,
) -> None:
    scenes.page()
    parts = scenes.components()
    answer = call(verb, path.format(rest=parts["rest"].id), body, role=role)
    assert answer.status_code == expected, answer.json
    if expected == 403:
        assert "role of this key" in answer.json["error"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": 7}, "name"),
        ({"body": "x" * 25_001}, "body"),
        ({"body": "One", "status": "scheduled"}, "status"),
        ({"body": "One", "status": "nonsense"}, "status"),
        ({"body": "One", "components": {"nosuchthing1": "major_outage"}}, "components"),
        ({"body": "One", "components": ["x"]}, "components"),
        ({"component_ids": ["nosuchthing1"]}, "component_ids"),
        ({"started_at": "2026-03-02T14:00:00"}, "started_at"),
        ({"started_at": "tomorrow"}, "started_at"),
        ({"scheduled_for": "2026-03-03T14:00:00Z"}, "scheduled_until"),
        ({"impact_override": "huge"}, "impact_override"),
        ({"deliver_notifications": "yes"}, "deliver_notifications"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_by_its_field_and_nothing_happens(
    call: Call, frozen_time: Any, fields: dict[str, Any], wrong: str
) -> None:
    scenes.page()
    answer = call("post", "/incidents", _incident(**fields))
    assert answer.status_code == 422, answer.json
    assert wrong in answer.json["fields"]
    assert queries.desk_incidents() == []


@pytest.mark.parametrize("body", [None, [], "x", {}, {"incident": []}, {"name": "bare"}])
def test_a_body_of_another_shape_is_refused_in_words(call: Call, body: Any) -> None:
    scenes.page()
    answer = call("post", "/incidents", body)
    assert answer.status_code == 422
    assert "incident" in answer.json["error"]


def test_a_status_without_words_is_refused(call: Call, frozen_time: Any) -> None:
    scenes.page()
    made = call("post", "/incidents", _incident(body="One")).json
    answer = call("patch", f"/incidents/{made['id']}", {"incident": {"status": "resolved"}})
    assert answer.status_code == 422
    assert "body" in answer.json["fields"]


def test_what_is_not_there_is_a_404(call: Call, frozen_time: Any) -> None:
    scenes.page()
    assert call("get", "/incidents/nosuchthing1").status_code == 404
    assert call("patch", "/incidents/nosuchthing1", {"incident": {"name": "x"}}).status_code == 404
    assert call("get", "/components/nosuchthing1").status_code == 404
    assert call("get", "/deliveries?update=nosuchthing1").status_code == 404
    assert call("get", "/deliveries").status_code == 422
    assert call("get", "/nowhere").status_code == 404


def test_the_list_is_paged_by_a_link(call: Call, frozen_time: Any) -> None:
    scenes.page()
    for number in range(5):
        frozen_time.advance(minutes=1)
        scenes.incident(frozen_time, name=f"Number {number}")
    seen: list[str] = []
    path: str | None = "/incidents?limit=2"
    while path:
        answer = call("get", path)
        seen += [one["name"] for one in answer.json]
        link = answer.headers.get("Link")
        path = link.split(">")[0].removeprefix("<http://localhost/api/v1") if link else None
    assert seen == [f"Number {number}" for number in range(4, -1, -1)]
    for limit in ("0", "101", "x", "-1", "²"):
        assert call("get", f"/incidents?limit={limit}").status_code == 422
    assert call("get", "/incidents?cursor=garbage").status_code == 422


def test_components_are_read_and_changed(call: Call, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    assert {one["id"] for one in call("get", "/components").json} == {
        part.id for part in parts.values()
    }
    path = f"/components/{parts['rest'].id}"
    answer = call(
        "patch",
        path,
        {
            "component": {
                "status": "partial_outage",
                "description": "For partners",
                "group_id": None,
                "start_date": "2026-01-01",
            }
        },
    )
    assert answer.status_code == 200, answer.json
    shown = call("get", path).json
    assert shown["status"] == "partial_outage"
    assert shown["description"] == "For partners"
    assert shown["group_id"] is None
    assert shown["start_date"] == "2026-01-01"


def test_a_change_that_is_wrong_in_part_changes_nothing(call: Call, frozen_time: Any) -> None:
    scenes.page()
    part = service.add_component(scenes.TESS, name="Part")
    answer = call(
        "patch", f"/components/{part.id}", {"component": {"name": "New", "status": "nonsense"}}
    )
    assert answer.status_code == 422
    assert "status" in answer.json["fields"]
    assert call("get", f"/components/{part.id}").json["name"] == "Part"


def test_deliveries_are_counted_without_giving_addresses_away(call: Call, frozen_time: Any) -> None:
    scenes.page()
    subscribers.confirm(subscribing.subscribe_email("ann@example.com", locale="en").id)
    made = call("post", "/incidents", _incident(body="One")).json
    answer = call("get", f"/deliveries?update={made['incident_updates'][0]['id']}", role="viewer")
    assert answer.json["transports"]["email"]["queued"] == 1
    assert answer.json["transports"]["email"]["sent"] == 0
    assert answer.json["posts"] == []
    assert "ann@" not in answer.get_data(as_text=True)
