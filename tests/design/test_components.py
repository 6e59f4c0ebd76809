"""The component macros: words, times, bars, forms, and what no template may contain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from .conftest import ROOT, Renderer

TEMPLATES = ROOT / "templates"
PAGES = [p for p in TEMPLATES.rglob("*.html") if "email" not in p.parts]


@dataclass
class Day:
    date: date
    level: str = "operational"
    label: str = ""
    href: str | None = None


def _days(count: int = 90, **levels: str) -> list[Day]:
    first = date(2026, 11, 21) - timedelta(days=count - 1)
    return [
        Day(first + timedelta(days=i), levels.get(f"d{i}", "operational")) for i in range(count)
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("status_label('operational')", "Operational"),
        ("status_label('degraded_performance')", "Degraded performance"),
        ("status_label('partial_outage')", "Partial outage"),
        ("status_label('major_outage')", "Major outage"),
        ("status_label('under_maintenance')", "Under maintenance"),
        ("state_badge('investigating')", "Investigating"),
        ("state_badge('in_progress')", "In progress"),
        ("impact_badge('critical')", "Critical impact"),
        ("delivery_state('uncertain')", "Uncertain"),
    ],
)
def test_a_state_is_said_in_a_word_beside_its_shape(
    render: Renderer, call: str, words: str
) -> None:
    html = render("{{ ui." + call + " }}")
    assert f"<span>{words}</span>" in html
    assert "<svg" in html


def test_different_component_states_have_different_shapes(render: Renderer) -> None:
    states = ["operational", "degraded", "partial", "major", "maintenance", "none"]
    shapes = {
        re.sub(r'class="[^"]*"', "", render("{{ ui.status_icon(s) }}", s=state), count=1)
        for state in states
    }
    assert len(shapes) == len(states)


def test_a_time_is_written_in_utc_whatever_zone_it_carries(render: Renderer) -> None:
    tokyo = datetime(2026, 11, 21, 23, 2, tzinfo=timezone(timedelta(hours=9)))
    html = render("{{ ui.time(t) }}", t=tokyo)
    assert html == (
        '<time datetime="2026-11-21T14:02:00Z" data-local="datetime">Nov 21, 2026, 14:02 UTC</time>'
    )


def test_a_range_within_a_day_names_the_day_once(render: Renderer) -> None:
    start = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)
    html = render("{{ ui.time_range(a, b) }}", a=start, b=start + timedelta(minutes=88))
    assert ">Nov 21, 2026, 14:02 – 15:30 UTC<" in html
    later = render("{{ ui.time_range(a, b) }}", a=start, b=start + timedelta(days=1))
    assert ">Nov 21, 2026, 14:02 – Nov 22, 2026, 14:02 UTC<" in later


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (720, "12 min"), (4320, "1 h 12 min"), (7200, "2 h"), (187200, "2 d 4 h")],
)
def test_a_duration_is_said_in_its_two_largest_units(
    render: Renderer, seconds: int, words: str
) -> None:
    assert render("{{ ui.duration(s) }}", s=seconds) == words


def test_ninety_quiet_days_are_one_line_and_one_row(render: Renderer) -> None:
    html = render("{{ ui.bars(days, 'API', '100.00') }}", days=_days())
    assert html.count("<path") == 1
    assert html.count('data-n="90"') == 1
    assert len(html) < 1_000


def test_the_table_behind_the_bars_covers_every_day_once(render: Renderer) -> None:
    html = render("{{ ui.bars(d, 'API') }}", d=_days(d3="partial", d4="major", d89="degraded"))
    spans = [(int(i), int(n)) for i, n in re.findall(r'data-i="(\d+)" data-n="(\d+)"', html)]
    assert sorted(day for i, n in spans for day in range(i, i + n)) == list(range(90))
    assert "Major outage" in html


def test_bars_without_any_day_are_still_a_picture(render: Renderer) -> None:
    assert "<svg" in render("{{ ui.bars([], 'API') }}")


@pytest.mark.parametrize("indicator", ["none", "minor", "major", "critical", "maintenance"])
def test_the_tab_shows_the_state_without_a_request(render: Renderer, indicator: str) -> None:
    html = render("{{ ui.favicon(i) }}", i=indicator)
    address = html.split('href="')[1].split('"')[0]
    assert address.startswith("data:image/svg+xml,")
    svg = ElementTree.fromstring(unquote(address.removeprefix("data:image/svg+xml,")))
    assert len(svg) > 0


class _Parts(SelectMultipleField):  # type: ignore[misc] # wtforms carries no types
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _Form(Form):  # type: ignore[misc] # wtforms carries no types
    mail = StringField("Address", [InputRequired("Enter an address")], description="Yours")
    parts = _Parts("Parts", choices=[SelectChoice("a", "API"), SelectChoice("b", "Billing")])
    agree = BooleanField("Agree")
    token = HiddenField()


def test_a_form_s_fields_are_drawn_by_their_widgets(render: Renderer) -> None:
    form = _Form(MultiDict({"parts": "b"}))
    assert not form.validate()
    html = render("{{ ui.error_summary(f) }}{% for x in f %}{{ ui.field(x) }}{% endfor %}", f=form)
    assert '<a href="#mail">Enter an address</a>' in html
    assert 'aria-describedby="mail-hint mail-error"' in html
    assert "<legend>Parts</legend>" in html
    assert html.count('type="checkbox"') == 3
    assert '<input id="token" name="token" type="hidden"' in html


def test_text_from_people_is_escaped(render: Renderer) -> None:
    bad = "<script>alert(1)</script>"
    html = render(
        "{{ ui.component_row({'name': x, 'status': x, 'description': x}) }}"
        "{{ ui.input('a', x, x, hint=x, error=x) }}{{ ui.alert('info', x, x) }}"
        "{{ ui.bars(days, x, x) }}{{ ui.avatar(x, beside=false) }}{{ ui.error_summary({'a': x}) }}",
        x=bad,
        days=[Day(date(2026, 11, 21), bad, bad, bad)],
    )
    assert "<script" not in html


def test_a_control_names_its_hint_and_its_error(render: Renderer) -> None:
    html = render("{{ ui.input('mail', 'Address', hint='Yours', error='Enter an address') }}")
    assert 'aria-describedby="mail-hint mail-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="mail-error"' in html


def test_what_was_typed_into_a_textarea_comes_back_to_the_letter(render: Renderer) -> None:
    html = render("{{ ui.textarea('b', 'Body', '\n first\n') }}")
    assert ">\n\n first\n</textarea>" in html


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_an_error_page_needs_neither_page_nor_user(render: Renderer, code: int) -> None:
    html = render("{% include 'errors/" + str(code) + ".html' %}", message="The reason.")
    assert "<h1>" in html
    assert "The reason." in html


def test_the_database_page_gives_back_what_was_typed(render: Renderer) -> None:
    html = render(
        "{% include 'errors/database.html' %}",
        fields=[("Title", "title", 'Sign-in "fails"'), ("Message", "body", "one\ntwo")],
        hidden=[("csrf_token", "t")],
    )
    assert 'value="Sign-in &#34;fails&#34;"' in html
    assert "\none\ntwo</textarea>" in html
    assert 'name="csrf_token" value="t"' in html


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_template_carries_inline_style_script_or_handlers(path: Path) -> None:
    source = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


@pytest.mark.parametrize(
    "path", sorted((TEMPLATES / "components").glob("*.html")), ids=lambda p: p.name
)
def test_words_are_translated_inside_macros_only(path: Path) -> None:
    outside = re.sub(r"{#.*?#}|{% macro .*?endmacro -?%}", "", path.read_text(), flags=re.DOTALL)
    assert "_(" not in outside
    assert "ngettext" not in outside


def test_every_macro_is_under_ui_and_in_the_manual() -> None:
    facade = (TEMPLATES / "components" / "ui.html").read_text()
    manual = (ROOT / "docs" / "design-system.md").read_text()
    inner = {"shape", "mark", "month", "plain_date", "iso", "flashes"}
    for path in (TEMPLATES / "components").glob("*.html"):
        for name in re.findall(r"{% macro ([a-z]\w*)\(", path.read_text()):
            assert f"set {name} = " in facade
            assert name in inner or f"{name}(" in manual, name
