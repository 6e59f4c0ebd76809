"""What each channel says: pure functions from a story."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_string
from functools import partial
from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statushub.channels.service import connect
from statushub.channels.transports.x_length import weighted_length
from statushub.core.db import db
from statushub.core.errors import Invalid
from statushub.core.markdown import render
from statushub.core.text import TITLE_MAX, require_title
from statushub.incidents.statuses import ComponentStatus, IncidentStatus, Kind
from statushub.publishing import compose, drafts, mail, words
from statushub.publishing.models import Draft
from statushub.publishing.post import compose_x, x_problem
from statushub.publishing.story import Change, Story
from tests.channels.test_x_length import ATTACKS
from tests.core.test_markdown_safety import BUDGET_SECONDS, UNITS, cpu_seconds, filled
from tests.emulators.x_api import XAccount
from tests.publishing.conftest import World

STORY = Story(
    page_name="Acme",
    page_url="https://status.acme.example",
    time_zone="Europe/Zurich",
    incident_id="abc123def456",
    kind=Kind.INCIDENT,
    title="Logins fail",
    status=IncidentStatus.INVESTIGATING,
    body="We **look** into it. More soon.",
    body_html=render("We **look** into it. More soon."),
    at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
    changes=(
        Change("c1", "API", ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE),
        Change(
            "c2",
            "Web <b>",
            ComponentStatus.DEGRADED_PERFORMANCE,
            ComponentStatus.DEGRADED_PERFORMANCE,
        ),
    ),
)
LINK = "https://status.acme.example/incidents/abc123def456"


def _saying(body: str, **facts: object) -> Story:
    return replace(STORY, body=body, body_html=render(body), **facts)  # type: ignore[arg-type]


# -- X


def test_a_post_says_state_title_words_and_link(sqlite_app: Flask) -> None:
    assert compose_x(STORY, None, "en") == (
        f"[Investigating] Logins fail - We look into it. More soon.\n{LINK}"
    )


def test_a_post_stops_at_the_end_of_a_sentence(sqlite_app: Flask) -> None:
    body = "First sentence. " + "A long second sentence that goes on and on " * 6 + "."
    assert compose_x(_saying(body), None, "en") == (
        f"[Investigating] Logins fail - First sentence.\n{LINK}"
    )


def test_one_endless_sentence_is_cut_with_an_ellipsis(sqlite_app: Flask) -> None:
    text = compose_x(_saying("on and on " * 100), None, "en")
    assert text.endswith(f"…\n{LINK}")
    assert weighted_length(text) <= 280


def test_japanese_sentences_end_with_their_own_marks(sqlite_app: Flask) -> None:
    text = compose_x(_saying("調査中です。" + "詳しいことは後ほどお知らせします" * 20), None, "ja")
    assert "調査中です。\n" in text


def test_japanese_sentences_follow_each_other_without_a_space(sqlite_app: Flask) -> None:
    text = compose_x(_saying("調査中です。続報をお待ちください。\n\n14時です。"), None, "ja")
    assert "調査中です。続報をお待ちください。14時です。\n" in text


def test_a_persons_own_words_are_never_changed(sqlite_app: Flask) -> None:
    assert compose_x(STORY, "My own words", "en") == "My own words"


def test_too_long_a_post_is_a_problem_in_clear_words(sqlite_app: Flask) -> None:
    assert x_problem("a" * 280) is None
    assert "counts 281 of 280" in str(x_problem("a" * 281))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(title=st.text(min_size=1, max_size=255), body=st.text(max_size=2_000))
def test_whatever_is_written_the_post_fits_and_has_the_link(
    sqlite_app: Flask, title: str, body: str
) -> None:
    text = compose_x(_saying(body, title=title), None, "en")
    assert weighted_length(text) <= 280
    assert text.endswith(LINK)


# -- e-mail


def test_a_mail_says_what_when_and_where(sqlite_app: Flask) -> None:
    composed = mail.compose_email(STORY, "en")
    assert composed.subject == "[Investigating] Logins fail – Acme"
    assert "2 Mar 2026, 15:05 CET (Europe/Zurich)" in composed.text
    assert "- API: Operational → Major outage" in composed.text
    assert "- Web <b>: Degraded performance" in composed.text
    assert LINK in composed.text
    assert "https://status.acme.example/subscriptions/@@token@@/unsubscribe" in composed.text
    assert "\n\n\n" not in composed.text


def test_a_mails_html_escapes_what_people_typed(sqlite_app: Flask) -> None:
    story = replace(STORY, title="<script>alert(1)</script>")
    html = mail.compose_email(story, "en").html
    assert "<script" not in html
    assert "Web &lt;b&gt;" in html
    assert "<strong>look</strong>" in html


def test_a_mails_html_is_well_formed(sqlite_app: Flask) -> None:
    class Checker(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open_tags: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in {"meta", "br", "hr", "img"}:
                self.open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open_tags.pop() == tag

    checker = Checker()
    checker.feed(mail.compose_email(STORY, "en").html)
    assert checker.open_tags == []


def test_a_mail_about_planned_work_names_both_ends(sqlite_app: Flask) -> None:
    story = replace(
        STORY,
        status=IncidentStatus.SCHEDULED,
        scheduled_for=datetime(2026, 7, 2, 20, tzinfo=UTC),
        scheduled_until=datetime(2026, 7, 2, 22, tzinfo=UTC),
    )
    text = mail.compose_email(story, "en").text
    assert "2 Jul 2026, 22:00 CEST (Europe/Zurich) – 3 Jul 2026, 00:00 CEST" in text


def test_a_persons_own_subject_is_taken(sqlite_app: Flask) -> None:
    assert mail.compose_email(replace(STORY, email_subject="Mine"), "en").subject == "Mine"


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Etc/UTC", "2 Mar 2026, 14:05 UTC"),
        ("Asia/Tokyo", "2 Mar 2026, 23:05 JST (Asia/Tokyo)"),
        ("America/Sao_Paulo", "2 Mar 2026, 11:05 UTC-0300 (America/Sao_Paulo)"),
    ],
)
def test_times_name_their_zone(sqlite_app: Flask, zone: str, written: str) -> None:
    assert words.moment(STORY.at, zone) == written


def test_headers_thread_an_incident_and_offer_one_click(sqlite_app: Flask) -> None:
    headers = mail.update_headers(STORY, "Acme <status@acme.example>")
    assert headers["References"] == "<incident-abc123def456@acme.example>"
    assert headers["In-Reply-To"] == headers["References"]
    assert headers["List-Id"] == "<updates.acme.example>"
    assert headers["List-Unsubscribe"] == (
        "<https://status.acme.example/subscriptions/@@token@@/unsubscribe>"
    )
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("mail_from", "url", "sender"),
    [
        ("Ops <ops@acme.example>", "https://s.acme.example", "Ops <ops@acme.example>"),
        ("ops@acme.example", "https://s.acme.example", "Acme <ops@acme.example>"),
        ("", "https://s.acme.example", "Acme <status@s.acme.example>"),
        ("", "http://127.0.0.1:8000", "Acme <status@localhost>"),
    ],
)
def test_mails_come_from_a_sensible_address(mail_from: str, url: str, sender: str) -> None:
    assert mail.sender_of(mail_from, "Acme", url) == sender


def test_a_page_name_cannot_add_a_header() -> None:
    sender = mail.sender_of("ops@acme.example", 'Acme, Inc. "x"', "https://s.example")
    assert message_from_string(f"From: {sender}\n\n").items() == [("From", sender)]


# -- time


def _on_x(title: str, locale: str) -> None:
    compose_x(replace(STORY, title=require_title(title)), None, locale)
    weighted_length(title)


def _in_mail(title: str, locale: str) -> None:
    story = replace(STORY, title=require_title(title))
    mail.email_payload(mail.compose_email(story, locale), sender="a@acme.example", headers={})


# Each way in each language has the budget to itself.
_WAYS = [partial(way, locale=locale) for way in (_on_x, _in_mail) for locale in ("en", "ja")]


def test_no_title_takes_longer_than_the_budget_on_its_way_anywhere(sqlite_app: Flask) -> None:
    for way in _WAYS:
        way("a.b 😀")  # everything is loaded once
        for unit in [*UNITS, *(attack(TITLE_MAX) for attack in ATTACKS.values())]:
            title = filled(unit, TITLE_MAX - 1) + "x"
            assert cpu_seconds(way, title) < BUDGET_SECONDS, unit[:40]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(title=st.text(min_size=1, max_size=TITLE_MAX))
def test_no_random_title_takes_longer_than_the_budget(sqlite_app: Flask, title: str) -> None:
    with suppress(Invalid):  # nothing but white space is no title
        for way in _WAYS:
            assert cpu_seconds(way, title) < BUDGET_SECONDS


# -- preview


def _nothing_written() -> bool:
    return not (db.session.new or db.session.dirty or db.session.deleted)


def test_a_preview_shows_everything_and_writes_nothing(world: World) -> None:
    world.subscriber("ann@example.com")
    draft = world.draft(body="We **look** into it.")
    seen = compose.preview(draft)
    assert seen.page_html.strip() == "<p>We <strong>look</strong> into it.</p>"
    assert seen.email_subject == "[Investigating] Logins fail – Acme"
    assert "- API: Operational → Major outage" in seen.email_text
    assert "@@" not in seen.email_text + seen.email_html
    assert seen.x_length == weighted_length(seen.x_text)
    assert seen.x_limit == 280
    assert seen.problems == []
    assert seen.reach == {"email": 1, "webhook": 0, "channels": []}
    assert _nothing_written()


def test_what_is_typed_can_be_previewed_before_it_is_saved(world: World) -> None:
    draft = drafts.open_draft(world.actor, world.incident.id)
    typed = Draft(
        id=draft.id,
        incident_id=draft.incident_id,
        incident=draft.incident,
        version=draft.version,
        content={**draft.content, "body": "Not saved"},
    )
    assert "Not saved" in compose.preview(typed).page_html
    assert draft.content["body"] == "Some people cannot log in."
    assert _nothing_written()


def test_a_preview_names_what_publishing_would_refuse(world: World) -> None:
    connect(world.actor, "x", "@acme", XAccount("acme").secrets)
    draft = world.draft(body="", status="completed", x_text="a" * 300)
    problems = compose.preview(draft).problems
    assert len(problems) == 3
    assert any("300 of 280" in problem for problem in problems)


def test_a_preview_refuses_what_is_no_content_by_the_field(sqlite_world: World) -> None:
    draft = drafts.open_draft(sqlite_world.actor, sqlite_world.incident.id)
    typed = Draft(
        id=draft.id,
        incident_id=draft.incident_id,
        incident=draft.incident,
        version=1,
        content={"body": "x" * 25_001},
    )
    with pytest.raises(Invalid) as caught:
        compose.preview(typed)
    assert list(caught.value.fields) == ["body"]


def test_a_preview_shows_what_the_components_will_show(world: World) -> None:
    """The preview's changes are those that publishing then makes."""
    other = world.declare(components={world.api.id: "major_outage"})
    for incident, status in (
        (world.incident, "investigating"),
        (other, "identified"),
        (world.incident, "resolved"),  # the other one still holds the API down
        (other, "resolved"),
    ):
        draft = world.draft(incident, status=status, body="Words")
        foreseen = {one.component_id: (one.old, one.new) for one in compose.preview(draft).changes}
        update = world.publish(incident)
        done = {
            entry["code"]: (
                ComponentStatus(entry["old_status"]),
                ComponentStatus(entry["new_status"]),
            )
            for entry in update.affected_components or []
        }
        assert foreseen == done, status
