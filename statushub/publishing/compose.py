"""From a story to what each channel says, and all of it together as a preview.

The composing functions are pure (post.py, mail.py, hook.py); a preview reads, and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from statushub.channels.service import active_channels
from statushub.channels.transports.x_length import weighted_length
from statushub.core import clock
from statushub.core.markdown import render
from statushub.incidents.page import get_page
from statushub.incidents.queries import all_components
from statushub.incidents.statuses import TRANSITIONS, IncidentStatus, first_statuses
from statushub.publishing import planning
from statushub.publishing.content import Content, blank, clean
from statushub.publishing.hook import compose_webhook
from statushub.publishing.mail import SLOT, compose_email
from statushub.publishing.models import Draft
from statushub.publishing.post import X_LIMIT, compose_x, x_problem
from statushub.publishing.story import Change, Story, tell
from statushub.subscribers.models import SubscriberKind
from statushub.subscribers.queries import reach

__all__ = ["Preview", "compose_email", "compose_webhook", "compose_x", "preview", "x_problem"]


@dataclass(frozen=True)
class Preview:
    """What every reader would see. ``problems``: what publishing would refuse, in words.
    ``reach``: how many "email" and "webhook" subscribers, and the names of the "channels"."""

    page_html: str
    email_subject: str
    email_text: str
    email_html: str
    x_text: str
    x_length: int
    x_limit: int
    problems: list[str]
    reach: dict[str, Any]
    changes: tuple[Change, ...] = ()


def preview(draft: Draft) -> Preview:
    """All texts of a draft (which need not be saved) as they would go out now, in the page's
    language. Raises Invalid by the field when the content is none at all."""
    page = get_page()
    named = draft.content.get("components") or {}
    known = {one.id for one in all_components()}
    given = clean(draft.content, known | set(named if isinstance(named, dict) else ()))
    content = {**blank(draft.incident.status), **given}
    story = tell(
        page,
        draft.incident,
        status=IncidentStatus(content["status"]),
        body=content["body"],
        body_html=render(content["body"]),
        at=clock.now(),
        changes=planning.planned_changes(draft, content),
        email_subject=content["email_subject"],
    )
    return _previewed(draft, content, story, page.locale)


def _previewed(draft: Draft, content: Content, story: Story, locale: str) -> Preview:
    mail = compose_email(story, locale)
    x_text = compose_x(story, content["x_text"], locale)
    return Preview(
        page_html=story.body_html,
        email_subject=mail.subject,
        email_text=_readable(mail.text),
        email_html=_readable(mail.html),
        x_text=x_text,
        x_length=weighted_length(x_text),
        x_limit=X_LIMIT,
        problems=_problems(draft, content),
        reach=_reach(content, story),
        changes=story.changes,
    )


def _readable(text: str) -> str:
    """The mail with an ellipsis where each reader has a token of their own."""
    return text.replace(SLOT, "…")


def _problems(draft: Draft, content: Content) -> list[str]:
    problems = []
    incident, status = draft.incident, IncidentStatus(content["status"])
    first = incident.published_at is None
    allowed = first_statuses(incident.kind) if first else TRANSITIONS[incident.status]
    if not content["body"].strip():
        problems.append(_("Write what customers should know."))
    if status not in allowed:
        problems.append(_("This status cannot follow the present one. Choose another."))
    if set(content["components"]) - {one.id for one in all_components()}:
        problems.append(_("A chosen component does not exist any more. Choose again."))
    posts = content["notify"] and any(one.transport == "x" for one in active_channels())
    too_long = x_problem(content["x_text"]) if content["x_text"] and posts else None
    return [*problems, too_long] if too_long else problems


def _reach(content: Content, story: Story) -> dict[str, Any]:
    if not content["notify"]:
        return {"email": 0, "webhook": 0, "channels": []}
    numbers = reach([change.component_id for change in story.changes])
    return {
        "email": numbers[SubscriberKind.EMAIL],
        "webhook": numbers[SubscriberKind.WEBHOOK],
        "channels": [channel.name for channel in active_channels()],
    }
