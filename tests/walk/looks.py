"""What every page of the walk must be: accessible in light and dark, and whole at 320 pixels.

With STATUSHUB_WALK_PICTURES=folder it also leaves screenshots there, desktop and phone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

PICTURES = os.environ.get("STATUSHUB_WALK_PICTURES", "")
_SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
_AXE = Axe()
_IN_LIGHT = {"resultTypes": ["violations"]}
_IN_DARK = {**_IN_LIGHT, "runOnly": ["color-contrast"]}  # the rest is the same page


def look(page: Any, name: str) -> list[str]:
    """Look at the page as it stands; what is wrong with it, in words."""
    page.wait_for_load_state("load")
    wrong = []
    for scheme, rules in (("light", _IN_LIGHT), ("dark", _IN_DARK)):
        page.emulate_media(color_scheme=scheme)
        wrong += _inaccessible(page, f"{name}, {scheme}", rules)
        if PICTURES:
            _picture(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme="light")
    return wrong + _too_wide(page, name)


def _inaccessible(page: Any, name: str, rules: dict[str, Any]) -> list[str]:
    found = _AXE.run(page, options=rules).response["violations"]
    return [
        f"{name}: {one['id']} ({one['help']}): {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
    ]


def _too_wide(page: Any, name: str) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(before)
    return [f"{name}: {wide} pixels wide at 320"] if wide > 320 else []


def _picture(page: Any, name: str) -> None:
    before = page.viewport_size
    for size, (width, height) in _SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        path = Path(PICTURES) / f"{name}-{size}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
    page.set_viewport_size(before)
