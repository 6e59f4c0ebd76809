"""Markdown is rendered when it is saved; whoever reads, reads what was rendered then."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from markdown import Markdown

from statushub.core.markdown import render
from tests.site import scenes
from tests.test_guards import CODE, offenders

# Two save; the third shows what is being typed.
RENDERING = (
    "statushub/incidents/updates.py",
    "statushub/imports/statuspage.py",
    "statushub/publishing/compose.py",
)


def test_only_who_saves_or_previews_renders() -> None:
    asking = r"from statushub\.core\.markdown import (?:\([^)]*|[^\n]*)\brender\b"
    assert offenders(asking, CODE, *RENDERING) == []
    assert len(offenders(asking, CODE)) == len(RENDERING)
    assert offenders(r"import markdown\b|from markdown\b", CODE, "statushub/core/markdown.py") == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_reader_makes_anything_be_rendered(
    client: FlaskClient, frozen_time: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _parts, found = scenes.broken(frozen_time)

    def rendered(*_args: object) -> str:
        raise AssertionError("rendered for a reader")

    monkeypatch.setattr(Markdown, "convert", rendered)
    with pytest.raises(AssertionError, match="for a reader"):
        render("*words*")
    feeds = ("/history.rss", "/history.atom", "/feed.json")
    pages = ("/", "/history", "/uptime", f"/incidents/{found.id}", f"/incidents/{found.id}.json")
    for path in (*pages, *feeds, "/api/v2/summary.json", "/api/v2/incidents.json"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert b"Payments and sign-in fail" in answer.data or path == "/uptime", path
