"""Markdown as people type it, turned into HTML that cannot hurt anybody."""

from __future__ import annotations

import html
import re

import nh3
from markdown import Markdown

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "li",
    "ol", "p", "pre", "s", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip

_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener",
    clean_content_tags={
        "script", "style", "iframe", "object", "noscript", "template", "svg", "math",
    },
)  # fmt: skip


def render(text: str) -> str:
    """Sanitised HTML of an update's text."""
    rendered = Markdown(extensions=["fenced_code", "sane_lists", "nl2br"]).convert(text)
    return _CLEANER.clean(rendered)


def to_plain(html_or_markdown: str) -> str:
    """Readable plain text of a text that is Markdown, or HTML that came out of it."""
    text = re.sub(r"<br\s*/?>|</p>|</li>|</h\d>", "\n", render(html_or_markdown))
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()
