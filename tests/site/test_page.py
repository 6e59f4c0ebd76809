"""/: is it broken, is it me, what are you doing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from statushub.incidents import service
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S
from tests.site import scenes

Read = Callable[..., str]


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_before_the_set_up_the_page_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 404
    assert "not set up yet" in answer.get_data(as_text=True)


def test_an_empty_page_says_so(read: Read, frozen_time: Any) -> None:
    scenes.page()
    html = read("/")
    assert "All Systems Operational" in html
    assert "Nothing to show yet" in html
    assert html.count("No incidents reported.") == 14


def test_a_green_page_shows_every_component_with_its_word(read: Read, frozen_time: Any) -> None:
    scenes.lived_in(frozen_time)
    html = read("/")
    for name in ("REST API", "Webhooks", "Cart", "Search", "Website"):
        assert name in html
    assert html.count(">Operational<") >= 5
    assert "Status of everything that Acme runs." in html


def test_an_open_incident_stands_first_with_its_newest_word_on_top(
    read: Read, frozen_time: Any
) -> None:
    scenes.broken(frozen_time)
    text = _text(read("/"))
    banner = text.index("Partial System Outage")
    title = text.index("Payments and sign-in fail")
    newest = text.index("3 of 5 regions")
    oldest = text.index("We are finding out why")
    components = text.index("Components Uptime in detail")
    assert banner < title < newest < oldest < components
    assert "Major outage" in text


def test_an_open_incident_without_components_is_not_called_all_well(
    read: Read, frozen_time: Any
) -> None:
    scenes.page()
    scenes.components()
    scenes.incident(frozen_time, name="Something is odd")
    assert "We are working on a problem" in read("/")


def test_a_declared_incident_is_not_shown_before_its_first_update(
    read: Read, frozen_time: Any
) -> None:
    scenes.page()
    parts = scenes.components()
    found = service.declare_incident(
        scenes.TESS, name="Secret trouble", components={parts["rest"].id: C.MAJOR_OUTAGE}
    )
    assert "Secret trouble" not in read("/")
    read(f"/incidents/{found.id}", status=404)


def test_a_resolved_incident_stands_under_its_day(read: Read, frozen_time: Any) -> None:
    scenes.lived_in(frozen_time)
    html = read("/")
    day = html.index('<time datetime="2026-02-27">')
    next_day = html.index('<time datetime="2026-02-26">')
    assert day < html.index("Webhooks trouble") < next_day
    assert html.count("No incidents reported.") == 12


def test_an_open_incident_is_only_named_under_its_day(read: Read, frozen_time: Any) -> None:
    scenes.broken(frozen_time)
    text = _text(read("/"))
    assert text.count("3 of 5 regions") == 1
    assert "Mar 2, 2026 Still going on: Payments and sign-in fail for many customers" in text
    assert text.count("No incidents reported.") == 11


def test_maintenance_is_shown_under_way_and_ahead(read: Read, frozen_time: Any) -> None:
    parts = scenes.lived_in(frozen_time)
    running = scenes.maintenance(
        ids=(parts["site"].id,), begin=scenes.NOW + timedelta(minutes=5), name="Move house"
    )
    scenes.maintenance(begin=scenes.NOW + timedelta(days=2), name="Paint the walls")
    frozen_time.advance(minutes=6)
    scenes.say(running, S.IN_PROGRESS, "We have begun.")
    text = _text(read("/"))
    assert "Service Under Maintenance" in text
    assert text.index("Move house") < text.index("Components") < text.index("Paint the walls")
    assert text.count("We have begun.") == 1


def test_a_component_that_only_shows_when_degraded_is_hidden_while_well(
    read: Read, frozen_time: Any
) -> None:
    scenes.page()
    shy = service.add_component(scenes.TESS, name="Shy part", only_show_if_degraded=True)
    assert "Shy part" not in read("/")
    service.set_component_status(scenes.TESS, shy.id, C.DEGRADED_PERFORMANCE)
    assert "Shy part" in read("/")


def test_a_component_without_showcase_has_no_bars(read: Read, frozen_time: Any) -> None:
    scenes.page()
    service.add_component(scenes.TESS, name="Quiet part", showcase=False)
    assert "data-bars" not in read("/")


def test_the_page_sets_no_cookie_and_depends_on_none(
    client: FlaskClient, sign_in: Callable[..., Any], frozen_time: Any
) -> None:
    scenes.broken(frozen_time)
    stranger = client.get("/")
    sign_in("owner")
    with client.session_transaction() as session:
        session.permanent = True
    known = client.get("/")
    assert known.data == stranger.data
    for answer in (stranger, known):
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert answer.headers["X-StatusHub-Cache"] == "page"


def test_a_known_etag_is_answered_with_304(client: FlaskClient, frozen_time: Any) -> None:
    scenes.broken(frozen_time)
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_a_component_change_changes_the_etag(client: FlaskClient, frozen_time: Any) -> None:
    parts = scenes.lived_in(frozen_time)
    before = client.get("/").headers["ETag"]
    service.set_component_status(scenes.TESS, parts["site"].id, C.PARTIAL_OUTAGE)
    assert client.get("/").headers["ETag"] != before


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_links_keep_the_language_of_the_address(
    app: Flask, read: Read, frozen_time: Any, locale: str
) -> None:
    _, found = scenes.broken(frozen_time)
    html = read(f"/{locale}/")
    assert f'<html lang="{locale}">' in html
    assert f'href="/{locale}/incidents/{found.id}"' in html
    assert f'href="/{locale}/history"' in html
    assert '<link rel="canonical" href="http://localhost/">' in html
    assert 'hreflang="ja" href="http://localhost/ja/"' in html


def test_the_page_needs_no_script_and_nothing_from_elsewhere(read: Read, frozen_time: Any) -> None:
    scenes.broken(frozen_time)
    html = read("/")
    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert re.findall(r"\sstyle=|\son[a-z]+=", html) == []
    outside = re.findall(r'(?:src|href)="(https?:)?//(?!localhost)', html)
    assert outside == []
