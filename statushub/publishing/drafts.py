"""Drafts: saved as they are typed, by several people at once, and nothing typed is ever gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, NotFound
from statushub.incidents.models import Component, Incident
from statushub.incidents.statuses import ComponentStatus, IncidentStatus, Kind
from statushub.publishing.content import Content, blank, clean
from statushub.publishing.merging import Merged, merge
from statushub.publishing.models import Draft, DraftState, DraftVersion


@dataclass(frozen=True)
class DraftConflict:
    """What stands in the way of a save: ``theirs`` is saved, ``yours`` was kept aside (it is among
    :func:`draft_versions`), ``fields`` names where they clash. Save again on ``draft.version``."""

    draft: Draft
    theirs: Content
    yours: Content
    fields: tuple[str, ...]


def open_draft(actor: Actor, incident_id: str) -> Draft:
    """The incident's open draft, or a new one, filled from what is known. Raises NotFound."""
    draft = find_open_draft(incident_id)
    if draft is not None:
        return draft
    try:
        return _begin(actor, incident_id)
    except IntegrityError:  # somebody else began it in the same moment
        draft = find_open_draft(incident_id)
        if draft is None:
            raise
        return draft


def find_open_draft(incident_id: str) -> Draft | None:
    """The draft that is being written for this incident, if any."""
    return db.session.scalars(
        select(Draft).where(Draft.incident_id == incident_id, Draft.state == DraftState.OPEN)
    ).first()


def get_draft(draft_id: str) -> Draft:
    """A draft in any state. Raises NotFound."""
    draft = db.session.get(Draft, draft_id)
    if draft is None:
        raise NotFound(_("There is no such draft."))
    return draft


def save_draft(
    actor: Actor, draft_id: str, *, base_version: int, content: Mapping[str, Any]
) -> Draft:
    """Save ``content``, written on top of ``base_version``.

    What others saved meanwhile is joined in field by field. Raises Invalid by the field,
    NotFound, and Conflict, whose ``current`` is a :class:`DraftConflict` when the same field was
    changed to different things, after keeping the text that lost.
    """
    with transaction():
        draft = locked_draft(draft_id)
        yours = clean(content, _nameable(draft))
        base = _content_at(draft, base_version)
        merged = merge(base, draft.content, yours) if base else Merged(draft.content, ())
        refused = base is None or draft.state is not DraftState.OPEN or bool(merged.clashes)
        if refused:
            _keep_aside(actor, draft, yours)
        elif merged.content != draft.content:
            _accept(actor, draft, merged.content)
    if refused:
        raise _refusal(draft, yours, merged)
    return draft


def discard_draft(actor: Actor, draft_id: str) -> Draft:
    """Throw an open draft away (its versions stay). Raises NotFound, Conflict when published."""
    with transaction():
        draft = locked_draft(draft_id)
        if draft.state is DraftState.PUBLISHED:
            raise Conflict(_("This draft is published already. Write a new update instead."), draft)
        if draft.state is DraftState.OPEN:
            draft.state = DraftState.DISCARDED
            draft.updated_at = clock.now()
            record(actor, "draft.discarded", "draft", draft.id, draft.incident.name)
    return draft


def draft_versions(draft_id: str) -> Sequence[DraftVersion]:
    """Everything that was saved, newest first, also what lost a conflict (``accepted`` False)."""
    get_draft(draft_id)
    return db.session.scalars(
        select(DraftVersion)
        .where(DraftVersion.draft_id == draft_id)
        .order_by(DraftVersion.id.desc())
    ).all()


def locked_draft(draft_id: str) -> Draft:
    """The draft as it stands now, nobody else changing it until this transaction ends."""
    draft = db.session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NotFound(_("There is no such draft."))
    return draft


def _begin(actor: Actor, incident_id: str) -> Draft:
    with transaction() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise NotFound(_("There is no such incident."))
        draft = Draft(
            incident_id=incident_id,
            content=_prefilled(incident),
            version=1,
            created_by=actor.id,
            updated_by=actor.id,
            updated_by_name=actor.name,
        )
        session.add(draft)
        session.flush()
        _remember(actor, draft, draft.content, accepted=True)
        record(actor, "draft.opened", "draft", draft.id, incident.name)
    return draft


def _prefilled(incident: Incident) -> Content:
    content = blank(_likely_status(incident))
    content["components"] = {
        row.component_id: ComponentStatus(row.status).value for row in incident.affected
    }
    if incident.published_at is None:
        content["body"] = incident.customer_impact
    if incident.impact_override is not None and incident.kind is Kind.INCIDENT:
        content["impact_override"] = incident.impact_override.value
    return content


def _likely_status(incident: Incident) -> IncidentStatus:
    """What the next update will probably say: what the last one said."""
    begun = incident.scheduled_for is not None and incident.scheduled_for <= clock.now()
    if incident.published_at is None and incident.kind is Kind.MAINTENANCE and begun:
        return IncidentStatus.IN_PROGRESS
    return incident.status


def _nameable(draft: Draft) -> frozenset[str]:
    """Components that a save may name: those in service, and those the draft names already (one
    that is archived while somebody types must not stop the typing from being saved)."""
    in_service = db.session.scalars(select(Component.id).where(Component.archived_at.is_(None)))
    return frozenset(in_service) | frozenset(draft.content["components"])


def _content_at(draft: Draft, version: int) -> Content | None:
    """What the draft said at ``version``, the common ground of a merge; None if it never was."""
    return db.session.scalars(
        select(DraftVersion.content).where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.version == version,
            DraftVersion.accepted,
        )
    ).first()


def _accept(actor: Actor, draft: Draft, content: Content) -> None:
    draft.content = content
    draft.version += 1
    draft.updated_by, draft.updated_by_name = actor.id, actor.name
    draft.updated_at = clock.now()
    _remember(actor, draft, content, accepted=True)


def _keep_aside(actor: Actor, draft: Draft, yours: Content) -> None:
    """Keep the text that lost. The same text again (an editor that saves by itself) is one row."""
    last = db.session.scalars(
        select(DraftVersion)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.accepted.is_(False),
            DraftVersion.saved_by == actor.id,
        )
        .order_by(DraftVersion.id.desc())
        .limit(1)
    ).first()
    if last is None or last.content != yours:
        _remember(actor, draft, yours, accepted=False)


def _remember(actor: Actor, draft: Draft, content: Content, *, accepted: bool) -> None:
    db.session.add(
        DraftVersion(
            draft_id=draft.id,
            version=draft.version,
            accepted=accepted,
            content=content,
            saved_by=actor.id,
            saved_by_name=actor.name,
            saved_at=clock.now(),
        )
    )


def _refusal(draft: Draft, yours: Content, merged: Merged) -> Conflict:
    conflict = DraftConflict(draft, draft.content, yours, merged.clashes)
    who = draft.updated_by_name or _("Somebody")
    if draft.state is DraftState.PUBLISHED:
        return Conflict(_("This draft was published meanwhile. Your text is kept."), conflict)
    if draft.state is DraftState.DISCARDED:
        return Conflict(_("This draft was thrown away meanwhile. Your text is kept."), conflict)
    if not merged.clashes:
        return Conflict(_("This form is not from this draft. Load the page again."), conflict)
    return Conflict(
        _("%(who)s changed the same text meanwhile. Compare both and save again.", who=who),
        conflict,
    )
