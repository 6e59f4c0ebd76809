"""Reading the Statuspage public API's JSON: every value checked, every fault told by its place.

Source: docs/adr/0001 and https://www.githubstatus.com/api (the same shape on every Statuspage).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import available_timezones

from statushub.core.clock import parse_iso
from statushub.core.errors import Invalid
from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus, Kind

E_ = TypeVar("E_", bound=StrEnum)

FIRST_YEAR, LAST_YEAR = 1990, 2199
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class Node:
    """A JSON value and the path that leads to it, for faults like ``incidents[3].name``."""

    def __init__(self, value: Any, path: str) -> None:
        self.value = value
        self.path = path

    def fault(self, what: str) -> Invalid:
        """The error that names this place."""
        return Invalid(f"{self.path or 'the document'}: {what}")

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.fault(f"expected an object, found {type(self.value).__name__}")
        return Node(self.value.get(key), f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator[Node]:
        """The elements of a list; an absent one is empty."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.fault(f"expected a list, found {type(self.value).__name__}")
        for index, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{index}]")

    def text(self, *, required: bool = False, most: int = 25_000) -> str:
        """A string; null is "" unless ``required``."""
        if self.value is None and not required:
            return ""
        if not isinstance(self.value, str) or (required and not self.value.strip()):
            raise self.fault("expected a text that is not empty" if required else "expected a text")
        if len(self.value) > most:
            raise self.fault(f"longer than {most:,} characters")
        if _NO_TEXT.search(self.value):
            raise self.fault("holds a character that no text has (NUL or half a character)")
        return self.value

    def id(self) -> str:
        """An id of at most 64 characters that may stand in an address."""
        value = self.text(required=True, most=64)
        if not value.replace("-", "").replace("_", "").isalnum() or not value.isascii():
            raise self.fault(f"{value!r} is not an id")
        return value

    def time(self) -> datetime:
        """An ISO 8601 time with its offset."""
        try:
            moment = parse_iso(self.text(required=True, most=64))
        except (ValueError, OverflowError) as error:
            raise self.fault(f"{self.value!r} is not a time with an offset ({error})") from error
        self._check_year(moment.year)
        return moment

    def time_or_none(self) -> datetime | None:
        """A time, or null."""
        return None if self.value is None else self.time()

    def day_or_none(self) -> date | None:
        """A date (YYYY-MM-DD), or null."""
        if self.value is None:
            return None
        try:
            day = date.fromisoformat(self.text(required=True, most=10))
        except ValueError as error:
            raise self.fault(f"{self.value!r} is not a date") from error
        self._check_year(day.year)
        return day

    def _check_year(self, year: int) -> None:
        """Beyond these no calendar can be drawn, and some zones have no such moment."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise self.fault(f"{self.value!r} is not between {FIRST_YEAR} and {LAST_YEAR}")

    def word(self, words: type[E_]) -> E_:
        """One of an enum's words."""
        try:
            return words(self.text(required=True))
        except ValueError as error:
            raise self.fault(f"{self.value!r} is none of {', '.join(words)}") from error

    def flag(self, default: bool) -> bool:
        """True or false; absent is ``default``."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.fault("expected true or false")
        return self.value

    def number(self) -> int:
        """A whole number; absent is 0."""
        if self.value is None:
            return 0
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.fault("expected a whole number")
        if abs(self.value) >= 2**31:
            raise self.fault("a number that large cannot be kept")
        return self.value


@dataclass(frozen=True)
class Part:
    """A component or a group, as read."""

    id: str
    name: str
    description: str
    status: ComponentStatus
    position: int
    group_id: str | None
    is_group: bool
    showcase: bool
    only_show_if_degraded: bool
    start_date: date | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Said:
    """An update, as read."""

    id: str
    status: IncidentStatus
    body: str
    created_at: datetime
    updated_at: datetime
    display_at: datetime
    affected: list[dict[str, Any]] | None
    deliver_notifications: bool
    custom_tweet: str | None
    tweet_id: str | None


@dataclass(frozen=True)
class Happening:
    """An incident or a maintenance, as read; ``updates`` oldest first."""

    id: str
    kind: Kind
    name: str
    status: IncidentStatus
    impact: Impact
    shortlink: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    monitoring_at: datetime | None
    resolved_at: datetime | None
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    updates: list[Said] = field(default_factory=list)
    component_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A whole page."""

    page_id: str
    page_name: str
    page_url: str
    time_zone: str
    parts: list[Part]
    happenings: list[Happening]


