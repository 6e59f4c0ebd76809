"""Files that would break the page, or the import, long after they were read."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from statushub.core.errors import Invalid
from statushub.imports.shape import read_document

AT = "2024-05-06T07:08:09.000Z"
PART = {"id": "c1", "name": "API", "status": "operational", "created_at": AT, "updated_at": AT}
SAID = {"id": "u1", "status": "resolved", "body": "Over.", "created_at": AT, "updated_at": AT}
HAPPENED = {
    "id": "i1",
    "name": "Down",
    "status": "resolved",
    "impact": "minor",
    "created_at": AT,
    "updated_at": AT,
    "incident_updates": [SAID],
}
GOOD: dict[str, Any] = {
    "page": {"id": "p1", "name": "Acme", "time_zone": "Europe/Zurich"},
    "components": [PART],
    "incidents": [HAPPENED],
}


def broken(path: list[Any], value: Any) -> dict[str, Any]:
    """A good file but for one value."""
    document = copy.deepcopy(GOOD)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def test_the_good_file_is_good() -> None:
    assert read_document(GOOD).page_name == "Acme"


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (["incidents", 0, "created_at"], "0001-01-01T00:00:00+14:00", "incidents[0].created_at"),
        (["incidents", 0, "created_at"], "0001-01-01T00:00:00Z", "incidents[0].created_at"),
        (["incidents", 0, "resolved_at"], "9999-12-31T23:59:59Z", "incidents[0].resolved_at"),
        (["incidents", 0, "scheduled_for"], "9999-12-31T23:59:59-14:00", "scheduled_for"),
        (["components", 0, "start_date"], "0001-01-01", "components[0].start_date"),
        (["components", 0, "position"], 10**30, "components[0].position"),
        (["components", 0, "position"], 2**31, "components[0].position"),
        (["components", 0, "name"], "A\x00PI", "components[0].name"),
        (["page", "url"], "https://\x00", "page.url"),
        (["incidents", 0, "shortlink"], "\ud800", "incidents[0].shortlink"),
        (["incidents", 0, "incident_updates", 0, "body"], "\udfff", "incident_updates[0].body"),
        (["incidents", 0, "incident_updates", 0, "tweet_id"], "\x00", "[0].tweet_id"),
    ],
)
def test_what_no_database_or_calendar_can_hold_is_refused_with_its_place(
    path: list[Any], value: Any, where: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_document(broken(path, value))
    assert where in str(refused.value)
