"""Junk at every door: whatever is sent to any route, it is never a failure of ours.

The application raises what it does not handle, so a test fails with its traceback.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from statushub.accounts.service import find_user
from statushub.core.db import db
from tests.attacks.conftest import Target

LONE = "%ED%A0%80"  # half a character, as UTF-8 would spell it if it could
# As they stand in an address or a body.
JUNK = {
    "nul": "%00",
    "nul inside": "a%00b",
    "half a character": LONE,
    "not utf-8": "%FF%FE",
    "long": "x" * 5_000,
    "emoji": quote("💥" * 30),
    "negative": "-1",
    "beyond 32 bits": "2147483648",
    "beyond 64 bits": "9" * 25,
    "beyond str(int)": "0001" + "0" * 5_000,
    "an address": quote("//[", safe=""),
    "placeholders": quote("{{7*7}}%(x)s%s@@to@@"),
    "script": quote('"><script>alert(1)</script>'),
    "new lines": quote("a\r\nBcc: x@y.example"),
    "no digit": quote("²"),
    "directions": quote("\u202e\u2028\ufeff"),
    "the first year": "0001-01-01T00%3A00",
    "the last year": "9999-12-31T23%3A59",
    "nothing": "",
}
ARGUMENTS = {
    "site.history": ("page",),
    "site.report": ("component",),
    "desk.incidents": ("show", "q", "before"),
    "desk.maintenance": ("show", "q", "before"),
    "desk.incident_impact": ("status",),
    "desk.audit": ("q", "kind", "before"),
    "desk.subscribers": ("q", "kind", "state", "after"),
    "desk.feedback": ("state", "before"),
    "desk.component_new": ("group",),
    "desk.draft_publish": ("version",),
    "api_v1.list_incidents": ("cursor", "limit"),
    "api_v1.list_deliveries": ("update",),
}
WRONG_BODIES = [
    ("application/json", b"{"),
    ("application/json", b'["x"]'),
    ("application/json", b'{"name":{"a":[1]},"email":5,"body":["x"]}'),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nb\r\n--x--\r\n',
    ),
    ("application/x-www-form-urlencoded", b"%FF=%FF&\xff=\xff&component-%00=operational"),
    ("text/plain; charset=nonsense", b"\xff\xfe"),
]
A_FORM_IS_FAR = {"desk.sign_out", "desk.account_end_sessions", "desk.setup_demo"}
VALUES: list[Any] = [
    None, "", "\x00", "\ud800", "x" * 30_000, 10**30, -1, True, [], {}, ["\x00"], ["\ud800"],
    {"\x00": "operational"}, {"\ud800": "operational"}, "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00", "2026-W01-1",
]  # fmt: skip
INCIDENT = (
    "name", "customer_impact", "impact_override", "started_at", "scheduled_for",
    "scheduled_until", "scheduled_auto_completed", "status", "body", "components",
    "component_ids", "deliver_notifications", "\x00",
)  # fmt: skip
COMPONENT = ("status", "start_date", "name", "description", "group_id", "showcase")
Ask = Callable[..., Any]


class Forms(HTMLParser):
    """The forms of a page: where they lead, and what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        facts = {name: value or "" for name, value in attrs}
        name = facts.get("name", "")
        if tag == "form" and facts.get("method", "").lower() == "post":
            self._fields = self.found.setdefault(facts.get("action", ""), {})
        elif self._fields is None:
            return
        elif tag in {"input", "button", "textarea"} and name:
            self._fields.setdefault(name, facts.get("value", ""))
        elif tag == "select":
            self._select = name
            self._fields.setdefault(name, "")
        elif tag == "option" and "selected" in facts and self._select:
            self._fields[self._select] = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Called by the parser."""
        self._fields = None if tag == "form" else self._fields


def values_of(rule: Rule, target: Target) -> dict[str, str]:
    """What is really there, for a route's parameters."""
    values = {name: target.values[name] for name in rule.arguments}
    if "token" in values and rule.endpoint == "desk.accept_invitation":
        values["token"] = target.values["invitation_token"]
    if "token" in values and "confirm" in rule.endpoint:
        values["token"] = target.values["confirm_token"]
    if rule.endpoint.startswith("desk.maintenance") and values:
        values["incident_id"] = target.values["planned_id"]
    return values


def path_of(rule: Rule, values: dict[str, str]) -> str:
    """The address, its parameters put in as they are spelt."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: values[found[1]], rule.rule)


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """Every route that answers to a method."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield rule


