"""Every route against every role: allowed exactly when the one table says so.

The views are put aside here (what they do is tested elsewhere), so that what answers is the
guard alone, and no role's walk changes what the next one finds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from statushub.accounts import service
from statushub.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from statushub.core.audit import SYSTEM
from statushub.web.guards import permission_of

REACHED = "the view was reached"

# Every route that asks nobody who they are. A new one fails the test until it stands here.
PUBLIC = {
    "static",
    "api_v2.active_maintenances",
    "api_v2.components",
    "api_v2.incidents",
    "api_v2.maintenances",
    "api_v2.status",
    "api_v2.summary",
    "api_v2.unresolved_incidents",
    "api_v2.upcoming_maintenances",
    "desk.accept_invitation",  # asks for the invitation's token
    "desk.forgotten_password",
    "desk.setup",  # asks for the set-up token
    "desk.sign_in",
    "desk.sign_out",
    "site.atom_feed",
    "site.confirm_page",
    "site.confirm_subscription",
    "site.healthz",
    "site.history",
    "site.incident",
    "site.incident_json",
    "site.index",
    "site.json_feed",
    "site.manage_subscription",  # asks for the subscriber's token
    "site.readyz",
    "site.report",
    "site.reported",
    "site.rss_feed",
    "site.subscribe",
    "site.subscribe_feeds",
    "site.subscribe_webhook",
    "site.unsubscribe",
    "site.unsubscribe_page",
    "site.uptime",
}
# Public too, but with an API key of their own (tested below).
KEYED = "api_v1."
# What may be sent without a CSRF token, because no browser sends it by itself: mail providers'
# one-click unsubscribe (RFC 8058) and webhooks that confirm, each with a signed link, and machines
# with an API key.
EXEMPT = {"site.unsubscribe", "site.confirm_subscription"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def methods_of(rule: Rule) -> list[str]:
    """The methods that do something of their own."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def calls(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every route as (rule, method, path), its parameters filled in."""
    for rule in app.url_map.iter_rules():
        adapter = app.url_map.bind("localhost")
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"), method=None)
        for method in methods_of(rule):
            yield rule, method, path


@pytest.fixture
def guarded(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with every view replaced by a word; guards and tokens stay."""
    for endpoint, view in sqlite_app.view_functions.items():

        @wraps(view)
        def stand_in(*_args: object, **_values: object) -> str:
            return REACHED

        monkeypatch.setitem(sqlite_app.view_functions, endpoint, stand_in)
    return sqlite_app


@pytest.fixture
def browser(guarded: Flask) -> FlaskClient:
    """A browser on that application."""
    return guarded.test_client()


def enter(browser: FlaskClient, user: Any) -> None:
    """Sign in, by the cookie."""
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = user.get_id(), True


def test_the_public_routes_are_these_and_no_others(sqlite_app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in sqlite_app.url_map.iter_rules()
        if not rule.endpoint.startswith(KEYED) and permission_of(sqlite_app, rule.endpoint) is None
    }
    assert public == PUBLIC


@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_what_the_table_says_and_nothing_else(
    guarded: Flask, browser: FlaskClient, make_user: Callable[..., Any], role: Role
) -> None:
    enter(browser, make_user(role.value))
    wrong = []
    for rule, method, path in calls(guarded):
        permission = permission_of(guarded, rule.endpoint)
        allowed = permission is None or permission in ROLE_PERMISSIONS[role]
        response = browser.open(path, method=method)
        reached = response.status_code == 200 and response.text == REACHED
        if reached is not allowed or (not allowed and response.status_code != 403):
            wrong.append((rule.endpoint, method, response.status_code))
    assert wrong == []


def test_a_stranger_is_led_to_the_sign_in_from_everything_but_the_public_routes(
    guarded: Flask, browser: FlaskClient
) -> None:
    wrong = []
    for rule, method, path in calls(guarded):
        response = browser.open(path, method=method)
        if permission_of(guarded, rule.endpoint) is None:
            right = response.text == REACHED
        else:
            right = response.status_code == 302 and "/desk/sign-in" in response.location
        if not right:
            wrong.append((rule.endpoint, method, response.status_code))
    assert wrong == []


def test_a_program_without_a_session_is_told_so_in_json(
    guarded: Flask, browser: FlaskClient
) -> None:
    response = browser.get("/desk/", headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (401, "application/json")


def test_nothing_is_changed_without_a_csrf_token(
    guarded: Flask,
    browser: FlaskClient,
    make_user: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(guarded.config, "WTF_CSRF_ENABLED", True)
    enter(browser, make_user("owner"))
    let_through = {
        rule.endpoint
        for rule, method, path in calls(guarded)
        if method in UNSAFE and browser.open(path, method=method).text == REACHED
    }
    assert {one for one in let_through if not one.startswith(KEYED)} == EXEMPT


def test_what_reads_changes_nothing_so_every_change_is_a_post(sqlite_app: Flask) -> None:
    words = ("revoke", "remove", "delete", "archive", "restore", "disable", "enable", "move",
             "discard")  # fmt: skip
    reading = [
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and rule.rule.endswith(words)
    ]
    assert reading == []


def test_every_api_key_reaches_what_its_role_allows_and_nothing_else(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sqlite_app.test_client()
    keys = {
        role: service.create_api_key(SYSTEM, role.value, role)[1]
        for role in (Role.OWNER, Role.INCIDENT_MANAGER, Role.SUPPORT_LEAD, Role.VIEWER)
    }
    wrong = []
    for rule, method, path in calls(sqlite_app):
        if not rule.endpoint.startswith(KEYED):
            continue
        permission = asked_of_keys(sqlite_app, rule.endpoint)
        assert client.open(path, method=method, json={}).status_code == 401
        for role, key in keys.items():
            headers = {"Authorization": f"Bearer {key}"}
            status = client.open(path, method=method, json={}, headers=headers).status_code
            allowed = permission in ROLE_PERMISSIONS[role]
            if status >= 500 or (status == 403) is allowed:
                wrong.append((rule.endpoint, role.value, status))
    assert wrong == []


def asked_of_keys(app: Flask, endpoint: str) -> Permission:
    """The permission that ``key_needs`` asks for, under whatever else wraps the view."""
    view: Any = app.view_functions[endpoint]
    while view is not None:
        found = inspect.getclosurevars(view).nonlocals.get("permission")
        if isinstance(found, Permission):
            return found
        view = getattr(view, "__wrapped__", None)
    raise AssertionError(f"{endpoint} asks no permission of a key")
