"""Feeds: RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1 from incidents, without a database.

One entry an incident, rewritten as updates arrive: its id never changes, its ``updated`` is the
newest update's time. Nothing is taken from the clock, so equal facts make equal bytes (and one
ETag). docs/feeds.md describes what readers get.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem
from markupsafe import escape

from statushub.core.text import clean_line, clean_text
from statushub.incidents.models import Incident, IncidentUpdate, Page
from statushub.incidents.statuses import Kind
from statushub.incidents.words import INCIDENT
from statushub.publishing.feed_words import (
    UPDATE_WORD,
    feed_title,
    month_word,
    scheduled_line,
)

MOST_ENTRIES = 50
TAG_DATE = "2005"  # RFC 4151; the date that Statuspage's own feeds carry
# Feed finders know a Statuspage feed by this channel description; see docs/feeds.md.
RSS_DESCRIPTION = "Statuspage"

# Inside tags only: the text of a page may well contain the letters href="/x".
_LINK = re.compile(r'(<[a-z]+(?:\s[a-z-]+="[^"]*")*?\s(?:href|src)=")([^"]*)(?=")')


@dataclass(frozen=True)
class Entry:
    """One incident or maintenance. Times are aware UTC, ``html`` has absolute links."""

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime
    html: str
    maintenance_from: datetime | None = None
    maintenance_until: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """What the three formats are written from; ``home`` and ``base`` are absolute addresses."""

    id: str
    title: str
    name: str
    base: str
    locale: str
    updated: datetime
    entries: Sequence[Entry] = field(default_factory=tuple)


@dataclass(frozen=True)
class _Voice:
    """Whose words and hours the entries are written in."""

    base: str
    host: str
    zone: ZoneInfo
    locale: str

    def day(self, at: datetime) -> str:
        return f"{month_word(at.month, self.locale)} {at.day}"


def build(page: Page, incidents: Iterable[Incident], base: str, locale: str) -> Feed:
    """The feed of public incidents, newest word first. ``base`` is BASE_URL, without a slash at
    its end; ``locale`` is the language in force; times of day are in the page's zone."""
    host = urlsplit(base).hostname or "localhost"
    voice = _Voice(base, host, ZoneInfo(page.time_zone), locale)
    entries = [_entry(incident, voice) for incident in incidents if incident.updates]
    entries.sort(key=lambda entry: (entry.updated, entry.id), reverse=True)
    return Feed(
        id=f"tag:{host},{TAG_DATE}:/history",
        title=feed_title(clean_line(page.name)),
        name=clean_line(page.name),
        base=base,
        locale=locale,
        updated=max((entry.updated for entry in entries), default=page.created_at),
        entries=tuple(entries[:MOST_ENTRIES]),
    )


def _entry(incident: Incident, voice: _Voice) -> Entry:
    updates = sorted(incident.updates, key=lambda u: (u.display_at, u.number), reverse=True)
    planned = incident.kind is Kind.MAINTENANCE
    return Entry(
        id=f"tag:{voice.host},{TAG_DATE}:Incident/{incident.id}",
        link=f"{voice.base}/incidents/{incident.id}",
        title=clean_line(incident.name),
        published=updates[-1].display_at,
        updated=updates[0].display_at,
        html=clean_text(_planned_line(incident, voice) + _updates_html(updates, voice)),
        maintenance_from=incident.scheduled_for if planned else None,
        maintenance_until=incident.scheduled_until if planned else None,
    )


def _planned_line(incident: Incident, voice: _Voice) -> str:
    if incident.kind is not Kind.MAINTENANCE or incident.scheduled_for is None:
        return ""
    start = incident.scheduled_for.astimezone(voice.zone)
    end = (incident.scheduled_until or incident.scheduled_for).astimezone(voice.zone)
    day = "" if start.date() == end.date() else f"{voice.day(end)}, "
    when = f"{voice.day(start)}, {start:%H:%M} - {day}{end:%H:%M} {end.tzname()}"
    return f"<p><strong>{escape(scheduled_line(when))}</strong></p>"


