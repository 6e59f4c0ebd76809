"""Publishing: all or nothing, once, to exactly those who are to know."""

from __future__ import annotations

import itertools
import json
import re
import threading
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event, func, select

from statushub.channels import service as channels
from statushub.core.audit import AuditEntry
from statushub.core.db import Base, db
from statushub.core.errors import Conflict, Invalid
from statushub.incidents.components import set_component_status
from statushub.incidents.models import IncidentUpdate
from statushub.incidents.page import current_revision
from statushub.incidents.statuses import ComponentStatus, Impact, IncidentStatus
from statushub.publishing import drafts, service
from statushub.publishing.models import Delivery, DeliveryState, DraftState
from statushub.subscribers.models import SubscriberKind, SubscriberState
from tests.emulators.x_api import XAccount
from tests.publishing.conftest import World


def _rows() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def _targets() -> set[str]:
    return {one.target for one in _rows()}


def _connect(world: World) -> Any:
    return channels.connect(world.actor, "x", "@acme", XAccount("acme").secrets)


def test_everything_stands_after_one_click(world: World) -> None:
    world.subscriber("ann@example.com")
    _connect(world)
    before = current_revision()
    update = world.publish(status="identified", body="It is the database.")
    assert update.status is IncidentStatus.IDENTIFIED
    assert world.incident.published_at is not None
    assert world.api.status is ComponentStatus.MAJOR_OUTAGE
    assert current_revision() > before
    assert db.session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "update.published")
    )
    rows = _rows()
    assert {one.transport for one in rows} == {"email", "x"}
    assert {one.state for one in rows} == {DeliveryState.QUEUED}
    assert {one.dedup_key.split(":")[0] for one in rows} == {update.id}
    assert len({one.uid for one in rows}) == 2


def test_a_second_click_returns_the_same_update(world: World) -> None:
    world.subscriber("ann@example.com")
    draft = world.draft(body="Words")
    first = service.publish(world.actor, draft.id, draft.version)
    second = service.publish(world.actor, draft.id, draft.version)
    assert first.id == second.id
    assert len(_rows()) == 1


def test_two_clicks_at_one_moment_publish_once(world: World) -> None:
    world.subscriber("ann@example.com")
    draft = world.draft(body="Words")
    draft_id, version = draft.id, draft.version
    db.session.rollback()
    found: list[str] = []
    together = threading.Barrier(4)

    def click() -> None:
        with world.app.app_context():
            together.wait()
            found.append(service.publish(world.actor, draft_id, version).id)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert db.session.scalar(select(func.count()).select_from(IncidentUpdate)) == 1
    assert len(_rows()) == 1


def test_a_stale_version_is_refused_and_nothing_is_written(world: World) -> None:
    world.subscriber("ann@example.com")
    draft = world.draft(body="Words")
    seen = draft.version
    world.draft(body="Other words")
    with pytest.raises(Conflict) as caught:
        service.publish(world.actor, draft.id, seen)
    assert isinstance(caught.value.current, drafts.DraftConflict)
    assert _rows() == []
    assert world.incident.published_at is None


def test_a_discarded_draft_is_not_published(world: World) -> None:
    draft = world.draft(body="Words")
    drafts.discard_draft(world.actor, draft.id)
    with pytest.raises(Conflict, match="thrown away"):
        service.publish(world.actor, draft.id, draft.version)


