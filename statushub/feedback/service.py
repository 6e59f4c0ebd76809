"""Taking in what customers tell us, and working through it."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select

from statushub.core import clock
from statushub.core.audit import Actor, record
from statushub.core.db import db, transaction
from statushub.core.errors import Invalid, NotFound
from statushub.core.i18n import known_locale
from statushub.core.text import clean_line, clean_text
from statushub.feedback.models import FeedbackItem, FeedbackState
from statushub.incidents.models import AffectedComponent, Component, Incident
from statushub.incidents.statuses import CLOSED, Kind

REPORT_MAX = 5_000  # characters: a long letter, yet a page of reports stays readable
CONTACT_MAX = 320
NOTE_MAX = 10_000


def send_feedback(
    *, body: str, component_id: str | None = None, contact: str = "", locale: str = "en"
) -> FeedbackItem:
    """Keep a customer's word, linked to the open incident that affects the component.

    Raises Invalid by field (``body``, ``component``, ``contact``); nothing is stored then.
    """
    errors: dict[str, str] = {}
    text = _checked_body(body, errors)
    address = _checked_contact(contact, errors)
    with transaction() as session:
        component = session.get(Component, component_id) if component_id else None
        if component_id and (component is None or component.archived_at is not None):
            errors["component"] = _("Choose a part from the list, or leave it open.")
        if errors:
            raise Invalid(fields=errors)
        item = FeedbackItem(
            body=text,
            contact=address,
            locale=known_locale(locale),
            component_id=component.id if component else None,
            incident_id=_open_incident(component.id) if component else None,
        )
        session.add(item)
        session.flush()
    return item


def _checked_body(body: str, errors: dict[str, str]) -> str:
    text = clean_text(body).strip()
    if not text:
        errors["body"] = _("Write what is wrong, in your own words.")
    elif len(text) > REPORT_MAX:
        errors["body"] = _(
            "Use at most %(most)s characters; this has %(count)s.", most=REPORT_MAX, count=len(text)
        )
    return text


def _checked_contact(contact: str, errors: dict[str, str]) -> str:
    address = clean_line(contact)
    if not address:
        return ""
    try:
        if len(address) > CONTACT_MAX:
            raise EmailNotValidError("too long")
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        errors["contact"] = _("Enter an e-mail address like name@example.com, or leave it empty.")
        return ""


def _open_incident(component_id: str) -> str | None:
    """The public, open incident that affects a component; the newest when there are several."""
    return db.session.scalars(
        select(Incident.id)
        .join(AffectedComponent, AffectedComponent.incident_id == Incident.id)
        .where(
            AffectedComponent.component_id == component_id,
            Incident.kind == Kind.INCIDENT,
            Incident.published_at.is_not(None),
            Incident.status.not_in(CLOSED),
        )
        .order_by(Incident.started_at.desc(), Incident.id)
        .limit(1)
    ).first()


def set_state(actor: Actor, item_id: str, state: FeedbackState | str) -> FeedbackItem:
    """Move an item on. Raises NotFound; Invalid for a state there is not."""
    try:
        wanted = FeedbackState(state)
    except ValueError as error:
        raise Invalid(fields={"state": _("Choose one of the states offered.")}) from error
    with transaction():
        item = _locked(item_id)
        was = item.state
        item.state = wanted
        _handled(item, actor)
        summary = f"feedback {item.id}: {was.value} → {wanted.value}"
        record(actor, "feedback.moved", "feedback_item", item.id, summary)
    return item


def link_incident(actor: Actor, item_id: str, incident_id: str | None) -> FeedbackItem:
    """Say which incident an item is about; ``None`` takes the link away."""
    with transaction() as session:
        item = _locked(item_id)
        if incident_id is not None and session.get(Incident, incident_id) is None:
            raise Invalid(fields={"incident": _("There is no such incident.")})
        item.incident_id = incident_id
        _handled(item, actor)
        record(
            actor,
            "feedback.linked",
            "feedback_item",
            item.id,
            f"feedback {item.id} linked to incident {incident_id or '–'}",
        )
    return item


def add_note(actor: Actor, item_id: str, note: str) -> FeedbackItem:
    """Add an internal remark under the item, signed with the actor's name."""
    text = clean_text(note).strip()
    if not text:
        raise Invalid(fields={"note": _("Write a note.")})
    with transaction():
        item = _locked(item_id)
        notes = f"{item.note}\n{actor.name}: {text}".strip()
        if len(notes) > NOTE_MAX:
            raise Invalid(fields={"note": _("There is no room for more notes on this report.")})
        item.note = notes
        _handled(item, actor)
        record(actor, "feedback.noted", "feedback_item", item.id, f"note on feedback {item.id}")
    return item


def _handled(item: FeedbackItem, actor: Actor) -> None:
    item.handled_by_name = actor.name
    item.updated_at = clock.now()


def _locked(item_id: str) -> FeedbackItem:
    item = db.session.get(FeedbackItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound(_("There is no such report (any more)."))
    return item
