"""The page on which an incident is told: its facts, the draft editor, what was said so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template

from statushub.desk import component_fields, incident_reads, previews, reads, words
from statushub.desk.draft_fields import to_content, to_fields
from statushub.desk.nav import nav_items
from statushub.desk.zones import zone_label
from statushub.incidents.models import Incident
from statushub.incidents.page import get_page
from statushub.incidents.statuses import IncidentStatus, first_statuses, next_statuses
from statushub.publishing.compose import Preview
from statushub.publishing.models import Draft

# The e-mail's preview is a frame of our own; everything else stays as strict as everywhere.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


@dataclass(frozen=True)
class Editor:
    """The draft as the form shows it. ``preview`` is None when what was typed cannot be read."""

    draft: Draft
    fields: Mapping[str, str]
    statuses: tuple[IncidentStatus, ...]
    groups: list[component_fields.ChoiceGroup]
    preview: Preview | None
    page_html: str
    reach: str


def page(
    incident_id: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The workspace. ``typed`` and ``errors`` come back after a save that could not be taken."""
    incident = incident_reads.incident(incident_id)
    draft = reads.open_draft_of(incident_id)
    response = make_response(
        render_template(
            "desk/incident.html",
            incident=incident,
            nav_items=nav_items(incident.kind),
            last_word=last_word(incident),
            editor=_editor(draft, typed, wrong=bool(errors)) if draft else None,
            errors=dict(errors or {}),
            state_words=words.INCIDENT,
            meaning=words.MEANING,
            component_words=words.COMPONENT,
            impact_options=words.impact_options(),
            zone=zone_label(get_page().time_zone),
        )
    )
    response.headers["Content-Security-Policy"] = _CSP
    return response


def last_word(incident: Incident) -> datetime | None:
    """When customers last heard of it; None while they have not."""
    if incident.published_at is None:
        return None
    return max((update.display_at for update in incident.updates), default=incident.published_at)


def allowed_statuses(incident: Incident) -> tuple[IncidentStatus, ...]:
    """What the next update may say, in the order in which a desk offers it."""
    if incident.published_at is None:
        return first_statuses(incident.kind)
    return next_statuses(incident.status)


def _editor(draft: Draft, typed: Mapping[str, str] | None, *, wrong: bool) -> Editor:
    content = to_content(typed) if typed is not None else draft.content
    preview = None if wrong else previews.of(draft)
    return Editor(
        draft=draft,
        fields=to_fields(content),
        statuses=allowed_statuses(draft.incident),
        groups=component_fields.groups(content.get("components") or {}),
        preview=preview,
        page_html=previews.page_html(draft, draft.content["status"], preview) if preview else "",
        reach=previews.reach_in_words(preview) if preview else "",
    )


def context_of(incident: Incident) -> dict[str, Any]:
    """What the smaller pages of an incident share with it."""
    return {"incident": incident, "last_word": last_word(incident), "zone": get_page().time_zone}
