"""/report: a customer says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from statushub.core.db import db
from statushub.feedback.models import FeedbackItem, FeedbackState
from tests.site import scenes

Read = Callable[..., str]


def _items() -> list[FeedbackItem]:
    db.session.expire_all()
    return list(db.session.scalars(select(FeedbackItem)))


def test_a_report_is_kept_and_answered_with_its_reference(
    client: FlaskClient, read: Read, frozen_time: Any
) -> None:
    parts, found = scenes.broken(frozen_time)
    answer = client.post(
        "/report",
        data={
            "body": "I cannot pay.\r\nSince noon.",
            "component": parts["rest"].id,
            "contact": "bo@example.com",
        },
    )
    assert answer.status_code == 302
    [item] = _items()
    assert item.body == "I cannot pay.\nSince noon."
    assert item.contact == "bo@example.com"
    assert item.state is FeedbackState.NEW
    assert item.incident_id == found.id
    assert item.id in read(answer.headers["Location"])


def test_the_component_can_be_chosen_by_the_link(read: Read, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    html = read(f"/report?component={parts['cart'].id}")
    assert f'<option selected value="{parts["cart"].id}">' in html


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \n\x00 "}, "body"),
        ({"body": "x" * 5001}, "body"),
        ({"body": "fine", "component": "nosuchthing1"}, "component"),
        ({"body": "fine", "contact": "not an address"}, "contact"),
    ],
)
def test_what_cannot_be_taken_is_said_by_the_field_and_kept(
    client: FlaskClient, frozen_time: Any, data: dict[str, str], field: str
) -> None:
    scenes.page()
    answer = client.post("/report", data={"component": "", "contact": "", **data})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in html
    if field != "body":
        assert "fine" in html
    assert _items() == []


def test_too_much_text_at_once_is_a_413(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    assert client.post("/report", data={"body": "x" * 600_000}).status_code == 413


def test_a_robot_is_thanked_and_nothing_is_kept(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    answer = client.post("/report", data={"body": "Buy", "component": "", "website": "x"})
    assert answer.status_code == 302
    assert _items() == []


def test_a_flood_is_refused_and_the_text_kept(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    for _ in range(10):
        client.post("/report", data={"body": "again", "component": ""})
    answer = client.post("/report", data={"body": "my careful words", "component": ""})
    assert answer.status_code == 429
    assert "my careful words" in answer.get_data(as_text=True)
    assert len(_items()) == 10


def test_a_made_up_reference_is_no_place_for_words(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    assert client.get("/report/thanks/Call-555-123").status_code == 404
    assert client.get("/report/thanks/<script>aler").status_code == 404


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("select 1", {}, Exception("server closed the connection")),
        InterfaceError("select 1", {}, Exception("connection already closed")),
        NoConnectionFree("QueuePool limit reached, connection timed out"),
    ],
    ids=["away", "cut off", "none free"],
)
def test_when_the_database_is_away_what_was_typed_comes_back(
    app: Flask,
    client: FlaskClient,
    frozen_time: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    scenes.page()

    def away(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr("statushub.site.report.send_feedback", away)
    answer = client.post("/report", data={"body": "my careful words", "component": ""})
    assert answer.status_code == 503
    assert "my careful words" in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"]