@pytest.fixture
def ask(target: Target, client: FlaskClient, unlimited: None) -> Ask:
    """Sends one request as the owner (or with the owner's key) and judges the answer."""

    def send(path: str, method: str = "GET", **more: Any) -> Any:
        if path.startswith("/api/v1/"):
            more["headers"] = {"Authorization": f"Bearer {target.key}"}
        else:
            owner = find_user("boss@example.com")
            assert owner is not None
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = owner.get_id(), True
        db.session.remove()
        answer = client.open(path, method=method, buffered=True, **more)
        db.session.remove()
        assert answer.status_code < 500 or path == "/readyz", (method, path[:200], more)
        onward = answer.headers.get("Location", "")
        assert not re.match(r"//|\\|https?://(?!localhost/)", onward), (path[:200], onward)
        return answer

    return send


def test_junk_in_addresses(app: Flask, target: Target, ask: Ask) -> None:
    words = ("nul", "half a character", "not utf-8", "long", "beyond 64 bits", "beyond 32 bits")
    for method in ("GET", "POST", "PATCH"):
        for rule in rules(app, method):
            values = values_of(rule, target)
            for name in values:
                for word in words:
                    ask(path_of(rule, {**values, name: JUNK[word]}), method)


def test_junk_in_queries(app: Flask, target: Target, ask: Ask) -> None:
    for rule in rules(app, "GET"):
        for name in ARGUMENTS.get(rule.endpoint, ()):
            for junk in JUNK.values():
                ask(f"{path_of(rule, values_of(rule, target))}?{name}={junk}")


def test_junk_in_forms(app: Flask, target: Target, ask: Ask) -> None:
    """Each field of each form that the pages show, with some of the junk, others as they were."""
    forms: dict[str, dict[str, str]] = {}
    for rule in rules(app, "GET"):
        path = path_of(rule, values_of(rule, target))
        reader = Forms()
        reader.feed(ask(path).get_data(as_text=True))
        forms |= {action.split("?")[0] or path: found for action, found in reader.found.items()}
    dice = random.Random(20261121)
    for rule in rules(app, "POST"):
        path = path_of(rule, values_of(rule, target))
        if rule.endpoint in A_FORM_IS_FAR or path.startswith("/api/"):
            continue
        fields = forms.get(path, {}) | {"csrf_token": ""}
        for name in fields:
            rest = urlencode({key: value for key, value in fields.items() if key != name})
            for junk in dice.sample(list(JUNK.values()), 3):
                body = f"{rest}&{quote(name)}={junk}"
                ask(path, "POST", data=body, content_type="application/x-www-form-urlencoded")
        for kind, wrong in WRONG_BODIES:
            ask(path, "POST", data=wrong, content_type=kind)


def test_junk_in_json(target: Target, ask: Ask) -> None:
    there = target.values
    places = [
        ("POST", "/api/v1/incidents", "incident", INCIDENT),
        ("PATCH", f"/api/v1/incidents/{there['told_id']}", "incident", INCIDENT),
        ("PATCH", f"/api/v1/incidents/{there['planned_id']}", "incident", INCIDENT),
        ("PATCH", f"/api/v1/components/{there['component_id']}", "component", COMPONENT),
    ]
    dice = random.Random(20261121)
    for method, path, container, names in places:
        for name in names:
            for value in dice.sample(VALUES, 6):
                said = {"name": "n", "body": "b"} if container == "incident" else {"name": "n"}
                document = {container: {**said, name: value}}
                ask(path, method, data=json.dumps(document), content_type="application/json")
        for raw in (b"", b"{", b"null", b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b"9" * 5_000):
            ask(path, method, data=raw, content_type="application/json")


def test_after_all_that_every_page_still_shows(app: Flask, target: Target, ask: Ask) -> None:
    """What was let in did not poison what reads it."""
    for text in ("\x00\ud800", "<script>alert(1)</script>{{7*7}}%s%(x)s@@to@@", "x" * 255):
        document = {"incident": {"name": f"n{text}"[:255], "body": f"b{text}"}}
        ask("/api/v1/incidents", "POST", json=document)
    for rule in rules(app, "GET"):
        page = ask(path_of(rule, values_of(rule, target)))
        if page.mimetype == "text/html":
            assert "<script>alert" not in page.get_data(as_text=True)


def test_nobody_finds_what_is_not_published(target: Target, client: FlaskClient) -> None:
    hidden = target.values["incident_id"]
    for prefix in ("", "/ja", "/en"):
        for end in ("", ".json", "/", "?x", ".rss"):
            assert client.get(f"{prefix}/incidents/{hidden}{end}").status_code == 404
        for path in ("/", "/history", "/history.rss", "/history.atom", "/feed.json", "/uptime"):
            text = client.get(prefix + path).get_data(as_text=True)
            assert hidden not in text
            assert target.secret_name not in text
    for name in ("summary", "incidents", "incidents/unresolved", "scheduled-maintenances"):
        assert target.secret_name not in client.get(f"/api/v2/{name}.json").get_data(as_text=True)
