"""/history.rss, /history.atom, /feed.json."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from statushub.core.access import base_url
from statushub.incidents.page import get_page
from statushub.incidents.queries import recent_incidents
from statushub.publishing import feeds
from statushub.site.blueprint import site
from statushub.web.cacheable import cacheable
from statushub.web.guards import public


def _feed() -> feeds.Feed:
    page = get_page()
    incidents = recent_incidents(feeds.MOST_ENTRIES)
    return feeds.build(page, incidents, base_url(), str(get_locale()))


def _answer(body: bytes, mime: str) -> Response:
    response = Response(body, content_type=f"{mime}; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@site.get("/history.rss")
@cacheable
@public
def rss_feed() -> ResponseReturnValue:
    """RSS 2.0."""
    return _answer(feeds.rss(_feed()), "application/rss+xml")


@site.get("/history.atom")
@cacheable
@public
def atom_feed() -> ResponseReturnValue:
    """Atom 1.0."""
    return _answer(feeds.atom(_feed()), "application/atom+xml")


@site.get("/feed.json")
@cacheable
@public
def json_feed() -> ResponseReturnValue:
    """JSON Feed 1.1."""
    return _answer(feeds.json_feed(_feed()), "application/feed+json")
