"""Addresses that nobody types by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.attacks.conftest import Target

ELSEWHERE = [
    "//[",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\x00/desk/",
    "//evil.example\\@localhost/",
    "///evil.example",
    "http://[::1",
    "/" + "x" * 5_000,
]


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(
    target: Target, client: FlaskClient, sign_in: Callable[..., Any], onward: str
) -> None:
    assert client.get("/desk/sign-in", query_string={"next": onward}).status_code == 200
    sign_in("responder")
    answer = client.get("/desk/sign-in", query_string={"next": onward})
    assert answer.status_code == 302
    assert answer.location.startswith(("/desk/", "/xxx"))


@pytest.mark.parametrize(
    "limit", ["0001" + "0" * 30, "0001" + "0" * 5_000, "101", "0", "-1", "1e1", "²", "1\x00"]
)
def test_a_list_is_never_longer_than_its_limit(
    target: Target, client: FlaskClient, limit: str
) -> None:
    answer = client.get(
        "/api/v1/incidents",
        query_string={"limit": limit},
        headers={"Authorization": f"Bearer {target.key}"},
    )
    assert answer.status_code == 422
