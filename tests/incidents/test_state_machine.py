"""Whatever people do, in whatever order: the rules of claims.py hold.

A model of a few lines keeps, beside the real room, what each incident claims and the last word
that was said of each component; after every step both must agree.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from statushub.core import clock
from statushub.core.audit import Actor, AuditEntry
from statushub.core.db import Base, db, transaction
from statushub.core.errors import Invalid
from statushub.incidents import queries, service
from statushub.incidents.maintenance import due_maintenances
from statushub.incidents.models import Component, ComponentStatusChange, Incident, Page
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import (
    CLOSED,
    IN_FORCE,
    TRANSITIONS,
    ComponentStatus,
    IncidentStatus,
    Kind,
    first_statuses,
    worst,
)

S = ComponentStatus
ACTOR = Actor("user", "u", "U")
IDS = ("a", "b", "c")
statuses = st.sampled_from(S)
chosen = st.dictionaries(st.sampled_from(IDS), statuses, max_size=3)


@dataclass
class Model:
    """What one incident should be."""

    kind: Kind
    claims: dict[str, S]
    status: IncidentStatus
    public: bool = False
    seen: list[IncidentStatus] = field(default_factory=list)

    @property
    def in_force(self) -> bool:
        return self.public and self.status in IN_FORCE


class Room(RuleBasedStateMachine):
    app: Flask
    incidents = Bundle("incidents")

    @initialize()
    def empty_page(self) -> None:
        self.moment = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
        clock.set_source(lambda: self.moment)
        self.models: dict[str, Model] = {}
        self.words = dict.fromkeys(IDS, S.OPERATIONAL)
        self.revision = 0
        db.session.remove()
        with transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))
            session.add(Page(name="Acme", revision=1))
            session.add_all(Component(id=one, name=one) for one in IDS)

    # What people, and the clock, do

    @rule(target=incidents, components=chosen)
    def declare(self, components: dict[str, S]) -> str:
        incident = service.declare_incident(ACTOR, name="Trouble", components=components)
        self.models[incident.id] = Model(Kind.INCIDENT, components, incident.status)
        return incident.id

    @rule(target=incidents, components=st.sets(st.sampled_from(IDS)), hours=st.integers(0, 3))
    def plan(self, components: set[str], hours: int) -> str:
        begin = self.moment + timedelta(hours=hours)
        incident = service.schedule_maintenance(
            ACTOR, name="Work", component_ids=components,
            scheduled_for=begin, scheduled_until=begin + timedelta(hours=2),
        )  # fmt: skip
        claims = dict.fromkeys(components, S.UNDER_MAINTENANCE)
        self.models[incident.id] = Model(Kind.MAINTENANCE, claims, incident.status)
        return incident.id

    @rule(one=incidents, components=st.none() | chosen, data=st.data())
    def say(self, one: str, components: dict[str, S] | None, data: st.DataObject) -> None:
        model = self.models[one]
        allowed = TRANSITIONS[model.status] if model.public else first_statuses(model.kind)
        self._say(one, data.draw(st.sampled_from(sorted(allowed))), components)

    @rule(one=incidents, status=st.sampled_from(IncidentStatus))
    def say_what_cannot_follow(self, one: str, status: IncidentStatus) -> None:
        model = self.models[one]
        allowed = TRANSITIONS[model.status] if model.public else first_statuses(model.kind)
        if status not in allowed:
            before = current_revision()
            with pytest.raises(Invalid):
                service.post_update(ACTOR, one, status=status, body="x")
            assert current_revision() == before

    @rule(component=st.sampled_from(IDS), status=statuses)
    def set_by_hand(self, component: str, status: S) -> None:
        service.set_component_status(ACTOR, component, status)
        self.words[component] = status
        for model in self.models.values():
            if model.in_force and component in model.claims:
                model.claims[component] = status

    @rule(minutes=st.integers(-5, 90))
    def time_goes_by(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)

    @rule()
    def the_clock_does_what_is_due(self) -> None:
        for one, status in due_maintenances(self.moment):
            self._say(one, status, None)
            assert self.models[one].kind is Kind.MAINTENANCE

    @precondition(lambda self: any(model.public for model in self.models.values()))
    @rule(one=consumes(incidents))
    def resolve_for_good(self, one: str) -> None:
        ends = IncidentStatus.RESOLVED, IncidentStatus.COMPLETED
        model = self.models[one]
        for end in ends:
            if model.public and model.status not in CLOSED and end in TRANSITIONS[model.status]:
                self._say(one, end, None)
                return

    def _say(self, one: str, status: IncidentStatus, components: dict[str, S] | None) -> None:
        model, before = self.models[one], current_revision()
        shown = {part.id: part.status for part in queries.all_components()}
        update = service.post_update(ACTOR, one, status=status, body="x", components=components)
        assert current_revision() > before
        was_in_force, said = model.in_force, components or {}
        if not model.public and components is not None:
            model.claims = {}
        model.claims |= said
        if was_in_force and status in CLOSED:
            model.claims = dict.fromkeys(model.claims, S.OPERATIONAL) | said
        model.public, model.status = True, status
        if status in IN_FORCE or (status in CLOSED and was_in_force):
            self.words |= model.claims
        elif status in CLOSED:
            self.words |= said
        told = {entry["code"]: entry for entry in update.affected_components or []}
        assert set(told) == set(model.claims)
        for code, entry in told.items():
            assert entry["old_status"] == shown[code]
            assert entry["new_status"] == self._expected(code)

    # What must always be so

    def _expected(self, component: str) -> S:
        claims = [
            model.claims[component]
            for model in self.models.values()
            if model.in_force and component in model.claims
        ]
        if claims:
            self.words[component] = worst(claims)
        return self.words[component]

    @invariant()
    def components_show_the_worst_claim_or_the_last_word(self) -> None:
        for component in queries.all_components():
            assert component.status is self._expected(component.id)

    @invariant()
    def recorded_changes_lead_to_what_is_shown(self) -> None:
        order = ComponentStatusChange.at, ComponentStatusChange.id
        for component in queries.all_components():
            rows = db.session.scalars(
                select(ComponentStatusChange)
                .where(ComponentStatusChange.component_id == component.id)
                .order_by(*order)
            ).all()
            assert [row.id for row in rows] == sorted(row.id for row in rows)
            words = [S.OPERATIONAL, *(row.status for row in rows)]
            assert all(one is not other for one, other in itertools.pairwise(words))
            assert words[-1] is component.status

    @invariant()
    def incidents_are_what_was_said_of_them(self) -> None:
        for incident in db.session.scalars(select(Incident)):
            model = self.models[incident.id]
            assert (incident.published_at is not None) is model.public
            assert incident.status is model.status
            assert (incident.resolved_at is not None) is (incident.status in CLOSED)
            assert {row.component_id: row.status for row in incident.affected} == model.claims

    @invariant()
    def the_public_sees_what_is_open_and_published(self) -> None:
        seen = {
            one.id
            for read in (
                queries.open_incidents,
                queries.active_maintenances,
                queries.upcoming_maintenances,
            )
            for one in read()
        }
        assert seen == {
            one for one, model in self.models.items() if model.public and model.status not in CLOSED
        }

    @invariant()
    def the_revision_never_goes_back(self) -> None:
        assert current_revision() >= self.revision
        self.revision = current_revision()

    @invariant()
    def every_deed_is_in_the_audit_log(self) -> None:
        published = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "update.published")
        ).all()
        updates = queries.recent_updates(limit=1000)
        assert len(published) == len(updates)

    def teardown(self) -> None:
        clock.set_source(None)
        db.session.rollback()


@pytest.mark.slow
def test_the_rules_hold_whatever_people_do(app: Flask) -> None:
    Room.app = app
    run_state_machine_as_test(
        Room,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