class _Breaking:
    """A database that fails at the ``number``-th change, or (0) when all of it is committed."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.tables: list[str] = []
        self.failed = False

    def __enter__(self) -> _Breaking:
        event.listen(db.engine, "before_cursor_execute", self._statement)
        event.listen(db.engine, "commit", self._commit)
        return self

    def __exit__(self, *_exc: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._statement)
        event.remove(db.engine, "commit", self._commit)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        change = re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', statement)
        if change:
            self.tables.append(change[1])
            self._fail(len(self.tables))

    def _commit(self, _connection: Any) -> None:
        if self.tables:
            self._fail(0)

    def _fail(self, number: int) -> None:
        if number == self.number:
            self.failed = True
            raise RuntimeError("the disk is full")


def _everything() -> dict[str, list[Any]]:
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
    }


def test_whichever_part_fails_nothing_of_it_stands(world: World) -> None:
    world.subscriber("ann@example.com")
    world.subscriber("http://127.0.0.1:9/hook", kind=SubscriberKind.WEBHOOK)
    _connect(world)
    draft = world.draft(body="Words")
    draft_id, version = draft.id, draft.version
    before = _everything()
    for number in itertools.count():
        with _Breaking(number) as breaking, suppress(RuntimeError):
            service.publish(world.actor, draft_id, version)
        if not breaking.failed:
            break
        assert _everything() == before, (number, breaking.tables)
    assert number > len(breaking.tables) > 10
    parts = {"incident_update", "incident", "component", "component_status_change", "page"}
    assert parts | {"audit_entry", "message", "delivery", "draft"} <= set(breaking.tables)
    assert {one.transport for one in _rows()} == {"email", "webhook", "x"}


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("body", {"body": "   "}),
        ("status", {"status": "completed"}),
    ],
)
def test_what_cannot_be_published_is_named_by_the_field(
    sqlite_world: World, field: str, content: dict[str, Any]
) -> None:
    draft = sqlite_world.draft(**content)
    with pytest.raises(Invalid) as caught:
        service.publish(sqlite_world.actor, draft.id, draft.version)
    assert list(caught.value.fields) == [field]
    assert drafts.get_draft(draft.id).state is DraftState.OPEN


def test_a_post_too_long_for_x_blocks_publishing_with_clear_words(sqlite_world: World) -> None:
    draft = sqlite_world.draft(body="Words", x_text="あ" * 141)
    assert service.publish(sqlite_world.actor, draft.id, draft.version)  # no account on X: no harm
    _connect(sqlite_world)
    draft = sqlite_world.draft(body="More", x_text="あ" * 141)
    with pytest.raises(Invalid) as caught:
        service.publish(sqlite_world.actor, draft.id, draft.version)
    assert "282 of 280" in caught.value.fields["x_text"]


def test_who_chose_components_hears_of_those_alone(world: World) -> None:
    world.subscriber("all@example.com")
    world.subscriber("api@example.com", world.api.id)
    world.subscriber("web@example.com", world.web.id)
    world.subscriber("both@example.com", world.web.id, world.api.id)
    world.publish(body="Words")
    assert _targets() == {"all@example.com", "api@example.com", "both@example.com"}


def test_an_incident_without_components_goes_to_everybody(world: World) -> None:
    world.subscriber("all@example.com")
    world.subscriber("web@example.com", world.web.id)
    world.publish(world.declare(components={}), body="Words")
    assert _targets() == {"all@example.com", "web@example.com"}


@pytest.mark.parametrize(
    "state",
    [SubscriberState.UNCONFIRMED, SubscriberState.UNSUBSCRIBED, SubscriberState.QUARANTINED],
)
def test_only_who_has_confirmed_and_stayed_is_written_to(
    world: World, state: SubscriberState
) -> None:
    world.subscriber("gone@example.com", state=state)
    world.publish(body="Words")
    assert _rows() == []


def test_each_language_has_its_own_text(world: World) -> None:
    world.subscriber("ann@example.com")
    world.subscriber("yuki@example.jp", locale="ja")
    world.publish(body="Words")
    locales = {one.target: one.message.locale for one in _rows()}
    assert locales == {"ann@example.com": "en", "yuki@example.jp": "ja"}


def test_one_text_serves_many_deliveries(world: World) -> None:
    for number in range(50):
        world.subscriber(f"c{number}@example.com")
    world.publish(body="Words")
    assert len({one.message_id for one in _rows()}) == 1
    assert len({one.uid for one in _rows()}) == 50


def test_publishing_quietly_tells_nobody(world: World) -> None:
    world.subscriber("ann@example.com")
    _connect(world)
    update = world.publish(body="Words", notify=False)
    assert update.deliver_notifications is False
    assert _rows() == []


def test_an_account_switched_off_by_a_person_gets_no_posts(world: World) -> None:
    channel = _connect(world)
    channels.disable_(channel.id, "Ann said so", actor=world.actor)
    world.publish(body="Words")
    assert _rows() == []


def test_posts_for_a_broken_account_wait_and_say_why(world: World) -> None:
    channel = _connect(world)
    channels.disable_(channel.id, "X does not accept the keys.", broken=True)
    world.publish(body="Words")
    (row,) = _rows()
    assert row.state is DeliveryState.QUEUED
    assert row.reason == "Held: X does not accept the keys."


def test_without_a_mail_server_mails_wait_and_say_why(world: World) -> None:
    world.subscriber("ann@example.com")
    world.publish(body="Words")
    (row,) = _rows()
    assert row.reason == "No mail server is configured: set STATUSHUB_SMTP_URL."


def test_resolving_sets_untouched_components_operational(world: World) -> None:
    world.publish(body="Words")
    world.publish(status="resolved", body="All is well.")
    assert world.api.status is ComponentStatus.OPERATIONAL


def test_a_component_that_the_writers_changed_keeps_their_word_on_resolving(world: World) -> None:
    world.publish(body="Words")
    world.publish(
        status="resolved", body="Mostly well.", components={world.api.id: "degraded_performance"}
    )
    assert world.api.status is ComponentStatus.DEGRADED_PERFORMANCE


def test_a_draft_does_not_undo_what_somebody_set_by_hand_meanwhile(world: World) -> None:
    world.publish(body="Words")
    draft = world.draft(body="More words")
    set_component_status(world.actor, world.api.id, ComponentStatus.PARTIAL_OUTAGE)
    service.publish(world.actor, draft.id, draft.version)
    assert world.api.status is ComponentStatus.PARTIAL_OUTAGE


def test_an_impact_chosen_by_the_writers_is_shown(world: World) -> None:
    world.publish(body="Words", impact_override="minor")
    assert world.incident.impact is Impact.MINOR
    world.publish(body="More words")
    assert world.incident.impact is Impact.MINOR
    world.publish(body="Worse", impact_override=None)
    assert world.incident.impact_override is None


def test_webhooks_carry_the_whole_incident_in_the_contracts_shape(world: World) -> None:
    world.subscriber("http://127.0.0.1:9/hook", kind=SubscriberKind.WEBHOOK)
    world.publish(body="Words")
    world.publish(status="identified", body="More")
    said = json.loads(_rows()[-1].message.payload["body"])
    assert set(said) == {"meta", "page", "incident"}
    assert said["page"]["status_indicator"] == "major"
    updates = said["incident"]["incident_updates"]
    assert [one["status"] for one in updates] == ["identified", "investigating"]
    assert said["incident"]["components"][0]["name"] == "API"
    assert said["incident"]["created_at"].endswith(("+01:00", "+02:00"))
