"""What every reader will see, before anybody does: composed by the room that also publishes."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from statushub.channels.service import active_channels
from statushub.desk import words
from statushub.publishing import compose
from statushub.publishing.compose import Preview
from statushub.publishing.models import Draft


def of(draft: Draft) -> Preview:
    """The previews of a draft as it is saved."""
    return compose.preview(draft)


def of_content(draft: Draft, content: dict[str, Any]) -> Preview:
    """The previews of what stands in an editor; nothing is saved. Raises Invalid by the field."""
    return compose.preview(
        Draft(
            id=draft.id,
            incident_id=draft.incident_id,
            incident=draft.incident,
            content=content,
            version=draft.version,
        )
    )


def page_html(draft: Draft, status: str, preview: Preview) -> str:
    """The update as the public page will show it."""
    return render_template(
        "desk/draft_preview_page.html", incident=draft.incident, status=status, preview=preview
    )


def as_json(draft: Draft, status: str, preview: Preview) -> dict[str, Any]:
    """The previews for the editor's script, by the names of its slots."""
    return {
        "page": page_html(draft, status, preview),
        "email_subject": preview.email_subject,
        "email_text": preview.email_text,
        "x_text": preview.x_text,
        "x_length": preview.x_length,
        "x_limit": preview.x_limit,
        "problems": list(preview.problems),
        "reach": reach_in_words(preview),
    }


def accounts() -> list[str]:
    """The connected accounts that posts go out from, each with its network: “X @acme”."""
    return [
        f"{words.TRANSPORT.get(channel.transport, channel.transport)} {channel.name}"
        for channel in active_channels()
    ]


def reach_in_words(preview: Preview) -> str:
    """“412 by e-mail, 3 webhooks, X @acme”."""
    emails, webhooks = preview.reach.get("email", 0), preview.reach.get("webhook", 0)
    parts = []
    if emails:
        parts.append(_("%(number)s by e-mail", number=f"{emails:,}"))
    if webhooks:
        parts.append(ngettext("%(num)d webhook", "%(num)d webhooks", webhooks))
    if preview.reach.get("channels"):
        parts.extend(accounts())
    return str(_(", ")).join(parts) or _("nobody is notified; the page and the feeds show it")
