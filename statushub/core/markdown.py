"""Markdown as people type it, turned into HTML that cannot hurt anybody, in bounded time.

Python-Markdown reads the lines (made tame by markdown_blocks), markdown_inline reads inside them,
nh3 lets through what is on the list. Any text of up to 25,000 characters takes under 200 ms; a
test with hypothesis and the known attacks holds it to that. Text is rendered when it is saved.
"""

from __future__ import annotations

import re
import threading
import xml.etree.ElementTree as ET
from functools import lru_cache

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from statushub.core.markdown_blocks import INTERNAL, Tamer, html_to_lines, unmask
from statushub.core.markdown_inline import render_inline
from statushub.core.markdown_plain import html_to_plain
from statushub.core.text import BODY_MAX

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "li",
    "ol", "p", "pre", "s", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_DROPPED = {"script", "style", "iframe", "object", "noscript", "template", "svg", "math"}

_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    link_rel="nofollow noopener",
    clean_content_tags=_DROPPED,
)
_RENDERED = re.compile(
    rf"""(?:[^<]|<(?:/?(?:{"|".join(sorted(_TAGS))})|ol\ start="[^"]*+"
    |a(?:\ href="[^"]*+")?+(?:\ title="[^"]*+")?+\ rel="nofollow\ noopener")>)*+""",
    re.VERBOSE,
)
_LOCAL = threading.local()


def render(text: str) -> str:
    """Sanitised HTML of Markdown, or of the plain or HTML-ish text of an import.

    What is longer than an update may be (25,000 characters) is cut off.
    """
    source = INTERNAL.sub("", text[:BODY_MAX]).expandtabs(4)
    return _CLEANER.clean(unmask(_parser().reset().convert(source[: 4 * BODY_MAX])))


def to_plain(html_or_markdown: str) -> str:
    """Readable plain text with link addresses, for mail and posts: of HTML that :func:`render`
    made, or of Markdown."""
    text = html_or_markdown.strip()
    rendered = text if _is_rendered(text) else render(text)
    return html_to_plain(rendered)


def absolute_links(html: str, base_url: str) -> str:
    """Rendered HTML with links to this site made whole, for mail and feeds."""
    return _rebaser(base_url).clean(html)


def _is_rendered(text: str) -> bool:
    """Whether the text is as :func:`render` makes it, rather than typed by a person."""
    return text.startswith("<") and _RENDERED.fullmatch(text) is not None


@lru_cache(maxsize=8)
def _rebaser(base_url: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
        clean_content_tags=_DROPPED,
        url_relative=("rewrite_with_base", base_url),
    )


def _parser() -> Markdown:
    """This thread's parser: Markdown objects keep state and are not for sharing."""
    if not hasattr(_LOCAL, "parser"):
        _LOCAL.parser = Markdown(extensions=["sane_lists", _Bounded()], output_format="html")
    parser: Markdown = _LOCAL.parser
    return parser


class _Bounded(Extension):
    """Python-Markdown with every part taken out whose cost can explode."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        md.preprocessors.register(_Tame(md), "tame", 100)
        for name in ("code", "setextheader", "reference"):
            md.parser.blockprocessors.deregister(name)
        md.treeprocessors.deregister("inline")
        md.treeprocessors.register(_Inside(md), "inside", 20)


class _Tame(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        typed = [part for line in lines for part in html_to_lines(line)]
        return Tamer(self.md.htmlStash.store).tame(typed)


class _Inside(Treeprocessor):
    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            if element.text and element.text.strip():
                element.text = self._rendered(element.text)
            if element.tail and element.tail.strip():
                element.tail = self._rendered(element.tail)

    def _rendered(self, text: str) -> str:
        if text.startswith("\x02"):  # a stashed code block
            return text.strip()
        return AtomicString(self.md.htmlStash.store(render_inline(text.strip("\n"))))
