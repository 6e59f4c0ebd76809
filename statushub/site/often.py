"""How often strangers may make us write mail or store text. Unlike a decorator's limit, a refusal
here leaves the form, with all that was typed, on the page."""

from __future__ import annotations

from functools import cache

from flask_babel import gettext as _
from limits import RateLimitItem, parse

from statushub.web.limits import limiter, visitor

PER_VISITOR = "10 per 10 minutes"
PER_TARGET = "3 per hour"  # one mailbox is not to be flooded from many addresses


@cache
def _rule(text: str) -> RateLimitItem:
    return parse(text)


def too_often(purpose: str, target: str = "") -> str:
    """Counts one act. Returns why it is refused, in words, or "" when it may go on."""
    if not limiter.enabled:
        return ""
    strategy = limiter.limiter
    fine = strategy.hit(_rule(PER_VISITOR), "site", purpose, visitor())
    if fine and target:
        fine = strategy.hit(_rule(PER_TARGET), "site", purpose, "target", target)
    if fine:
        return ""
    return str(_("That was sent very often just now. Wait ten minutes, then send it again."))
