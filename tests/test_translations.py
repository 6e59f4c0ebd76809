"""Every text is in the Japanese catalogue, with the same placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from statushub.translations.gather import load, template

_JAPANESE = "\u3040-\u30ff\u4e00-\u9fff"
_BESIDE_LATIN = re.compile(rf"[{_JAPANESE}] [A-Za-z0-9%]|[A-Za-z0-9%)] [{_JAPANESE}]")
_HALF_WIDTH = re.compile(rf"[{_JAPANESE}][?!,;:()]|[?!,;()][{_JAPANESE}]")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def japanese() -> Catalog:
    return load("ja")


def test_every_text_is_translated(japanese: Catalog) -> None:
    missing = []
    for message in template():
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        kept = japanese.get(key, message.context)
        if kept is None or not kept.string or not all(kept.string) or kept.fuzzy:
            missing.append(message.id)
    assert missing == []


def test_labels_made_before_any_request_are_gathered_too() -> None:
    gathered = template()
    assert "Customer support lead" in gathered  # a role: _l() at the top of a module
    assert "API key secret" in gathered  # a channel's setting: lazy_gettext()


def test_japanese_is_set_as_the_glossary_says(japanese: Catalog) -> None:
    """Full-width punctuation, and no space between Japanese and Latin."""
    odd = [
        text
        for message in japanese
        if message.id and message.string
        for text in _texts(message.string)
        if _BESIDE_LATIN.search(text) or _HALF_WIDTH.search(_typed_as_it_is(text))
    ]
    assert odd == []


def _typed_as_it_is(text: str) -> str:
    """Without “Group: Component”, which people type with a half-width colon."""
    return re.sub(r"(グループ|決済): ", "", text)


def test_translations_keep_their_placeholders(japanese: Catalog) -> None:
    wrong = [
        (message.id, text)
        for message in japanese
        if message.id and message.string
        for text in _texts(message.string)
        if _differ(_texts(message.id)[-1], text)
    ]
    assert wrong == []


def _texts(one_or_more: str | tuple[str, ...]) -> tuple[str, ...]:
    return one_or_more if isinstance(one_or_more, tuple) else (one_or_more,)


def _differ(source: str, translation: str) -> bool:
    """``num`` may go: Japanese has one plural form and may leave the number out."""
    wanted, given = set(_PLACEHOLDER.findall(source)), set(_PLACEHOLDER.findall(translation))
    return bool(given - wanted or wanted - given - {"num"})
