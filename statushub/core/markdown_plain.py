"""Rendered HTML as plain text that reads well: in mail, in posts, in a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_CONTAINERS = {"blockquote", "ul", "ol", "li"}
_PARAGRAPHS = {"p", "h3", "h4", "h5", "h6", "pre"}
_MARKS = {"del": "~~", "s": "~~"}  # what was taken back must not read as if it still stood
_DEPTH = 10


def html_to_plain(html: str) -> str:
    """Plain text of HTML that nh3 cleaned; a link's address follows its words in brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


@dataclass
class _Frame:
    """A quote, list or item being read: its finished blocks and the text under way."""

    tag: str
    number: int = 1
    blocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def flush(self) -> None:
        text = "".join(self.words).strip(" \n")
        self.words.clear()
        if text:
            self.blocks.append(re.sub(r" *\n *", "\n", text))

    def text(self) -> str:
        self.flush()
        tight = self.tag in {"ul", "ol", "li"}
        return ("\n" if tight else "\n\n").join(self.blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._frames = [_Frame("")]
        self._pre: list[str] | None = None
        self._href = ""
        self._linked: list[str] = []

    def text(self) -> str:
        """What was read."""
        while len(self._frames) > 1:
            self._end(self._frames[-1].tag)
        return self._frames[0].text()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        frame = self._frames[-1]
        if tag == "a":
            self._href, self._linked = dict(attrs).get("href") or "", []
        elif tag == "br":
            frame.words.append("\n")
        elif tag == "pre":
            frame.flush()
            self._pre = []
        elif tag == "hr":
            frame.flush()
            frame.blocks.append("---")
        elif tag in _MARKS:
            frame.words.append(_MARKS[tag])
        elif tag in _PARAGRAPHS:
            frame.flush()
        elif tag in _CONTAINERS and len(self._frames) <= _DEPTH:
            frame.flush()
            start = dict(attrs).get("start") or "1"
            self._frames.append(_Frame(tag, int(start[:9]) if start.isdecimal() else 1))

    def handle_endtag(self, tag: str) -> None:
        frame = self._frames[-1]
        if tag == "a":
            if self._href and "".join(self._linked).strip() != self._href.removeprefix("mailto:"):
                frame.words.append(f" ({self._href})")
            self._href = ""
        elif tag == "pre" and self._pre is not None:
            frame.blocks.append("".join(self._pre).rstrip("\n"))
            self._pre = None
        elif tag in _MARKS:
            frame.words.append(_MARKS[tag])
        elif tag in _PARAGRAPHS:
            frame.flush()
        elif tag in _CONTAINERS and frame.tag == tag:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        if self._pre is not None:
            self._pre.append(data)
            return
        self._linked.append(data)
        self._frames[-1].words.append(re.sub(r"\s+", " ", data))

    def _end(self, tag: str) -> None:
        """Put a finished container into the one around it."""
        inside = self._frames.pop().text()
        outer = self._frames[-1]
        if tag == "blockquote":
            inside = _prefixed(inside, "> ", "> ")
        elif tag == "li":
            mark = f"{outer.number}. " if outer.tag == "ol" else "- "
            outer.number += 1
            inside = _prefixed(inside, mark, " " * len(mark))
        outer.blocks.append(inside)


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        f"{others if number else first}{line}".rstrip() for number, line in enumerate(lines)
    )