def read_document(raw: Any) -> Document:
    """The checked document. Raises Invalid with the place of the first fault."""
    root = Node(raw, "")
    page = root["page"]
    zone = page["time_zone"].text() or "Etc/UTC"
    if zone not in available_timezones():
        raise page["time_zone"].fault(f"{zone!r} is not a time zone of the IANA database")
    document = Document(
        page_id=page["id"].id(),
        page_name=page["name"].text(required=True, most=255),
        page_url=page["url"].text(most=2000),
        time_zone=zone,
        parts=[_part(node) for node in root["components"].items()],
        happenings=[
            *(_happening(node, Kind.INCIDENT) for node in root["incidents"].items()),
            *(
                _happening(node, Kind.MAINTENANCE)
                for node in root["scheduled_maintenances"].items()
            ),
        ],
    )
    _check_references(document, root)
    return document


def _part(node: Node) -> Part:
    return Part(
        id=node["id"].id(),
        name=node["name"].text(required=True, most=255),
        description=node["description"].text(),
        status=node["status"].word(ComponentStatus),
        position=node["position"].number(),
        group_id=node["group_id"].id() if node["group_id"].value is not None else None,
        is_group=node["group"].flag(False),
        showcase=node["showcase"].flag(True),
        only_show_if_degraded=node["only_show_if_degraded"].flag(False),
        start_date=node["start_date"].day_or_none(),
        created_at=node["created_at"].time(),
        updated_at=node["updated_at"].time(),
    )


def _happening(node: Node, kind: Kind) -> Happening:
    created_at = node["created_at"].time()
    return Happening(
        id=node["id"].id(),
        kind=kind,
        name=node["name"].text(required=True, most=255),
        status=node["status"].word(IncidentStatus),
        impact=node["impact"].word(Impact),
        shortlink=node["shortlink"].text(most=2000),
        created_at=created_at,
        updated_at=node["updated_at"].time(),
        started_at=node["started_at"].time_or_none() or created_at,
        monitoring_at=node["monitoring_at"].time_or_none(),
        resolved_at=node["resolved_at"].time_or_none(),
        scheduled_for=node["scheduled_for"].time_or_none(),
        scheduled_until=node["scheduled_until"].time_or_none(),
        updates=[_said(update) for update in node["incident_updates"].items()][::-1],
        component_ids=[part["id"].id() for part in node["components"].items()],
    )


def _said(node: Node) -> Said:
    created_at = node["created_at"].time()
    return Said(
        id=node["id"].id(),
        status=node["status"].word(IncidentStatus),
        body=node["body"].text(),
        created_at=created_at,
        updated_at=node["updated_at"].time(),
        display_at=node["display_at"].time_or_none() or created_at,
        affected=_affected(node["affected_components"]),
        deliver_notifications=node["deliver_notifications"].flag(True),
        custom_tweet=node["custom_tweet"].text() or None,
        tweet_id=node["tweet_id"].text(most=64) or None,
    )


def _affected(node: Node) -> list[dict[str, Any]] | None:
    if node.value is None:
        return None
    return [
        {
            "code": part["code"].id(),
            "name": part["name"].text(most=600),
            "old_status": part["old_status"].word(ComponentStatus).value,
            "new_status": part["new_status"].word(ComponentStatus).value,
        }
        for part in node.items()
    ]


def _check_references(document: Document, root: Node) -> None:
    """Ids stand once, and every component that is named exists."""
    known = [part.id for part in document.parts]
    ids = [*known, *(happening.id for happening in document.happenings)]
    ids += [said.id for happening in document.happenings for said in happening.updates]
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise root.fault(f"the id {one!r} stands twice")
        seen.add(one)
    groups = {part.id for part in document.parts if part.is_group}
    for part in document.parts:
        if part.group_id is not None and part.group_id not in groups:
            raise root.fault(f"component {part.id}: its group {part.group_id!r} is not listed")
    parts = set(known)
    for happening in document.happenings:
        for component_id in happening.component_ids:
            if component_id not in parts:
                raise root.fault(
                    f"incident {happening.id}: its component {component_id!r} is not listed"
                )
