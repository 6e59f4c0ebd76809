"""Bringing a Statuspage's history home: all of it or nothing, and twice is the same as once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from statushub.core import audit, clock
from statushub.core.audit import Actor
from statushub.core.db import Base, db, transaction
from statushub.core.errors import Invalid
from statushub.core.markdown import render
from statushub.core.text import clean_line, clean_text
from statushub.imports.shape import Document, Happening, Part, Said, read_document
from statushub.incidents.models import (
    AffectedComponent,
    Component,
    ComponentGroup,
    ComponentStatusChange,
    Incident,
    IncidentUpdate,
    Page,
)
from statushub.incidents.page import bump_revision, find_page
from statushub.incidents.statuses import ComponentStatus

SOURCE = "statuspage"
Tick = Callable[[int], None]


@dataclass
class Report:
    """What an import did, in counts."""

    components: int = 0
    incidents: int = 0
    updates: int = 0
    added: int = 0
    changed: int = 0

    @property
    def anything(self) -> bool:
        """Whether the second run would have been the first."""
        return bool(self.added or self.changed)


def read_file(path: Path) -> Document:
    """The document in a file. Raises Invalid with the place of the fault."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{path}: is not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise Invalid(
            f"{path}: is not JSON (line {error.lineno}, column {error.colno}: {error.msg})."
        ) from error
    except RecursionError as error:
        raise Invalid(f"{path}: is nested too deeply to be a status page.") from error
    return read_document(raw)


def import_document(document: Document, actor: Actor, tick: Tick = lambda _n: None) -> Report:
    """Write the document in one transaction. ``tick`` is told of each update that is ready."""
    bodies = _render_bodies(document, tick)
    report = Report()
    with transaction():
        _write_page(document, report)
        _write_parts(document.parts, report)
        db.session.flush()
        _write_happenings(document, bodies, report)
        if report.anything:
            _write_status_history(document)
            bump_revision()
            summary = (
                f"Imported {report.incidents} incidents with {report.updates} updates "
                f"from {document.page_name}"
            )
            audit.record(actor, "page.imported", "page", document.page_id, summary)
    return report


def _render_bodies(document: Document, tick: Tick) -> dict[str, str]:
    """HTML per update id, made before the transaction so that it stays short."""
    bodies: dict[str, str] = {}
    for happening in document.happenings:
        for said in happening.updates:
            bodies[said.id] = render(clean_text(said.body))
            tick(1)
    return bodies


