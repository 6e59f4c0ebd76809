"""Classes of mistake, each turned into one test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from statushub.web import guards

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted((ROOT / "statushub").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if path.parent.name != "email"]


_JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


def offenders(pattern: str, paths: list[Path], *but: str, markup: bool = False) -> list[str]:
    """Where ``pattern`` stands in ``paths``; with ``markup``, outside of Jinja's own braces."""
    found = []
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if markup:
            text = _JINJA.sub("{}", text)
        if name not in but:
            found += [f"{name}: {match.group()}" for match in re.finditer(pattern, text)]
    return found


def test_only_core_db_commits() -> None:
    assert offenders(r"\.commit\(", CODE, "statushub/core/db.py") == []


def test_only_the_configuration_reads_the_environment() -> None:
    # Child processes are handed their settings through it.
    starters = ("statushub/serving/server.py", "statushub/serving/site_process.py")
    allowed = ("statushub/config.py", *starters)
    assert offenders(r"os\.(?:environ|getenv)", CODE, *allowed) == []


def test_no_page_has_inline_script_style_or_handlers() -> None:
    assert offenders(r"<script(?![^>]*\bsrc=)[^>]*>", PAGES, markup=True) == []
    assert offenders(r"<style\b", PAGES, markup=True) == []
    assert offenders(r"\s(?:style|on[a-z]+)=[\"']", PAGES, markup=True) == []


def test_no_page_asks_another_host() -> None:
    assert offenders(r"(?:src|href)=[\"']https?://(?!www\.w3\.org)", PAGES) == []


def test_escaping_is_off_only_for_html_sanitised_when_it_was_saved() -> None:
    variables = offenders(r"\{\{[^}]*\|\s*safe\b[^}]*\}\}", PAGES)
    assert [one for one in variables if not re.search(r"html\s*\|\s*safe", one)] == []


def test_an_unmarked_view_stops_the_start(sqlite_app: Flask) -> None:
    fresh = Flask("fresh")
    fresh.add_url_rule("/", "forgotten", lambda: "")
    with pytest.raises(LookupError, match="forgotten"):
        guards.check_all_marked(fresh)
