"""Looking for one's own post on X, whose texts come back changed: links shortened to t.co,
``&``, ``<`` and ``>`` as HTML entities (https://docs.x.com/x-api/fundamentals/data-dictionary)."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime
from typing import Any

_PAGES = 32  # X shows the 3,200 newest posts
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_SLASH = re.compile(r"/(?=\s|$)")


def search(client: Any, text: str, since: datetime) -> str | None:
    """The id of the account's newest post of ``text`` since ``since`` (aware), or None.

    Raises whatever tweepy raises, and ValueError when X's answer is not a timeline.
    """
    me = client.get_me(user_auth=True).data
    if me is None:
        raise ValueError("X did not say whose account it is")
    wanted = comparable(text)
    token: str | None = None
    for _page in range(_PAGES):
        page = client.get_users_tweets(
            me.id,
            start_time=since,
            max_results=100,
            pagination_token=token,
            tweet_fields=["created_at", "entities"],
            user_auth=True,
        )
        for post in page.data or ():
            if comparable(html.unescape(post.text), post.entities) == wanted:
                return str(post.id)
        token = (page.meta or {}).get("next_token")
        if not token:
            return None
    return None


def comparable(text: str, entities: dict[str, Any] | None = None) -> str:
    """``text`` without what X changes: links written out and without their scheme, one space
    between words, NFC."""
    for link in (entities or {}).get("urls", ()):
        if link.get("url") and link.get("expanded_url"):
            text = text.replace(link["url"], link["expanded_url"])
    text = unicodedata.normalize("NFC", text)
    return _SLASH.sub("", " ".join(_SCHEME.sub("", text).split()))
