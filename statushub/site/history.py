"""/history: what happened, three months a page.

``?page=2`` are the three months before the present three, as on Statuspage; whatever is no page
number is page 1, so that no invented query makes a page of its own.
"""

from __future__ import annotations

import re
from typing import Any

from babel.dates import format_skeleton
from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from statushub.core import clock
from statushub.incidents.history import Month, history_months, page_zone
from statushub.incidents.page import get_page
from statushub.site.blueprint import site
from statushub.site.parts import affected
from statushub.web.cacheable import cacheable
from statushub.web.guards import public

MONTHS = 3
FIRST_YEAR = 1970
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@site.get("/history")
@cacheable
@public
def history() -> ResponseReturnValue:
    """The page of months that ``page`` counts back to."""
    get_page()
    number = _number()
    found = history_months(_cursor(number), MONTHS)
    newer = _address(number - 1) if number > 1 else None
    older = _address(_number_of(found.older)) if found.older else None
    months = [{"title": _title(month), "incidents": month.incidents} for month in found.months]
    return render_template(
        "site/history.html",
        months=months,
        number=number,
        newer=newer,
        older=older,
        affected=affected,
    )


def _number() -> int:
    text = request.args.get("page", "1")
    return int(text) if _NUMBER.fullmatch(text) else 1


def _present() -> int:
    """The present month in the page's zone, counted since the year 0."""
    today = clock.now().astimezone(page_zone())
    return today.year * 12 + today.month - 1


def _cursor(number: int) -> str:
    last = _present() - MONTHS * (number - 1)
    if last < FIRST_YEAR * 12:
        abort(404)
    return f"{last // 12:04d}-{last % 12 + 1:02d}"


def _number_of(cursor: str) -> int:
    """The page on which a month stands. Empty stretches are skipped, so that may be far."""
    year, _dash, month = cursor.partition("-")
    return (_present() - (int(year) * 12 + int(month) - 1)) // MONTHS + 1


def _address(number: int) -> str:
    extra: dict[str, Any] = {"page": number} if number > 1 else {}
    return url_for("site.history", **extra)


def _title(month: Month) -> str:
    return str(format_skeleton("yMMMM", month.first_day, locale=get_locale()))
