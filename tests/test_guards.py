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


def offenders(pattern: str, paths: list[Path], *but: str) -> list[str]:
    """Where ``pattern`` stands in ``paths``."""
    return [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in paths
        if path.relative_to(ROOT).as_posix() not in but
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
    ]


def test_only_core_db_commits() -> None:
    assert offenders(r"\.commit\(", CODE, "statushub/core/db.py") == []


def test_only_the_configuration_reads_the_environment() -> None:
    # A child process is given its settings through the environment.
    starters = ("statushub/serving/processes.py", "statushub/serving/site_process.py")
    allowed = ("statushub/config.py", "statushub/serving/server.py", *starters)
    assert offenders(r"os\.(?:environ|getenv)", CODE, *allowed) == []


def test_no_page_has_inline_script_style_or_handlers() -> None:
    assert offenders(r"<script(?![^>]*\bsrc=)[^>]*>", PAGES) == []
    assert offenders(r"<style\b", PAGES) == []
    assert offenders(r"\s(?:style|on[a-z]+)=[\"']", PAGES) == []


def test_no_page_asks_another_host() -> None:
    assert offenders(r"(?:src|href)=[\"']https?://(?!www\.w3\.org)", PAGES) == []


def test_escaping_is_off_only_for_html_sanitised_when_it_was_saved() -> None:
    filters = offenders(r"[\w.\[\]()]*\s*\|\s*safe\b", PAGES)
    assert [line for line in filters if "html" not in line.split(": ", 1)[1]] == []


def test_an_unmarked_view_stops_the_start(sqlite_app: Flask) -> None:
    fresh = Flask("fresh")
    fresh.add_url_rule("/", "forgotten", lambda: "")
    with pytest.raises(LookupError, match="forgotten"):
        guards.check_all_marked(fresh)
