"""Time zones to choose from: the names of the IANA database that people look for."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

_REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def zones() -> tuple[str, ...]:
    """UTC first, then every "Region/City" by name."""
    cities = sorted(name for name in available_timezones() if name.split("/")[0] in _REGIONS)
    return ("Etc/UTC", *cities)


def zone_choices() -> list[tuple[str, str]]:
    """For a select list: (name, the same as people read it)."""
    return [(name, zone_label(name)) for name in zones()]


def zone_label(name: str) -> str:
    """A zone's name as people read it."""
    return "UTC" if name == "Etc/UTC" else name.replace("_", " ")


def is_zone(name: str) -> bool:
    """Whether the name may be chosen."""
    return name in zones()
