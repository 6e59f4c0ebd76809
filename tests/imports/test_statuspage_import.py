"""A real history, GitHub's of 2022 to 2024, comes in whole, once, and exactly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from statushub.core.audit import Actor
from statushub.core.clock import parse_iso
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.demo.story import story
from statushub.imports.shape import read_document
from statushub.imports.statuspage import import_document, read_file
from statushub.incidents.models import AffectedComponent, Component, Incident, IncidentUpdate
from statushub.incidents.page import current_revision, find_page
from tests.shared_data import shared_file

GITHUB = "data/github-status-2022-2024.json"


@pytest.fixture(scope="module")
def github() -> Path:
    return shared_file(GITHUB)


def counts() -> tuple[int, int, int, int]:
    """Rows of components, incidents, updates and their links."""
    tables = (Component, Incident, IncidentUpdate, AffectedComponent)
    return tuple(db.session.scalar(select(func.count()).select_from(table)) for table in tables)


def test_githubs_history_comes_in_whole_exact_and_once(
    app: Flask, actor: Actor, github: Path
) -> None:
    """All facts, the order of updates, and a second run that changes nothing."""
    raw = json.loads(github.read_text())
    document = read_file(github)
    import_document(document, actor)
    happenings = raw["incidents"] + raw["scheduled_maintenances"]
    assert len(happenings) == 399
    for told in happenings:
        kept = db.session.get(Incident, told["id"])
        assert kept is not None
        assert (kept.name, kept.status, kept.impact) == (
            told["name"].strip(), told["status"], told["impact"]
        )  # fmt: skip
        assert kept.created_at == parse_iso(told["created_at"])
        assert kept.updated_at == parse_iso(told["updated_at"])
        assert kept.started_at == parse_iso(told["started_at"])
        assert kept.shortlink == told["shortlink"]
        resolved = told["resolved_at"]
        assert kept.resolved_at == (parse_iso(resolved) if resolved else None)
    updates = {update.id: update for update in db.session.scalars(select(IncidentUpdate))}
    told_updates = [update for told in happenings for update in told["incident_updates"]]
    assert len(updates) == len(told_updates) == 2165
    for told in told_updates:
        kept = updates[told["id"]]
        assert (kept.status, kept.incident_id) == (told["status"], told["incident_id"])
        assert kept.display_at == parse_iso(told["display_at"])
        assert kept.body.split() == told["body"].split()
    for told in raw["incidents"][:60]:
        kept = db.session.get(Incident, told["id"])
        ids = [update["id"] for update in told["incident_updates"]]
        assert [update.id for update in kept.updates] == ids
    before, revision = counts(), current_revision()
    report = import_document(document, actor)
    assert (report.added, report.changed) == (0, 0)
    assert (counts(), current_revision()) == (before, revision)


def test_what_changed_at_the_source_is_taken_over(sqlite_app: Flask, actor: Actor) -> None:
    raw = story(parse_iso("2026-03-02T14:00:00Z"))
    import_document(read_document(raw), actor)
    raw["incidents"][1]["name"] = "Card payments declined"
    report = import_document(read_document(raw), actor)
    assert (report.added, report.changed) == (0, 1)
    assert db.session.get(Incident, raw["incidents"][1]["id"]).name == "Card payments declined"


def test_the_pages_id_is_taken_over_and_its_name_once(sqlite_app: Flask, actor: Actor) -> None:
    raw = story(parse_iso("2026-03-02T14:00:00Z"))
    import_document(read_document(raw), actor)
    page = find_page()
    assert (page.id, page.name) == ("demopage", "Tidewater")
    raw["page"]["name"] = "Renamed there"
    import_document(read_document(raw), actor)
    assert find_page().name == "Tidewater"


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["page", "id"], None, "page.id"),
        (["page", "time_zone"], "Mars/Olympus", "page.time_zone"),
        (["components", 2, "status"], "on fire", "components[2].status"),
        (["incidents", 3, "impact"], 7, "incidents[3].impact"),
        (
            ["incidents", 1, "incident_updates", 0, "created_at"],
            "2026-03-01T10:00:00",
            "incidents[1].incident_updates[0].created_at",
        ),
        (["incidents", 0, "incident_updates"], {}, "incidents[0].incident_updates"),
        (["incidents", 0, "name"], "x" * 256, "incidents[0].name"),
        (["scheduled_maintenances", 0, "id"], "../etc", "scheduled_maintenances[0].id"),
    ],
)
def test_a_fault_is_told_by_its_place(path: list[Any], value: Any, place: str) -> None:
    raw = story(parse_iso("2026-03-02T14:00:00Z"))
    inner: Any = raw
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(Invalid) as fault:
        read_document(raw)
    assert str(fault.value).startswith(place + ":")


def test_an_id_that_stands_twice_is_refused() -> None:
    raw = story(parse_iso("2026-03-02T14:00:00Z"))
    raw["incidents"].append(raw["incidents"][0])
    with pytest.raises(Invalid, match="stands twice"):
        read_document(raw)


def test_nothing_is_half_imported(
    app: Flask, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = read_document(story(parse_iso("2026-03-02T14:00:00Z")))
    before = counts()

    def fail() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("statushub.imports.statuspage.bump_revision", fail)
    with pytest.raises(OSError, match="disk"):
        import_document(document, actor)
    assert counts() == before


def test_files_that_are_no_pages_are_refused_in_words(tmp_path: Path) -> None:
    for content, words in (
        (b"{", "is not JSON (line 1"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "expected an object"),
        (b"{}", "page"),
    ):
        path = tmp_path / "page.json"
        path.write_bytes(content)
        with pytest.raises(Invalid) as fault:
            read_file(path)
        assert words in str(fault.value) or "nested too deeply" in str(fault.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "status", "page"]), children, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_taken_or_refused_in_words(data: st.DataObject) -> None:
    raw = story(parse_iso("2026-03-02T14:00:00Z"))
    inner: Any = raw
    while isinstance(inner, (dict, list)) and inner:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(inner[key], (dict, list)) or data.draw(st.booleans()):
            inner[key] = data.draw(_JSON)
            break
        inner = inner[key]
    try:
        read_document(raw)
    except Invalid as fault:
        assert ":" in str(fault)


def test_the_demo_tells_a_story_with_every_kind(sqlite_app: Flask, actor: Actor) -> None:
    from statushub.demo.load import load_demo

    load_demo(actor)
    kinds = Counter(db.session.scalars(select(Incident.kind)))
    assert kinds == {"incident": 6, "maintenance": 1}


def test_the_demo_is_for_an_empty_statushub(sqlite_app: Flask, actor: Actor) -> None:
    from statushub.core.errors import Conflict
    from statushub.demo.load import load_demo

    load_demo(actor)
    with pytest.raises(Conflict, match="empty StatusHub"):
        load_demo(actor)
