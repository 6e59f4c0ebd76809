"""A page with a few components, and short words for what the tests do with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.incidents import service
from statushub.incidents.models import Component, Incident, IncidentUpdate, Page


@pytest.fixture
def page(app: Flask, frozen_time: Any) -> Page:
    return service.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")


@pytest.fixture
def parts(page: Page, actor: Actor) -> list[Component]:
    """Three components; the first is in a group."""
    group = service.add_group(actor, "Region")
    return [
        service.add_component(actor, name="API", group_id=group.id),
        service.add_component(actor, name="Web"),
        service.add_component(actor, name="Mail"),
    ]


@pytest.fixture
def declare(actor: Actor) -> Callable[..., Incident]:
    def build(components: dict[str, str] | None = None, **facts: Any) -> Incident:
        facts.setdefault("name", "Trouble")
        return service.declare_incident(actor, components=components or {}, **facts)

    return build


@pytest.fixture
def say(actor: Actor) -> Callable[..., IncidentUpdate]:
    def build(incident: Incident, status: str = "investigating", **facts: Any) -> IncidentUpdate:
        facts.setdefault("body", "We know more.")
        return service.post_update(actor, incident.id, status=status, **facts)

    return build


@pytest.fixture
def plan(actor: Actor) -> Callable[..., Incident]:
    def build(begin: datetime, end: datetime, *components: str, **facts: Any) -> Incident:
        facts.setdefault("name", "Planned work")
        return service.schedule_maintenance(
            actor, component_ids=components, scheduled_for=begin, scheduled_until=end, **facts
        )

    return build


@pytest.fixture
def status_of() -> Callable[[Component], str]:
    def read(component: Component) -> str:
        db.session.refresh(component)
        return component.status.value

    return read