def _put(model: type[Base], key: str, facts: dict[str, Any], report: Report) -> bool:
    """Insert or change one row; counts what it did. True when the row is new."""
    row = db.session.get(model, key)
    if row is None:
        db.session.add(model(id=key, **facts))
        report.added += 1
        return True
    different = {name: value for name, value in facts.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    report.changed += bool(different)
    return False


def _write_page(document: Document, report: Report) -> None:
    """A page already set up keeps its own name and settings; only the id is taken over."""
    page = find_page()
    if page is None:
        facts = {
            "name": clean_line(document.page_name),
            "url": document.page_url,
            "time_zone": document.time_zone,
        }
        db.session.add(Page(id=document.page_id, **facts))
        report.added += 1
    elif page.id != document.page_id:
        page.id = document.page_id
        report.changed += 1


def _write_parts(parts: Iterable[Part], report: Report) -> None:
    parts = list(parts)
    for part in parts:
        if part.is_group:
            _put(ComponentGroup, part.id, _group_facts(part), report)
    db.session.flush()
    for part in parts:
        if not part.is_group:
            _put(Component, part.id, _component_facts(part), report)
            report.components += 1


def _group_facts(part: Part) -> dict[str, Any]:
    return {
        "name": clean_line(part.name),
        "description": clean_text(part.description),
        "position": part.position,
        "created_at": part.created_at,
        "updated_at": part.updated_at,
    }


def _component_facts(part: Part) -> dict[str, Any]:
    return _group_facts(part) | {
        "status": part.status,
        "group_id": part.group_id,
        "showcase": part.showcase,
        "only_show_if_degraded": part.only_show_if_degraded,
        "start_date": part.start_date,
    }


def _write_happenings(document: Document, bodies: dict[str, str], report: Report) -> None:
    db.session.scalars(select(Incident)).all()  # into the identity map, in one statement
    db.session.scalars(select(IncidentUpdate)).all()
    for happening in document.happenings:
        _put(Incident, happening.id, _incident_facts(happening), report)
        report.incidents += 1
    db.session.flush()
    for happening in document.happenings:
        for number, said in enumerate(happening.updates, start=1):
            facts = _update_facts(happening, said, number, bodies[said.id])
            _put(IncidentUpdate, said.id, facts, report)
            report.updates += 1
        _write_affected(happening, document, report)


def _incident_facts(happening: Happening) -> dict[str, Any]:
    first = min((said.display_at for said in happening.updates), default=happening.created_at)
    return {
        "kind": happening.kind,
        "name": clean_line(happening.name),
        "status": happening.status,
        "impact": happening.impact,
        "started_at": happening.started_at,
        "created_at": happening.created_at,
        "updated_at": happening.updated_at,
        "published_at": first,
        "monitoring_at": happening.monitoring_at,
        "resolved_at": happening.resolved_at,
        "scheduled_for": happening.scheduled_for,
        "scheduled_until": happening.scheduled_until,
        "shortlink": happening.shortlink,
        "source": SOURCE,
    }


def _update_facts(happening: Happening, said: Said, number: int, html: str) -> dict[str, Any]:
    return {
        "incident_id": happening.id,
        "number": number,
        "status": said.status,
        "body": clean_text(said.body),
        "body_html": html,
        "created_at": said.created_at,
        "updated_at": said.updated_at,
        "display_at": said.display_at,
        "affected_components": said.affected,
        "deliver_notifications": said.deliver_notifications,
        "custom_tweet": said.custom_tweet,
        "tweet_id": said.tweet_id,
    }


def _write_affected(happening: Happening, document: Document, report: Report) -> None:
    """Which components it touched; their status from the newest update that names it."""
    statuses = {
        part["code"]: ComponentStatus(part["new_status"])
        for said in happening.updates
        for part in said.affected or ()
    }
    leaves = {part.id: part for part in document.parts if not part.is_group}
    for component_id in dict.fromkeys(happening.component_ids):
        if component_id not in leaves:
            continue
        key = {"incident_id": happening.id, "component_id": component_id}
        if db.session.get(AffectedComponent, key) is None:
            status = statuses.get(component_id, leaves[component_id].status)
            db.session.add(AffectedComponent(**key, status=status))
            report.added += 1


def _write_status_history(document: Document) -> None:
    """Uptime follows recorded component status: what the updates tell, then what holds now.

    A feed without ``affected_components`` tells nothing of the past; those days stay grey.
    """
    known = set(db.session.scalars(select(ComponentStatusChange.component_id)))
    told = _told_changes(document)
    for part in document.parts:
        if part.is_group or part.id in known:
            continue
        line = sorted(told.get(part.id, []), key=lambda change: change.at)
        if told and part.start_date is not None:
            line.insert(0, _baseline(part, line))
        if not line or line[-1].status is not part.status:
            line.append(_change(part.id, clock.now(), part.status))
        db.session.add_all(line)


def _change(
    component_id: str, at: datetime, status: ComponentStatus, incident_id: str | None = None
) -> ComponentStatusChange:
    return ComponentStatusChange(
        component_id=component_id, at=at, status=status, incident_id=incident_id
    )


def _baseline(part: Part, line: list[ComponentStatusChange]) -> ComponentStatusChange:
    """Well from the day on which its uptime began to be told, or from its first change."""
    began = datetime.combine(part.start_date or part.created_at.date(), time(), tzinfo=UTC)
    first = line[0].at - timedelta(seconds=1) if line else began
    return _change(part.id, min(began, first), ComponentStatus.OPERATIONAL)


def _told_changes(document: Document) -> dict[str, list[ComponentStatusChange]]:
    """By component, every change of status that an update carries."""
    told: dict[str, list[ComponentStatusChange]] = {}
    for happening in document.happenings:
        for said in happening.updates:
            for entry in said.affected or ():
                status = ComponentStatus(entry["new_status"])
                change = _change(entry["code"], said.display_at, status, happening.id)
                told.setdefault(entry["code"], []).append(change)
    return told
