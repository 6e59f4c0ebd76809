"""Point 2: a history comes in by the command and is there under its old links; the demo."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import shared_file
from tests.walk.looks import look
from tests.walk.product import Product
from tests.walk.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_whole_history_comes_in_and_keeps_its_links(
    make_product: Callable[..., Product], open_windows: Callable[[Product], Windows]
) -> None:
    source = shared_file("data/github-status-2022-2024.json")
    product = make_product()
    product.make_tables()
    first = product.command("import", "statuspage", str(source))
    assert first.returncode == 0, first.stderr
    assert "399 incidents and maintenances" in first.stdout.replace(",", "")
    assert "2165 updates" in first.stdout.replace(",", "")
    again = product.command("import", "statuspage", str(source))
    assert again.returncode == 0
    assert "nothing was changed" in again.stdout
    product.start()
    page = open_windows(product).open()
    for one in _some(json.loads(source.read_text())):
        page.goto(f"/incidents/{one['id']}")
        said = page.locator("main").inner_text()
        assert one["name"] in said
        assert page.locator("article.update").count() == len(one["incident_updates"])
    look_at = {"history": "/history?page=2", "public": "/"}
    for name, path in look_at.items():
        page.goto(path)
        assert look(page, f"imported-{name}") == []
    assert product.interrupt() == 0
    assert product.complaints() == []


def _some(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The first, the last and a few between."""
    found: list[dict[str, Any]] = document["incidents"]
    return [found[at] for at in (0, len(found) // 3, len(found) // 2, -1)]


def test_a_broken_file_is_refused_with_the_place_and_nothing_comes_in(
    make_product: Callable[..., Product], tmp_path: Path
) -> None:
    document = {
        "page": {"id": "p1", "name": "Acme", "url": "https://acme.example", "time_zone": "UTC"},
        "components": [],
        "incidents": [{"id": "i1", "name": "Broken", "status": "sideways"}],
    }
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    product = make_product()
    product.make_tables()
    refused = product.command("import", "statuspage", str(broken))
    assert refused.returncode == 1
    assert "incidents[0]" in refused.stderr
    assert "Traceback" not in refused.stderr
    broken.write_text('{"page": ')
    cut = product.command("import", "statuspage", str(broken))
    assert cut.returncode == 1
    assert "line 1" in cut.stderr
    product.start()
    assert "/desk/setup?token=" in product.printed


def test_the_demo_is_worth_looking_at(
    make_product: Callable[..., Product], open_windows: Callable[[Product], Windows]
) -> None:
    product = make_product()
    product.make_tables()
    done = product.command("demo")
    assert done.returncode == 0, done.stderr
    assert product.command("demo").returncode == 1  # not onto something
    product.start()
    page = open_windows(product).open()
    page.goto("/")
    assert "Tidewater" in page.title()
    assert page.locator("article.incident").count() >= 2
    assert look(page, "demo-public") == []
    with urllib.request.urlopen(f"{product.url}/ja/", timeout=10) as answer:
        assert 'lang="ja"' in answer.read().decode()
    assert product.interrupt() == 0
    assert product.complaints() == []
