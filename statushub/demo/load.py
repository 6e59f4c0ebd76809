"""Loading the demo, once, into a StatusHub that has no components yet."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict
from statushub.demo.story import story
from statushub.imports.shape import read_document
from statushub.imports.statuspage import Report, import_document
from statushub.incidents.models import Component, Incident


def load_demo(actor: Actor) -> Report:
    """Tell the demo's story here. Raises Conflict when there is already something to see."""
    with transaction():
        for model in (Component, Incident):
            if db.session.scalars(select(model).limit(1)).first() is not None:
                raise Conflict(
                    _("The demo needs an empty StatusHub; this one already has components.")
                )
        return import_document(read_document(story(clock.now())), actor)
