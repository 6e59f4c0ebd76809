"""What a caller sent, field by field, with the mistakes named."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask import request

from statushub.core.clock import parse_iso
from statushub.core.errors import Invalid

MOST_COMPONENTS = 500


def _body() -> Any:
    """What was sent, None when it is no JSON that anybody means."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _is_text(document: Any) -> bool:
    """Whether all of it can be written down: JSON can spell ``\\ud800``, no database takes it."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


class Payload:
    """A JSON object under its container key (``{"incident": {...}}``), as Statuspage wants it.

    Reads note what is wrong; :meth:`check` then raises Invalid with every complaint at once.
    """

    def __init__(self, container: str, known: Collection[str]) -> None:
        body = _body()
        inner = body.get(container) if isinstance(body, dict) else None
        if not isinstance(inner, dict):
            raise Invalid(f'Send a JSON object like {{"{container}": {{...}}}}.')
        if not _is_text(inner):
            raise Invalid("A text holds half a character (a surrogate that stands alone).")
        self._given: dict[str, Any] = inner
        self.problems: dict[str, str] = {
            str(name): "There is no such field." for name in inner if name not in known
        }

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def cleared(self, name: str) -> bool:
        """Whether the field was sent as null."""
        return name in self._given and self._given[name] is None

    def text(self, name: str) -> str | None:
        """A text, None when absent."""
        value: str | None = self._typed(name, str, "This must be text.")
        return value

    def flag(self, name: str) -> bool | None:
        """true or false, None when absent."""
        value: bool | None = self._typed(name, bool, "This must be true or false.")
        return value

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 time with its offset, None when absent."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse_iso(text)
        except (ValueError, OverflowError):
            self.problems[name] = "Write an ISO 8601 time with its offset: 2026-03-02T14:00:00Z."
            return None

    def day(self, name: str) -> date | None:
        """A calendar day, None when absent."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems[name] = "Write a day like 2026-03-02."
            return None

    def statuses(self, name: str) -> dict[str, str] | None:
        """An object of component ids and statuses, None when absent."""
        words = 'Send an object like {"<component id>": "major_outage"}.'
        given: dict[Any, Any] | None = self._typed(name, dict, words)
        if given is None:
            return None
        if len(given) > MOST_COMPONENTS or not all(isinstance(v, str) for v in given.values()):
            self.problems[name] = words
            return None
        return given

    def ids(self, name: str) -> list[str] | None:
        """A list of ids, None when absent."""
        words = "Send a list of component ids."
        given: list[Any] | None = self._typed(name, list, words)
        if given is None:
            return None
        if len(given) > MOST_COMPONENTS or not all(isinstance(one, str) for one in given):
            self.problems[name] = words
            return None
        return given

    def _typed(self, name: str, kind: type[Any], words: str) -> Any:
        value = self._given.get(name)
        if value is None or isinstance(value, kind):
            return value
        self.problems[name] = words
        return None

    def check(self) -> None:
        """Raises Invalid when anything so far was wrong."""
        if self.problems:
            raise Invalid(fields=self.problems)
