"""How long to wait, how often to ask, and when it is too late. All durations in seconds."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from statushub.core import clock

LEASE = 30.0  # renewed at a third; longer than any stall of a healthy process
POLL = 0.25

# An hour-old "we are investigating" in public misleads; a mail or a webhook still informs.
_MAX_AGE = {"x": 24 * 3600, "email": 3 * 24 * 3600, "webhook": 3 * 24 * 3600}
_MAX_AGE_ELSE = 24 * 3600

_STEPS = {
    "x": (5, 15, 30, 60, 120, 300, 600),
    "email": (30, 60, 120, 300, 600, 1800, 3600),  # greylisting wants minutes (RFC 6647)
    "webhook": (5, 30, 120, 300, 900, 1800, 3600),
}
_STEPS_ELSE = (10, 30, 60, 300, 900)

# When to look for a post whose answer was lost (at least once): timelines show a post seconds late.
LOOKUPS = (2, 10, 60)

# A whole account that must wait and did not say how long (a server that is down).
_PAUSES = (1, 2, 5, 10, 20, 30, 60)


def expiry(transport: str) -> datetime:
    """When it will be too late for something queued now."""
    return clock.now() + timedelta(seconds=_MAX_AGE.get(transport, _MAX_AGE_ELSE))


def max_age_hours(transport: str) -> int:
    """How long something may be queued, in hours."""
    return _MAX_AGE.get(transport, _MAX_AGE_ELSE) // 3600


def retry_at(transport: str, attempts: int, at: datetime | None) -> datetime:
    """When to try again after ``attempts``: never before ``at``, the provider's own time.

    Spread by a fifth, so that a thousand failures do not come back as one wave."""
    steps = _STEPS.get(transport, _STEPS_ELSE)
    wait = _spread(steps[min(max(attempts, 1), len(steps)) - 1])
    if at is None:
        return clock.now() + wait
    return max(at, clock.now()) + _spread(1)


def look_at(lookups: int) -> datetime | None:
    """When to look (again) for a post after ``lookups`` looks; None: never again by itself."""
    if lookups >= len(LOOKUPS):
        return None
    return clock.now() + timedelta(seconds=LOOKUPS[lookups])


def pause(failures: int) -> timedelta:
    """How long a whole lane rests after that many failures in a row."""
    return _spread(_PAUSES[min(failures, len(_PAUSES)) - 1])


def _spread(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no secret
