"""/incidents/<id>, /history, /uptime and the page for what is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from statushub.core.db import transaction
from statushub.incidents.models import Incident
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S
from tests.site import scenes

Read = Callable[..., str]
RESOLVED = (
    (S.INVESTIGATING, "We are looking into it.", 0),
    (S.RESOLVED, "It is over.", 75),
)


def test_an_incident_has_a_page_of_its_own(read: Read, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    html = read(f"/incidents/{found.id}")
    assert "Payments and sign-in fail" in html
    assert html.index("3 of 5 regions") < html.index("We are finding out why")
    assert "<li>Card payments fail</li>" in html
    assert "API – REST API" in html
    assert f'<link rel="canonical" href="http://localhost/incidents/{found.id}">' in html


def test_a_resolved_incident_says_how_long_it_took(read: Read, frozen_time: Any) -> None:
    scenes.page()
    found = scenes.incident(frozen_time, words=RESOLVED)
    assert "over after 1 h 15 min" in read(f"/incidents/{found.id}")


def test_an_unknown_incident_is_a_404_with_a_way_on(read: Read) -> None:
    scenes.page()
    html = read("/incidents/nosuchthing1", status=404)
    assert 'href="/"' in html


def test_an_imported_incident_keeps_its_address(read: Read, frozen_time: Any) -> None:
    scenes.page()
    with transaction() as session:
        session.add(
            Incident(
                id="4m686jqthwwb",
                name="Imported",
                status=S.RESOLVED,
                published_at=scenes.NOW,
                resolved_at=scenes.NOW,
                started_at=scenes.NOW - timedelta(hours=1),
                source="statuspage",
            )
        )
    assert "Imported" in read("/incidents/4m686jqthwwb")


def test_an_incident_is_there_as_json_too(client: FlaskClient, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    answer = client.get(f"/incidents/{found.id}.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert list(answer.json) == ["page", "incident"]
    assert answer.json["incident"]["id"] == found.id
    assert client.get("/incidents/nosuchthing1.json").status_code == 404


def test_the_preview_for_other_sites_is_the_newest_word(read: Read, frozen_time: Any) -> None:
    _, found = scenes.broken(frozen_time)
    html = read(f"/incidents/{found.id}")
    assert re.search(r'og:description" content="The new certificate is being rolled out', html)


def test_history_lists_by_month_and_pages_back(read: Read, frozen_time: Any) -> None:
    frozen_time.set(scenes.NOW - timedelta(days=500))
    scenes.page()
    scenes.incident(frozen_time, name="Long ago", words=RESOLVED)
    frozen_time.set(scenes.NOW - timedelta(days=20))
    scenes.incident(frozen_time, name="Lately", words=RESOLVED)
    frozen_time.set(scenes.NOW)
    html = read("/history")
    assert "Lately" in html
    assert "Long ago" not in html
    assert "February 2026" in html
    older = re.search(r'rel="next" href="([^"]+)"', html)
    assert older is not None
    assert older[1] == "/history?page=6"
    past = read(older[1])
    assert "Long ago" in past
    assert 'rel="prev" href="/history?page=5"' in past
    assert 'rel="next"' not in past


def test_the_history_speaks_japanese(read: Read, frozen_time: Any) -> None:
    scenes.page()
    assert "2026年3月" in read("/ja/history")


def test_an_invented_page_number_is_the_first_page(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    first = client.get("/history").data
    for text in ("0", "-1", "abc", "2026-01", "99999", ""):
        assert client.get(f"/history?page={text}").data.count(b"March 2026") == 1
    assert first.count(b"March 2026") == 1


def test_a_page_before_all_time_is_not_there(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    assert client.get("/history?page=9999").status_code == 404


def test_uptime_shows_numbers_and_a_way_to_each_incident(read: Read, frozen_time: Any) -> None:
    scenes.lived_in(frozen_time)
    html = read("/uptime")
    assert "47 min" in html
    assert "Major outage: 47 min" in html
    assert re.search(r'<a href="/incidents/[a-z0-9]{12}">Major outage: 47 min</a>', html)
    # 47 minutes of major outage and 62 of partial in 90 days: 1 - (47 + 0.3*62) / 129,…
    assert "99.94 %" in html
    assert "100.00 %" in html or "100 %" in html


def test_uptime_of_an_empty_page_says_so(read: Read) -> None:
    scenes.page()
    assert "Nothing to show yet" in read("/uptime")


def test_an_unknown_address_is_a_404_page(read: Read) -> None:
    scenes.page()
    assert "There is nothing here" in read("/nowhere", status=404)


def test_a_maintenance_page_shows_its_span(read: Read, frozen_time: Any) -> None:
    scenes.page()
    parts = scenes.components()
    found = scenes.maintenance(ids=(parts["rest"].id,), begin=scenes.NOW + timedelta(days=1))
    html = read(f"/incidents/{found.id}")
    assert 'data-from="2026-03-03T14:00:00Z" data-to="2026-03-03T16:00:00Z"' in html
    assert "<strong>larger</strong>" in html
    assert C.UNDER_MAINTENANCE  # the status it will bring
