"""Forms as no browser sends them, and forms as another site's page sends them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.attacks.conftest import Target

FORMS = ("/report", "/subscribe", "/subscribe/webhook", "/desk/sign-in")
ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    """CSRF is checked, as in service."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "document", [["x"], {"email": 5}, {"body": {"a": 1}}, {"email": ["a"], "url": None}, "x", 5]
)
def test_json_is_no_form(
    target: Target, client: FlaskClient, unlimited: None, path: str, document: Any
) -> None:
    assert client.post(path, json=document).status_code == 422


@pytest.mark.parametrize("path", FORMS)
def test_a_file_is_no_text(target: Target, client: FlaskClient, unlimited: None, path: str) -> None:
    names = ("email", "body", "url", "contact", "component", "components", "password", "website")
    data = {name: (io.BytesIO(b"x"), "x.txt") for name in names}
    assert client.post(path, data=data).status_code == 422


def test_a_hundred_thousand_fields_do_not_make_a_hundred_thousand_fields(
    target: Target, strict: Flask, client: FlaskClient
) -> None:
    began = time.process_time()
    answer = client.post(
        "/report", data="a=&" * 170_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400
    assert len(answer.data) < 200_000
    assert time.process_time() - began < 3


@pytest.mark.parametrize("path", ["/report", "/desk/team/invitations"])
@pytest.mark.parametrize(
    "headers", [ELSEWHERE, {"Origin": "null"}, {"Origin": "https://evil.example"}]
)
def test_another_sites_form_is_not_offered_again_as_ours(
    target: Target,
    strict: Flask,
    client: FlaskClient,
    sign_in: Callable[..., Any],
    path: str,
    headers: dict[str, str],
) -> None:
    sign_in("administrator")
    data = {"email": "mallory@evil.example", "role": "administrator", "body": "mallory"}
    answer = client.post(path, data=data, headers=headers)
    assert answer.status_code == 400
    assert b"mallory" not in answer.data
    assert b"csrf_token" not in answer.data
    # A browser leaves the cookie out of such a request: a new one would end the session.
    answer = strict.test_client().post(path, data=data, headers=headers)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_a_form_that_was_open_too_long_is_still_offered_again(
    target: Target, strict: Flask, client: FlaskClient
) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/report", data={"body": "all my words"}, headers=headers)
    assert answer.status_code == 400
    assert b"all my words" in answer.data
    assert b"csrf_token" in answer.data
