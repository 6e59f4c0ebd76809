"""The addresses that are rendered ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from statushub.incidents.statuses import IncidentStatus as S
from statushub.site.hot import API, FEEDS, hot_paths
from tests.site import scenes


def test_every_hot_path_is_a_public_page_that_may_be_kept(
    client: FlaskClient, sign_in: Callable[..., Any], frozen_time: Any
) -> None:
    scenes.broken(frozen_time)
    sign_in("owner")
    paths = hot_paths()
    assert len(paths) == len(set(paths))
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["X-StatusHub-Cache"] == "page", path
        assert "Set-Cookie" not in answer.headers, path
        assert "private" not in answer.headers.get("Cache-Control", ""), path


def test_pages_are_hot_in_every_language_and_data_once(frozen_time: Any, app: Any) -> None:
    scenes.page()
    paths = hot_paths()
    for page in ("/", "/history", "/uptime"):
        assert {page, f"/en{page}", f"/ja{page}"} <= set(paths)
    for path in (*FEEDS, *API):
        assert path in paths
        assert f"/ja{path}" not in paths


def test_incidents_stay_hot_for_two_weeks_and_while_they_are_open(
    frozen_time: Any, app: Any
) -> None:
    scenes.page()
    over = scenes.incident(frozen_time, words=((S.INVESTIGATING, "One", 0), (S.RESOLVED, "Two", 5)))
    running = scenes.incident(frozen_time, name="Still going on")
    assert f"/incidents/{over.id}" in hot_paths()
    frozen_time.set(scenes.NOW + timedelta(days=15))
    assert f"/incidents/{over.id}" not in hot_paths()
    assert f"/ja/incidents/{running.id}" in hot_paths()


def test_an_old_incident_that_speaks_again_is_hot_again(frozen_time: Any, app: Any) -> None:
    scenes.page()
    over = scenes.incident(frozen_time, words=((S.INVESTIGATING, "One", 0), (S.RESOLVED, "Two", 5)))
    frozen_time.set(scenes.NOW + timedelta(days=40))
    scenes.say(over, S.RESOLVED, "One more thing.")
    assert f"/incidents/{over.id}" in hot_paths()


def test_before_the_set_up_there_is_a_hot_set_too(app: Any) -> None:
    assert "/" in hot_paths()