def _updates_html(updates: Sequence[IncidentUpdate], voice: _Voice) -> str:
    older = [*updates[1:], None]
    return "".join(
        _update_html(update, before, voice) for update, before in zip(updates, older, strict=True)
    )


def _update_html(update: IncidentUpdate, before: IncidentUpdate | None, voice: _Voice) -> str:
    """Statuspage's own markup, which feed readers and bots take apart."""
    kept = before is not None and before.status is update.status
    word = escape(str(UPDATE_WORD if kept else INCIDENT[update.status]))
    at = update.display_at.astimezone(voice.zone)
    head = (
        f"<small>{escape(month_word(at.month, voice.locale))} "
        f"<var data-var='date'>{at.day}</var>, "
        f"<var data-var='time'>{at:%H:%M}</var> {escape(at.tzname() or '')}</small><br>"
        f"<strong>{word}</strong>"
    )
    body = absolute_links(update.body_html.strip(), voice.base)
    if body.startswith("<p>"):
        return f"<p>{head} - {body[3:]}"
    return f"<p>{head}</p>{body}"


def absolute_links(html: str, base: str) -> str:
    """``html`` as the sanitiser wrote it, with every link and image address made absolute."""
    return _LINK.sub(lambda found: found[1] + urljoin(f"{base}/", found[2]), html)


class _MaintenanceEnd(BaseEntryExtension):  # type: ignore[misc] # feedgen carries no types
    """``<maintenanceEndDate>``: Statuspage's own element for planned work."""

    def __init__(self) -> None:
        self.until: datetime | None = None

    def extend_rss(self, entry: Any) -> Any:
        """Called by feedgen while it writes an item."""
        if self.until is not None:
            element = xml_elem("maintenanceEndDate", entry)
            element.text = format_datetime(self.until)
        return entry


def _writer(feed: Feed, self_link: str, mime: str, description: str) -> FeedGenerator:
    writer = FeedGenerator()
    writer.load_extension("dc", atom=False, rss=True)
    writer.id(feed.id)
    writer.title(feed.title)
    writer.description(description)
    writer.author(name=feed.name)
    writer.language(feed.locale)
    writer.generator("StatusHub")
    writer.updated(feed.updated)
    writer.lastBuildDate(feed.updated)
    writer.pubDate(feed.updated)
    writer.link(href=self_link, rel="self", type=mime)
    writer.link(href=f"{feed.base}/", rel="alternate", type="text/html")  # last: RSS's <link>
    return writer


def _add(writer: FeedGenerator, entry: Entry) -> FeedEntry:
    item: FeedEntry = writer.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.link(href=entry.link, rel="alternate", type="text/html")
    item.content(entry.html, type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    return item


def rss(feed: Feed) -> bytes:
    """RSS 2.0 (https://www.rssboard.org/rss-specification)."""
    link = f"{feed.base}/history.rss"
    writer = _writer(feed, link, "application/rss+xml", RSS_DESCRIPTION)
    for entry in feed.entries:
        item = _add(writer, entry)
        item.guid(entry.link, permalink=True)
        item.pubDate(entry.maintenance_from or entry.published)
        item.dc.dc_date(entry.updated.isoformat())  # RSS has no "updated" of its own
        item.register_extension("maintenance", _MaintenanceEnd, atom=False, rss=True)
        item.maintenance.until = entry.maintenance_until
    return bytes(writer.rss_str())


def atom(feed: Feed) -> bytes:
    """Atom 1.0."""
    writer = _writer(feed, f"{feed.base}/history.atom", "application/atom+xml", feed.title)
    for entry in feed.entries:
        _add(writer, entry)
    return bytes(writer.atom_str())


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{feed.base}/",
        "feed_url": f"{feed.base}/feed.json",
        "language": feed.locale,
        "authors": [{"name": feed.name, "url": f"{feed.base}/"}],
        "items": [
            {
                "id": entry.id,
                "url": entry.link,
                "title": entry.title,
                "content_html": entry.html,
                "date_published": entry.published.isoformat(),
                "date_modified": entry.updated.isoformat(),
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
