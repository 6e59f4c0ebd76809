"""What a draft holds: its fields, what each may be while it is written, what publishing asks.

Saving is lenient (a draft may be unfinished), publishing is strict; both name the field.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext as _

from statushub.core.errors import Invalid
from statushub.core.text import BODY_MAX, TITLE_MAX, clean_line, clean_text
from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus

Content = dict[str, Any]
Word = TypeVar("Word", bound=StrEnum)

X_TEXT_MAX = 1_000
COMPONENTS_MAX = 500
FIELDS = ("status", "body", "components", "impact_override", "x_text", "email_subject", "notify")


def blank(status: IncidentStatus) -> Content:
    """An empty draft's content."""
    return {
        "status": status.value,
        "body": "",
        "components": {},
        "impact_override": None,
        "x_text": None,
        "email_subject": None,
        "notify": True,
    }


def clean(content: Mapping[str, Any], components: Collection[str]) -> Content:
    """``content`` as it may be saved; only the fields that it has.

    ``components`` are the ids that exist. Raises Invalid with a message for each wrong field.
    """
    unknown = sorted(set(content) - set(FIELDS))
    problems = {str(name): _("There is no such field.") for name in unknown}
    cleaned: Content = {}
    for name in FIELDS:
        if name not in content:
            continue
        try:
            cleaned[name] = _CLEANERS[name](content[name], components)
        except ValueError as problem:
            problems[name] = str(problem)
    if problems:
        raise Invalid(fields=problems)
    return cleaned


def _text(value: Any, limit: int, tidy: Callable[[str], str]) -> str:
    if not isinstance(value, str):
        raise ValueError(_("This must be text."))
    if len(value) > 2 * limit:  # before any work on it
        raise ValueError(_too_long(limit, len(value)))
    text = tidy(value)
    if len(text) > limit:
        raise ValueError(_too_long(limit, len(text)))
    return text


def _too_long(limit: int, length: int) -> str:
    return str(
        _("Use at most %(limit)s characters; this has %(length)s.", limit=limit, length=length)
    )


def _member(words: type[Word], value: Any) -> Word | None:
    try:
        return words(value)
    except (ValueError, TypeError):
        return None


def _status(value: Any, _components: Collection[str]) -> str:
    status = _member(IncidentStatus, value)
    if status is None:
        raise ValueError(_("Choose one of the statuses."))
    return status.value


def _body(value: Any, _components: Collection[str]) -> str:
    return _text(value, BODY_MAX, clean_text)


def _component_statuses(value: Any, components: Collection[str]) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > COMPONENTS_MAX:
        raise ValueError(_("Choose components of this page."))
    for component_id, status in value.items():
        if component_id not in components:
            raise ValueError(
                _("There is no component “%(id)s” (any more).", id=str(component_id)[:64])
            )
        if _member(ComponentStatus, status) is None:
            raise ValueError(_("Choose one of the statuses for each component."))
    return {key: ComponentStatus(value[key]).value for key in sorted(value)}


def _impact(value: Any, _components: Collection[str]) -> str | None:
    if value in (None, ""):
        return None
    impact = _member(Impact, value)
    if impact is None or impact is Impact.MAINTENANCE:
        raise ValueError(_("Choose one of the impacts."))
    return impact.value


def _x_text(value: Any, _components: Collection[str]) -> str | None:
    return None if value is None else _text(value, X_TEXT_MAX, clean_text).strip() or None


def _subject(value: Any, _components: Collection[str]) -> str | None:
    return None if value is None else _text(value, TITLE_MAX, clean_line) or None


def _notify(value: Any, _components: Collection[str]) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("This is yes or no."))
    return value


_CLEANERS: dict[str, Callable[[Any, Collection[str]], Any]] = {
    "status": _status,
    "body": _body,
    "components": _component_statuses,
    "impact_override": _impact,
    "x_text": _x_text,
    "email_subject": _subject,
    "notify": _notify,
}
