"""Two people changed the same field, and no script is there to show it: a page that asks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _

from statushub.desk import component_fields, words
from statushub.desk.draft_fields import COMPONENT, KEYS, key_of, to_fields
from statushub.incidents.statuses import Impact, IncidentStatus
from statushub.publishing import drafts
from statushub.publishing.drafts import DraftConflict
from statushub.publishing.models import Draft


@dataclass(frozen=True)
class Side:
    """One person's value of a content key: hidden fields, and the words to read."""

    fields: dict[str, str]
    shown: str


@dataclass(frozen=True)
class Clash:
    """A content key with both values. ``both`` is a text with the two one after the other."""

    key: str
    mine: Side
    theirs: Side
    both: str | None


def render(conflict: DraftConflict, message: str, typed: str, *, settled: bool, other: str) -> str:
    """The page. ``settled``: there is nothing to choose; ``typed`` is the reader's own text, to
    copy it. ``other``: who saved in between."""
    draft = conflict.draft
    mine, theirs = to_fields(conflict.yours), to_fields(conflict.theirs)
    return render_template(
        "desk/draft_conflict.html",
        draft=draft,
        incident=draft.incident,
        message=message,
        settled=settled,
        other=other,
        typed=typed,
        clashes=[_clash(key, mine, theirs) for key in conflict.fields],
        field_names=words.FIELD,
    )


def _clash(key: str, mine: dict[str, str], theirs: dict[str, str]) -> Clash:
    def of(fields: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in fields.items() if key_of(name) == key}

    both = None
    if key in {"body", "x_text", "email_subject"}:
        parts = [text for text in (mine.get(key, ""), theirs.get(key, "")) if text]
        both = ("\n\n" if key == "body" else " ").join(parts)
    return Clash(key, _side(key, of(mine)), _side(key, of(theirs)), both)


def _side(key: str, fields: dict[str, str]) -> Side:
    if key == "components":
        return Side(fields, component_fields.in_words(_statuses(fields)))
    value = fields.get(key, "")
    if key == "status" and value:
        return Side(fields, str(words.INCIDENT[IncidentStatus(value)]))
    if key == "impact_override":
        return Side(fields, str(words.IMPACT[Impact(value)] if value else _("As computed")))
    if key == "notify":
        return Side(fields, _("Yes") if value == "yes" else _("No, only the page"))
    return Side(fields, value)


def _statuses(fields: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix(COMPONENT): value for name, value in fields.items()}


@dataclass(frozen=True)
class Change:
    """A content key that is not what the reader last saw."""

    key: str
    before: str
    now: str


def changes(draft: Draft, since: int) -> list[Change]:
    """What others changed in a draft after version ``since``; empty when that is not known."""
    seen = next(
        (
            kept
            for kept in drafts.draft_versions(draft.id)
            if kept.version == since and kept.accepted
        ),
        None,
    )
    if seen is None:
        return []
    before, now = to_fields(seen.content), to_fields(draft.content)
    pairs = [(key, _clash(key, before, now)) for key in KEYS]
    return [
        Change(key, pair.mine.shown, pair.theirs.shown)
        for key, pair in pairs
        if pair.mine.fields != pair.theirs.fields
    ]
