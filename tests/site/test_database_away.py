"""A database that is not there at all: clear pages, and what was typed comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def alone(make_app: Callable[..., Flask]) -> FlaskClient:
    """A browser on an application whose database nobody runs, with no page kept from before."""
    return make_app(STATUSHUB_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none").test_client()


@pytest.mark.parametrize("path", ["/", "/ja/", "/history", "/incidents/abc", "/uptime", "/report"])
def test_a_page_says_that_the_database_is_away(alone: FlaskClient, path: str) -> None:
    answer = alone.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "max-age" not in answer.headers.get("Cache-Control", "")
    assert "<h1>" in answer.text
    assert "broke on our side" not in answer.text


@pytest.mark.parametrize(
    "path", ["/history.rss", "/history.atom", "/feed.json", "/api/v2/summary.json"]
)
def test_a_program_is_asked_to_come_again(alone: FlaskClient, path: str) -> None:
    answer = alone.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/report", "body"),
        ("/subscribe", "email"),
        ("/subscribe/webhook", "url"),
        ("/desk/drafts/abc", "body"),
        ("/desk/incidents/new", "name"),
        ("/desk/maintenance/new", "name"),
    ],
)
def test_what_was_typed_comes_back(alone: FlaskClient, path: str, field: str) -> None:
    with alone.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "abcdefghijkl:0", True
    answer = alone.post(path, data={field: "my careful words"})
    assert answer.status_code == 503
    assert 'value="my careful words"' in answer.text
    assert "nothing has been sent to anybody" in answer.text
