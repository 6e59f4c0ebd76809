"""Whatever is typed anywhere is text on every public page, never markup of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import feedparser
import html5lib
import pytest
from flask.testing import FlaskClient

from statushub.incidents import service
from statushub.incidents.statuses import ComponentStatus as C
from statushub.incidents.statuses import IncidentStatus as S
from tests.site import scenes

Read = Callable[..., str]
EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "</title><script>alert(1)</script>",
)


def _is_script(address: str) -> bool:
    return "".join(address.split()).lower().startswith("javascript:")


def _assert_harmless(html: str) -> None:
    """Parsed as a browser does it: nothing runs, nothing is fetched, nothing was computed."""
    for element in html5lib.parse(html, namespaceHTMLElements=False).iter():
        assert element.tag not in {"img", "iframe", "object", "embed"}
        if element.tag == "script":
            assert (element.get("src") or "").startswith("/static/")
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), (element.tag, name)
            assert name not in {"href", "src", "action"} or not _is_script(value), (name, value)
    assert ">49<" not in html


@pytest.mark.parametrize("evil", EVIL)
def test_no_field_of_the_page_can_carry_script(
    client: FlaskClient, read: Read, frozen_time: Any, evil: str
) -> None:
    scenes.page(name=f"Acme {evil}", about=evil)
    group = service.add_group(scenes.TESS, evil, evil)
    part = service.add_component(scenes.TESS, name=evil, description=evil, group_id=group.id)
    body = f"{evil}\n\n[link]({evil}) ![image]({evil})\n\n`{evil}`"
    found = scenes.incident(
        frozen_time,
        name=evil,
        parts={part.id: C.MAJOR_OUTAGE},
        words=((S.INVESTIGATING, body, 0), (S.RESOLVED, body, 9)),
    )
    for path in ("/", "/history", "/uptime", f"/incidents/{found.id}", "/report", "/subscribe"):
        _assert_harmless(read(path))
    for path in ("/history.rss", "/history.atom"):
        [entry] = feedparser.parse(client.get(path).data, sanitize_html=False).entries
        _assert_harmless(entry.content[0].value if "content" in entry else entry.summary)


@pytest.mark.parametrize("evil", EVIL)
def test_what_comes_back_from_a_form_is_text(
    client: FlaskClient, frozen_time: Any, evil: str
) -> None:
    scenes.page()
    for path, data in (
        ("/report", {"body": evil, "component": evil, "contact": evil}),
        ("/subscribe", {"email": evil}),
        ("/subscribe/webhook", {"url": evil}),
    ):
        _assert_harmless(client.post(path, data=data).get_data(as_text=True))
    _assert_harmless(client.get("/report", query_string={"component": evil}).get_data(as_text=True))


def test_an_address_that_looks_like_markup_is_text(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    address = '"<script>alert(1)</script>"@example.com'
    answer = client.post("/subscribe", data={"email": address})
    _assert_harmless(answer.get_data(as_text=True))


def test_the_policy_allows_nothing_inline(client: FlaskClient, frozen_time: Any) -> None:
    scenes.page()
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
