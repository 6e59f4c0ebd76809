"""Components as a form asks for them: one choice each, in the groups of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from statushub.core.errors import Invalid
from statushub.desk import words
from statushub.desk.draft_fields import COMPONENT, component_statuses
from statushub.incidents import queries
from statushub.incidents.models import Component
from statushub.incidents.statuses import ComponentStatus

STATUSES = frozenset(status.value for status in ComponentStatus)


@dataclass(frozen=True)
class Choice:
    """One component, and what the form says of it (empty: nothing)."""

    id: str
    name: str
    current: ComponentStatus
    chosen: str

    @property
    def field(self) -> str:
        """The name of its form field."""
        return COMPONENT + self.id


@dataclass(frozen=True)
class ChoiceGroup:
    """Components under one heading; ``name`` is empty for those without a group."""

    name: str
    choices: list[Choice]

    @property
    def touched(self) -> bool:
        """Whether the form says something of any of them."""
        return any(choice.chosen for choice in self.choices)


def flat_components() -> list[Component]:
    """Every component, in the order of the page."""
    return [component for node in queries.components_tree() for component in node.components]


def groups(chosen: Mapping[str, str]) -> list[ChoiceGroup]:
    """Every component in the order of the page, with what ``chosen`` (by id) says of it."""
    found: list[ChoiceGroup] = []
    for node in queries.components_tree():
        name = node.group.name if node.group else ""
        choices = [
            Choice(component.id, component.name, component.status, chosen.get(component.id, ""))
            for component in node.components
        ]
        if not name and found and not found[-1].name:
            found[-1].choices.extend(choices)
        elif choices:
            found.append(ChoiceGroup(name, choices))
    return found


def chosen(form: Mapping[str, str]) -> dict[str, str]:
    """Component id to status word, as a form says it, right or wrong."""
    return component_statuses(form)


def read_statuses(form: Mapping[str, str]) -> dict[str, ComponentStatus]:
    """Component id to status. Raises Invalid for a word that is none."""
    picked = component_statuses(form)
    if not STATUSES.issuperset(picked.values()):
        raise Invalid(fields={"components": _("Choose one of the statuses for each component.")})
    return {component_id: ComponentStatus(status) for component_id, status in picked.items()}


def in_words(statuses: Mapping[str, str]) -> str:
    """“Checkout: Partial outage; Search: Operational”."""
    names = {component.id: component.name for component in flat_components()}
    return "; ".join(
        f"{names.get(component_id, component_id)}: {words.COMPONENT[ComponentStatus(status)]}"
        for component_id, status in statuses.items()
        if status in STATUSES
    )
