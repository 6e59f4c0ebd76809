"""Every component of the design system, in every state, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from statushub.accounts.permissions import Permission
from statushub.core import clock
from statushub.desk.blueprint import desk
from statushub.web.guards import needs

# What the sample bars show, by days ago; every other day is quiet.
_SAMPLE = {0: "partial", 14: "maintenance", 29: "major", 76: "degraded", 77: "partial"}


@dataclass(frozen=True)
class SampleDay:
    """A day of the sample bars, with the attributes that the ``bars`` macro reads."""

    date: date
    level: str
    label: str = ""
    href: str | None = None


@desk.get("/gallery")
@needs(Permission.SEE_DESK)
def gallery() -> ResponseReturnValue:
    """For those who build pages."""
    moment = clock.now() - timedelta(minutes=7)
    days = [
        SampleDay(moment.date() - timedelta(days=ago), _SAMPLE.get(ago, "operational"))
        for ago in reversed(range(90))
    ]
    return render_template("desk/gallery.html", moment=moment, days=days)
