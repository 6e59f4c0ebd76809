"""Feeds as readers see them: through feedparser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any

import feedparser
import pytest
from flask.testing import FlaskClient

from statushub.incidents.models import Incident, IncidentUpdate, Page
from statushub.incidents.statuses import IncidentStatus as S
from statushub.incidents.statuses import Kind
from statushub.publishing import feeds
from tests.site import scenes

FEEDS = ("/history.rss", "/history.atom")


def _parsed(client: FlaskClient, path: str) -> Any:
    found = feedparser.parse(client.get(path).data)
    assert found.bozo == 0, found.get("bozo_exception")
    return found


def _moment(parts: struct_time) -> datetime:
    return datetime(*parts[:6], tzinfo=UTC)


@pytest.mark.parametrize("path", FEEDS)
def test_each_incident_is_one_entry_with_the_time_of_its_newest_word(
    client: FlaskClient, frozen_time: Any, path: str
) -> None:
    _, found = scenes.broken(frozen_time)
    feed = _parsed(client, path)
    assert feed.feed.title == "Acme Status - Incident History"
    assert feed.feed.link == "http://localhost/"
    assert len(feed.entries) == 6
    entry = feed.entries[0]
    assert entry.title == "Payments and sign-in fail for many customers"
    assert entry.link == f"http://localhost/incidents/{found.id}"
    assert _moment(entry.updated_parsed) == found.updates[0].display_at
    assert _moment(entry.published_parsed) == found.updates[-1].display_at
    assert _moment(feed.feed.updated_parsed) == found.updates[0].display_at


def test_atom_ids_are_tags_that_never_change(client: FlaskClient, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    before = _parsed(client, "/history.atom")
    frozen_time.advance(minutes=5)
    scenes.say(found, S.RESOLVED, "All well.")
    after = _parsed(client, "/history.atom")
    assert before.feed.id == after.feed.id == "tag:localhost,2005:/history"
    assert after.entries[0].id == f"tag:localhost,2005:Incident/{found.id}"
    assert {entry.id for entry in before.entries} == {entry.id for entry in after.entries}
    assert after.entries[0].updated > before.entries[0].updated


def test_rss_carries_what_detectors_and_readers_look_for(
    client: FlaskClient, frozen_time: Any
) -> None:
    _, found = scenes.broken(frozen_time)
    feed = _parsed(client, "/history.rss")
    assert feed.version == "rss20"
    assert feed.feed.description == "Statuspage"
    assert feed.entries[0].id == f"http://localhost/incidents/{found.id}"
    assert feed.entries[0].guidislink is False or feed.entries[0].link == feed.entries[0].id


@pytest.mark.parametrize("path", FEEDS)
def test_an_entry_tells_the_story_newest_first_in_the_known_markup(
    client: FlaskClient, frozen_time: Any, path: str
) -> None:
    scenes.broken(frozen_time)
    raw = client.get(path).get_data(as_text=True)
    assert "data-var=" in raw
    entry = _parsed(client, path).entries[0]
    html = entry.content[0].value if "content" in entry else entry.summary
    assert html.index("3 of 5 regions") < html.index("We are finding out why")
    assert "<strong>Update</strong> - The new certificate" in html
    assert "<strong>Identified</strong>" in html
    assert "<strong>Investigating</strong>" in html
    assert 'href="http://localhost/help/workaround"' in html


def test_times_of_day_are_in_the_pages_zone(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page(time_zone="Europe/Zurich")
    scenes.incident(frozen_time)
    raw = json.loads(client.get("/feed.json").data)
    assert "<var data-var='time'>15:00</var> CET" in raw["items"][0]["content_html"]


def test_planned_work_says_when_and_is_dated_at_its_begin(
    client: FlaskClient, frozen_time: Any
) -> None:
    scenes.page()
    scenes.maintenance(begin=scenes.NOW + timedelta(days=1, hours=10), hours=4)
    html = json.loads(client.get("/feed.json").data)["items"][0]["content_html"]
    assert html.startswith(
        "<p><strong>THIS IS A SCHEDULED EVENT Mar 4, 00:00 - 04:00 UTC</strong></p>"
    )
    rss = client.get("/history.rss").get_data(as_text=True)
    assert "<pubDate>Wed, 04 Mar 2026 00:00:00 +0000</pubDate>" in rss
    assert "<maintenanceEndDate>Wed, 04 Mar 2026 04:00:00 +0000</maintenanceEndDate>" in rss
    assert _parsed(client, "/history.rss").entries[0].title == "Database upgrade"


def test_json_feed_is_version_1_1(client: FlaskClient, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    answer = client.get("/feed.json")
    assert answer.content_type == "application/feed+json; charset=utf-8"
    feed = answer.json or json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/feed.json"
    assert len(feed["items"]) == 6
    item = feed["items"][0]
    assert item["id"] == f"tag:localhost,2005:Incident/{found.id}"
    assert datetime.fromisoformat(item["date_modified"]) == found.updates[0].display_at
    assert set(item) == {
        "id",
        "url",
        "title",
        "content_html",
        "date_published",
        "date_modified",
    }


@pytest.mark.parametrize("path", [*FEEDS, "/feed.json"])
def test_nothing_new_is_304_and_the_same_bytes(
    client: FlaskClient, frozen_time: Any, path: str
) -> None:
    scenes.broken(frozen_time)
    first = client.get(path)
    frozen_time.advance(minutes=3)
    assert client.get(path).data == first.data
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "Set-Cookie" not in first.headers
    assert first.headers["X-StatusHub-Cache"] == "page"


@pytest.mark.parametrize("path", FEEDS)
def test_a_page_without_incidents_has_a_valid_empty_feed(
    client: FlaskClient, frozen_time: Any, path: str
) -> None:
    scenes.page()
    assert _parsed(client, path).entries == []


@pytest.mark.parametrize("path", FEEDS)
def test_awkward_titles_go_through(client: FlaskClient, frozen_time: Any, path: str) -> None:
    scenes.page(name="Fish & Chips <Ltd>")
    scenes.incident(frozen_time, name='<b>"AT&T"</b> &amp; co ]]> 日本語 🐟')
    feed = _parsed(client, path)
    assert feed.feed.title == "Fish & Chips <Ltd> Status - Incident History"
    assert feed.entries[0].title.endswith("🐟")


def test_the_feed_speaks_the_language_of_the_page(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page(locale="ja")
    scenes.incident(frozen_time)
    feed = json.loads(client.get("/feed.json").data)
    assert feed["language"] == "ja"
    assert "<small>3月 <var" in feed["items"][0]["content_html"]


def _raw_incident(title: str, body_html: str) -> Incident:
    at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    update = IncidentUpdate(
        id="u", number=1, status=S.INVESTIGATING, body="", body_html=body_html, display_at=at
    )
    return Incident(
        id="x", kind=Kind.INCIDENT, name=title, status=S.INVESTIGATING, updates=[update]
    )


def test_characters_that_xml_cannot_hold_never_break_a_feed(
    app_context: Callable[[], None],
) -> None:
    page = Page(name="A\x00cme", time_zone="Etc/UTC", locale="en", created_at=scenes.NOW)
    incident = _raw_incident("Bad\x0b \ud800title", "<p>bo\x00dy\x1b \ufffe</p>")
    feed = feeds.build(page, [incident], "https://status.example.com", "en")
    for body in (feeds.rss(feed), feeds.atom(feed)):
        parsed = feedparser.parse(body)
        assert parsed.bozo == 0
        assert parsed.entries[0].title == "Bad title"
    assert json.loads(feeds.json_feed(feed))["title"].startswith("Acme")


@pytest.fixture
def app_context(sqlite_app: Any) -> Callable[[], None]:
    """Words need an application."""
    return lambda: None


@pytest.mark.parametrize(
    ("html", "absolute"),
    [
        ('<a href="/x">y</a>', '<a href="https://s.example/x">y</a>'),
        ('<a title="t" href="x?a=1&amp;b">y</a>', '<a title="t" href="https://s.example/x?a=1&amp;b">y</a>'),
        ('<a href="https://o.example/">y</a>', '<a href="https://o.example/">y</a>'),
        ('<a href="mailto:a@b.example">y</a>', '<a href="mailto:a@b.example">y</a>'),
        ('<p>say href="/x"</p>', '<p>say href="/x"</p>'),
    ],
)  # fmt: skip
def test_links_become_absolute_and_text_stays(html: str, absolute: str) -> None:
    assert feeds.absolute_links(html, "https://s.example") == absolute
