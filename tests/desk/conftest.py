"""What the tests of the working desk share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.incidents import service as incidents
from statushub.incidents.models import Component, Incident
from statushub.publishing import drafts, service
from statushub.publishing.models import Draft

KIM = Actor(kind="user", id="kim", name="Kim Example")


@dataclass
class Acme:
    """A page with three components."""

    checkout: Component
    search: Component
    api: Component

    def declare(self, name: str = "Checkout fails", **facts: Any) -> Incident:
        """An incident that is not public yet."""
        facts.setdefault("components", {self.checkout.id: "partial_outage"})
        return incidents.declare_incident(KIM, name=name, **facts)

    def draft(self, incident: Incident, **content: Any) -> Draft:
        """Its draft, with ``content`` written into it."""
        draft = drafts.open_draft(KIM, incident.id)
        if not content:
            return draft
        return drafts.save_draft(KIM, draft.id, base_version=draft.version, content=content)

    def publish(self, incident: Incident, **content: Any) -> Any:
        """A published update."""
        draft = self.draft(incident, **{"body": "We are looking into it.", **content})
        return service.publish(KIM, draft.id, draft.version)


@pytest.fixture
def acme(app: Flask) -> Acme:
    """The page set up, in Zurich's zone."""
    incidents.set_up_page(name="Acme", time_zone="Europe/Zurich", locale="en")
    group = incidents.add_group(KIM, "Shop")
    return Acme(
        checkout=incidents.add_component(KIM, name="Checkout", group_id=group.id),
        search=incidents.add_component(KIM, name="Search", group_id=group.id),
        api=incidents.add_component(KIM, name="API"),
    )


@pytest.fixture
def read(client: FlaskClient) -> Callable[..., str]:
    """Fetches a page that must be there and must be valid HTML."""

    def fetch(path: str, status: int = 200) -> str:
        db.session.rollback()
        response = client.get(path, follow_redirects=True)
        text = response.get_data(as_text=True)
        assert response.status_code == status, (path, response.status_code, text[:2000])
        html5lib.HTMLParser(strict=True).parse(text)
        return text

    return fetch


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., Any]:
    """Posts a form and follows where it leads."""

    def post(path: str, data: Mapping[str, Any], *, follow: bool = True, **more: Any) -> Any:
        db.session.rollback()
        return client.post(path, data=data, follow_redirects=follow, **more)

    return post


def form_of(draft: Draft, **changes: str) -> dict[str, str]:
    """The editor's form as a browser sends it, with some fields changed."""
    from statushub.desk.draft_fields import to_fields

    return {**to_fields(draft.content), "base_version": str(draft.version), **changes}
