"""The e-mails: texts from templates/email, headers, and who they come from.

A text is composed once for all its recipients. What differs between them stands as ``@@name@@``
(see channels/transports/email.py) and is filled in by the worker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale

from statushub.channels.service import transports
from statushub.core.access import base_url
from statushub.core.markdown import to_plain
from statushub.incidents.words import COMPONENT, INCIDENT
from statushub.publishing import words
from statushub.publishing.story import Story

SLOT = "@@token@@"  # where each subscriber's own token goes in the addresses below

_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Mail:
    """A mail's three parts, as a preview shows them."""

    subject: str
    text: str
    html: str


def compose_email(story: Story, locale: str) -> Mail:
    """The e-mail about a story in one language; times in the page's own zone, named."""
    with force_locale(locale):
        label = INCIDENT[story.status]
        subject = story.email_subject or f"[{label}] {story.title} – {story.page_name}"
        context = {
            "story": story,
            "subject": subject,
            "plain_body": to_plain(story.body_html),
            "state": label,
            "component_word": COMPONENT,
            "moment": lambda at: words.moment(at, story.time_zone),
            "locale": locale,
            "manage_url": manage_address(story.page_url),
            "unsubscribe_url": unsubscribe_address(story.page_url),
        }
        return Mail(subject, rendered("update.txt", context), rendered("update.html", context))


def manage_address(page_url: str, token: str = SLOT) -> str:
    """Where a subscriber chooses components and language."""
    return f"{page_url}/subscriptions/{token}"


def unsubscribe_address(page_url: str, token: str = SLOT) -> str:
    """Where a subscriber leaves; takes the one-click POST of RFC 8058 too."""
    return f"{manage_address(page_url, token)}/unsubscribe"


def rendered(name: str, context: Mapping[str, Any]) -> str:
    """A template of templates/email, filled; without the site's context, which is not a mail's."""
    text = current_app.jinja_env.get_template(f"email/{name}").render(**context)
    return text if name.endswith(".html") else _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def email_payload(mail: Mail, *, sender: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The payload of the e-mail transport."""
    return {
        "from": sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "headers": {
            "Auto-Submitted": "auto-generated",  # RFC 3834: holiday answers stay away
            "X-Auto-Response-Suppress": "All",
            **headers,
        },
    }


def update_headers(story: Story, sender: str) -> dict[str, str]:
    """Headers of an update: one thread an incident (RFC 5322 3.6.4), one-click unsubscribing
    (RFC 8058), a mailing list's name (RFC 2919)."""
    host = parseaddr(sender)[1].rpartition("@")[2]
    thread = f"<incident-{_atom(story.incident_id)}@{host}>"
    return {
        "References": thread,
        "In-Reply-To": thread,
        "List-Id": f"<updates.{host}>",
        "List-Unsubscribe": f"<{unsubscribe_address(story.page_url)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
    }


def _atom(text: str) -> str:
    """An id as the left side of a Message-ID may spell it."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)


def page_sender(page_name: str) -> str:
    """Who this page's mails come from."""
    return sender_of(transports().config.mail_from, page_name, base_url())


def sender_of(mail_from: str, page_name: str, page_url: str) -> str:
    """Who mails come from: STATUSHUB_MAIL_FROM, given the page's name when it has none of its
    own, else ``status@`` the page's host."""
    name, address = parseaddr(mail_from)
    if not address:
        host = urlsplit(page_url).hostname or ""
        address = f"status@{host if _is_name(host) else 'localhost'}"
    return str(Address(display_name=name or page_name, addr_spec=address))


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False
