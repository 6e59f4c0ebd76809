"""A page with something broken on it, people who want to know, and the networks to tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from statushub.channels.models import Channel
from statushub.channels.registry import Transports
from statushub.channels.service import connect
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.incidents import service as incidents
from statushub.incidents.models import Component, Incident, IncidentUpdate
from statushub.publishing import drafts
from statushub.publishing import service as publishing
from statushub.publishing.models import Draft
from statushub.publishing.worker import Worker
from statushub.subscribers.models import Subscriber, SubscriberKind, SubscriberState, Subscription
from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.webhook_receiver import WebhookReceiver
from tests.emulators.x_api import XEmulator


@dataclass
class World:
    """A set-up page with two components and an incident that is declared, not yet public."""

    app: Flask
    actor: Actor
    api: Component
    web: Component
    incident: Incident

    def declare(self, name: str = "Card payments fail", **facts: Any) -> Incident:
        """Another incident."""
        facts.setdefault("components", {self.api.id: "partial_outage"})
        facts.setdefault("customer_impact", "Some payments are refused.")
        return incidents.declare_incident(self.actor, name=name, **facts)

    def draft(self, incident: Incident | None = None, **content: Any) -> Draft:
        """The open draft with these fields saved over what it says."""
        draft = drafts.open_draft(self.actor, (incident or self.incident).id)
        return drafts.save_draft(self.actor, draft.id, base_version=draft.version, content=content)

    def publish(self, incident: Incident | None = None, **content: Any) -> IncidentUpdate:
        """Write and publish an update."""
        draft = self.draft(incident, **content)
        return publishing.publish(self.actor, draft.id, draft.version)

    def subscriber(
        self, endpoint: str, *component_ids: str, locale: str = "en", **facts: Any
    ) -> Subscriber:
        """Somebody who has confirmed."""
        facts.setdefault("state", SubscriberState.ACTIVE)
        facts.setdefault("kind", SubscriberKind.EMAIL)
        subscriber = Subscriber(endpoint=endpoint, locale=locale, **facts)
        subscriber.subscriptions = [Subscription(component_id=one) for one in component_ids]
        with transaction() as session:
            session.add(subscriber)
        return subscriber

    def connect_x(self, x: XEmulator, name: str = "@acme") -> Channel:
        """The emulator's account, connected."""
        return connect(self.actor, "x", name, {**x.account.secrets, "username": "acme"})

    def drain(self, **facts: Any) -> None:
        """Send everything that is due."""
        db.session.commit()
        Worker(self.app, concurrency=2, **facts).drain()
        db.session.expire_all()


@pytest.fixture
def world(app: Flask, actor: Actor) -> World:
    """See World; on both engines."""
    return _world(app, actor)


@pytest.fixture
def sqlite_world(sqlite_app: Flask, actor: Actor) -> World:
    """See World; on SQLite alone, for what no database can change."""
    return _world(sqlite_app, actor)


def _world(app: Flask, actor: Actor) -> World:
    incidents.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    api = incidents.add_component(actor, name="API")
    web = incidents.add_component(actor, name="Website")
    incident = incidents.declare_incident(
        actor,
        name="Logins fail",
        customer_impact="Some people cannot log in.",
        components={api.id: "major_outage"},
    )
    return World(app, actor, api, web, incident)


@dataclass
class Networks:
    """Everything that can be reached, running on this machine."""

    smtp: SmtpSink
    hook: WebhookReceiver
    x: XEmulator


@pytest.fixture
def networks(request: pytest.FixtureRequest) -> Iterator[Networks]:
    """The networks, and the application's transports pointed at them."""
    world: World = request.getfixturevalue("world")
    with ExitStack() as stack:
        smtp = stack.enter_context(SmtpSink())
        hook = stack.enter_context(WebhookReceiver())
        x = stack.enter_context(XEmulator())
        with pointed_at(world.app, smtp_url=smtp.url, x_api_base=x.base):
            yield Networks(smtp, hook, x)


class pointed_at:  # noqa: N801 - reads as the context manager it is
    """The application's transports, for a moment, at other addresses."""

    def __init__(self, app: Flask, **where: str | None) -> None:
        self._app = app
        self._where = {"smtp_url": None, "x_api_base": None, **where}

    def __enter__(self) -> Transports:
        settings = self._app.config["SETTINGS"]
        self._before = self._app.extensions["statushub.transports"]
        transports = Transports.from_settings(
            mail_from="Acme Status <status@acme.example>",
            allow_private=settings.allow_private_targets,
            **self._where,
        )
        self._app.extensions["statushub.transports"] = transports
        return transports

    def __exit__(self, *_exc: object) -> None:
        self._app.extensions["statushub.transports"].close()
        self._app.extensions["statushub.transports"] = self._before


Publish = Callable[..., IncidentUpdate]
