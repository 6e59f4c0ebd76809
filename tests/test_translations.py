"""Every text is in the Japanese catalogue, with the same placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from statushub.translations.gather import load, template

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
