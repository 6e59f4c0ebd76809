"""Two people write one draft: what both changed is joined, what clashes is named.

A field that only one of them changed since the version both began with takes that change. The
components are merged one by one. Pure functions: nothing here knows the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statushub.publishing.content import FIELDS, Content

_ABSENT = object()


@dataclass(frozen=True)
class Merged:
    """The joined content, and the names of the fields where no joining is right."""

    content: Content
    clashes: tuple[str, ...]


def merge(base: Content, theirs: Content, yours: Content) -> Merged:
    """``theirs`` is what is saved, ``yours`` what comes on top of ``base``; fields that ``yours``
    does not have are not touched. In a clash the joined content keeps ``theirs``."""
    content = dict(theirs)
    clashes = []
    for name in FIELDS:
        if name not in yours:
            continue
        join = _join_mapping if name == "components" else _join
        value, clash = join(base.get(name), theirs.get(name), yours[name])
        content[name] = value
        if clash:
            clashes.append(name)
    return Merged(content, tuple(clashes))


def _join(base: Any, theirs: Any, yours: Any) -> tuple[Any, bool]:
    if yours in (base, theirs):
        return theirs, False
    if theirs == base:
        return yours, False
    return theirs, True


def _join_mapping(
    base: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None, yours: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    joined, clashed = {}, False
    base, theirs = base or {}, theirs or {}
    for key in sorted({*base, *theirs, *yours}):
        value, clash = _join(
            base.get(key, _ABSENT), theirs.get(key, _ABSENT), yours.get(key, _ABSENT)
        )
        clashed |= clash
        if value is not _ABSENT:
            joined[key] = value
    return joined, clashed
