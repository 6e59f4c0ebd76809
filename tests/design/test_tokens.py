"""The tokens keep their promises: contrast in both themes, and a first view that stays small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
HUES = ("ok", "warn", "hot", "bad", "plan", "idle")


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,8})\b", css))


def _themes() -> dict[str, dict[str, str]]:
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    return {"light": _tokens(light), "dark": _tokens(light) | _tokens(dark)}


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground_it_stands_on(theme: str) -> None:
    t = _themes()[theme]
    pairs = [(ink, ground) for ink in ("ink", "quiet") for ground in ("ground", "paper", "sunken")]
    pairs += [(hue, ground) for hue in HUES for ground in ("ground", "paper", f"{hue}-soft")]
    pairs += [("quiet", f"{hue}-soft") for hue in HUES]
    pairs += [("on-ink", "ink"), ("on-state", "bad")]
    poor = {pair: round(contrast(t[pair[0]], t[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_and_edges_can_be_told_from_the_paper(theme: str) -> None:
    t = _themes()[theme]
    pairs = [(f"{hue}-fill", "paper") for hue in HUES if hue != "idle"]
    pairs += [("edge", "paper"), ("focus", "paper"), ("focus", "ground")]
    pairs += [("on-state", hue) for hue in HUES]
    poor = {pair: round(contrast(t[pair[0]], t[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


def test_the_public_styles_stay_under_fifteen_kilobytes() -> None:
    size = sum((CSS / name).stat().st_size for name in ("tokens.css", "site.css"))
    assert size < 15 * 1024


def test_colours_are_named_only_in_the_tokens() -> None:
    stray = {
        path.name: found
        for path in CSS.glob("*.css")
        if path.name != "tokens.css"
        and (found := re.findall(r"#[0-9a-f]{3,8}\b(?=[^{]*})", path.read_text()))
    }
    assert stray == {}


def test_every_token_that_a_style_uses_exists() -> None:
    defined = set(re.findall(r"--([\w-]+):", "".join(p.read_text() for p in CSS.glob("*.css"))))
    used = set(re.findall(r"var\(--([\w-]+)", "".join(p.read_text() for p in CSS.glob("*.css"))))
    assert used - defined == set()
