"""The forms of components and groups."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField
from wtforms.validators import Optional

from statushub.desk.arrangement import all_groups
from statushub.desk.words import COMPONENT
from statushub.incidents.models import Component
from statushub.incidents.statuses import ComponentStatus
from statushub.web.forms import ChoiceField, Form, LineField, TextField, options, required

_DESCRIPTION_MAX = 2_000


class ComponentForm(Form):
    """Everything about a component but its status."""

    name = LineField(
        _l("Name"),
        required(_l("Enter a name.")),
        description=_l("What customers call it, for example “Website”."),
    )
    description = TextField(
        _l("Description"),
        limit=_DESCRIPTION_MAX,
        description=_l("A few words for customers who do not know the name."),
    )
    group_id = ChoiceField(_l("Group"))
    showcase = BooleanField(_l("Show its 90-day history on the page"), default=True)
    only_show_if_degraded = BooleanField(_l("Show it only while something is wrong"))
    start_date = DateField(
        _l("Uptime counts from"),
        [Optional()],
        description=_l("Empty: from the day on which it was added."),
    )

    @classmethod
    def offer(cls, **facts: Any) -> ComponentForm:
        """A form for what was sent, or for what is to be."""
        form = cls(**facts)
        form.group_id.choices = options(_group_choices())
        return form

    @classmethod
    def fresh(cls, component: Component) -> ComponentForm:
        """A form filled with a component, whatever was sent."""
        facts = {name: getattr(component, name) for name in ("name", "description", "start_date")}
        return cls.offer(
            formdata=None,
            **facts,
            group_id=component.group_id or "",
            showcase=component.showcase,
            only_show_if_degraded=component.only_show_if_degraded,
        )


def _group_choices() -> list[tuple[str, str]]:
    return [("", _("No group")), *((group.id, group.name) for group in all_groups())]


class StatusForm(Form):
    """How a component is, now."""

    status = RadioField(
        _l("Status"),
        choices=options((status.value, COMPONENT[status]) for status in ComponentStatus),
    )


class GroupForm(Form):
    """A group's name."""

    name = LineField(_l("Name"), required(_l("Enter a name.")))
    description = TextField(_l("Description"), limit=_DESCRIPTION_MAX)
