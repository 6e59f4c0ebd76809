"""What stands inside a line: emphasis, code, links, in one pass over the text.

Python-Markdown's own inline patterns search again from every bracket and asterisk; a text of
brackets alone costs minutes. This reads each character once, keeps at most :data:`DEPTH` things
open, and leaves as it was typed whatever finds no partner. Rules as in CommonMark, except that
punctuation never keeps ``*`` from opening or closing (which breaks Japanese), that a line break
breaks the line (as Statuspage shows it), and that an image becomes a link to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from html import escape

DEPTH = 10

_URL = r"https://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{0,2000}+"
_TOKEN = re.compile(
    rf"""
    (?P<escape>\\[!-/:-@\[-`{{-~])
  | (?P<code>`++)
  | (?P<run>\*++|_++|~++)
  | (?P<open>!?\[)
  | (?P<close>\])
  | (?P<auto><(?:https?://|mailto:)[^\s<>]{{1,2000}}+>)
  | (?P<tag></?(?P<name>[A-Za-z][A-Za-z0-9]{{0,9}}+)(?P<rest>(?:\s[^<>]*+)?+)/?>)
  | (?P<url>(?<![\w/]){_URL})
  | (?P<entity>&(?:\#[0-9]{{1,7}}+|\#[xX][0-9a-fA-F]{{1,6}}+|[A-Za-z][A-Za-z0-9]{{1,31}}+);)
  | (?P<newline>[ ]*+\n[ ]*+)
    """,
    re.VERBOSE,
)
_TARGET = re.compile(
    r"""\(\s*+(?:<(?P<angle>[^<>\n]{0,2000}+)>|(?P<bare>(?:[^\s<>()]|\([^\s<>()]*+\)){0,2000}+))
        (?:\s++(?:"(?P<title>[^"\n]{0,300}+)"|'[^'\n]{0,300}+'))?+\s*+\)""",
    re.VERBOSE,
)
_SCHEME = re.compile(r"[^/?#:]*+:")  # whatever a browser could take for one
_SAFE = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""", re.IGNORECASE)
_PAIRED = {"b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "code", "a"}
_IGNORED = {"var", "span", "small", "font", "div", "p", "time", "section", "center", "ul", "ol"}
_EMPHASIS = {"*": ("em", "strong"), "_": ("em", "strong"), "~": ("", "del")}


@dataclass
class _Run:
    """A run of ``*``, ``_`` or ``~`` at ``place`` among the pieces, and what became of it."""

    char: str
    count: int
    place: int
    closed: str = ""
    opened: str = ""

    @property
    def html(self) -> str:
        return f"{self.closed}{self.char * self.count}{self.opened}"


def render_inline(text: str) -> str:
    """HTML of a paragraph's text. Takes time in proportion to its length."""
    return _Inline(text).html()


class _Inline:
    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._runs: deque[_Run] = deque(maxlen=DEPTH)
        self._brackets: deque[int] = deque(maxlen=DEPTH)
        self._links: list[int] = []  # places of <a> and </a> that were put in
        self._tags: list[tuple[str, int]] = []
        self._ticks = self._tick_runs()

    def html(self) -> str:
        """Everything, in order."""
        at = 0
        while (token := _TOKEN.search(self._text, at)) is not None:
            self._literal(at, token.start())
            at = self._take(token)
        self._literal(at, len(self._text))
        for name, _place in reversed(self._tags):
            self._pieces.append(f"</{name}>")
        return "".join(self._pieces)

    def _literal(self, start: int, end: int) -> None:
        if start < end:
            self._pieces.append(escape(self._text[start:end], quote=False))

    def _take(self, token: re.Match[str]) -> int:
        """Handle a token; where to go on."""
        kind = token.lastgroup if token.lastgroup not in {"name", "rest"} else "tag"
        handler = getattr(self, f"_take_{kind}")
        end: int = handler(token)
        return end

    def _take_escape(self, token: re.Match[str]) -> int:
        self._pieces.append(escape(token[0][1], quote=False))
        return token.end()

    def _take_entity(self, token: re.Match[str]) -> int:
        self._pieces.append(token[0])
        return token.end()

    def _take_newline(self, token: re.Match[str]) -> int:
        self._pieces.append("<br>\n")
        return token.end()

    # Code

    def _tick_runs(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        if "`" in self._text:
            for run in re.finditer("`++", self._text):
                found.setdefault(len(run[0]), []).append(run.start())
        return found

    def _take_code(self, token: re.Match[str]) -> int:
        length = len(token[0])
        starts = self._ticks.get(length, [])
        later = bisect_right(starts, token.start())
        if later == len(starts):
            self._pieces.append(token[0])
            return token.end()
        inside = self._text[token.end() : starts[later]].replace("\n", " ")
        if inside.strip() and inside[0] == inside[-1] == " ":
            inside = inside[1:-1]
        self._pieces.append(f"<code>{escape(inside, quote=False)}</code>")
        return starts[later] + length

    # Emphasis

    def _take_run(self, token: re.Match[str]) -> int:
        text, char = self._text, token[0][0]
        before = text[token.start() - 1] if token.start() else " "
        after = text[token.end()] if token.end() < len(text) else " "
        can_open, can_close = not after.isspace(), not before.isspace()
        if before.isdigit() and after.isdigit():
            can_open = can_close = False  # 2*3*4
        if char == "_":
            can_open, can_close = (
                can_open and not before.isalnum(),
                can_close and not after.isalnum(),
            )
        run = _Run(char, len(token[0]), len(self._pieces))
        if char == "~" and run.count != 2:
            can_open = can_close = False
        if can_close:
            self._close(run)
        if can_open and run.count:
            self._runs.append(run)
        self._pieces.append(run.html)
        return token.end()

    def _close(self, run: _Run) -> None:
        """Pair the run with what is open, innermost first; what lies between stays as typed."""
        while run.count and any(one.char == run.char for one in self._runs):
            while (opener := self._runs.pop()).char != run.char:
                pass
            width = 2 if run.count >= 2 and opener.count >= 2 else 1
            tag = _EMPHASIS[run.char][width - 1]
            opener.count -= width
            run.count -= width
            opener.opened = f"<{tag}>{opener.opened}"
            run.closed += f"</{tag}>"
            self._pieces[opener.place] = opener.html
            if opener.count:
                self._runs.append(opener)

    # Links

    def _take_open(self, token: re.Match[str]) -> int:
        self._brackets.append(len(self._pieces))
        self._pieces.append(token[0])
        return token.end()

    def _take_close(self, token: re.Match[str]) -> int:
        target = _TARGET.match(self._text, token.end()) if self._brackets else None
        opener = self._brackets.pop() if self._brackets else None
        href = _href(target["angle"] or target["bare"] or "") if target else None
        if opener is None or target is None or href is None:
            self._pieces.append("]")
            return token.end()
        self._unlink(opener)
        while self._runs and self._runs[-1].place > opener:
            self._runs.pop()  # emphasis does not reach out of a link
        empty = not any(piece.strip() for piece in self._pieces[opener + 1 :])
        self._pieces[opener] = _anchor(href, target["title"] or "")
        if empty:
            self._pieces.append(escape(href, quote=False))
        self._links += [opener, len(self._pieces)]
        self._pieces.append("</a>")
        self._brackets.clear()  # no link inside a link
        return target.end()

    def _unlink(self, after: int) -> None:
        """Take out the links after a place: they are inside of another one now."""
        while self._links and self._links[-1] > after:
            self._pieces[self._links.pop()] = ""

    def _link(self, href: str, words: str) -> None:
        self._links += [len(self._pieces), len(self._pieces) + 2]
        self._pieces += [_anchor(href), escape(words, quote=False), "</a>"]

    def _take_auto(self, token: re.Match[str]) -> int:
        url = token[0][1:-1]
        self._link(url, url.removeprefix("mailto:"))
        return token.end()

    def _take_url(self, token: re.Match[str]) -> int:
        url = _without_tail(token[0])
        self._link(url, url)
        return token.start() + len(url)

    # HTML that people, or an import, brought along

    def _take_tag(self, token: re.Match[str]) -> int:
        name, closing = token["name"].lower(), token[0].startswith("</")
        if name == "br":
            self._pieces.append("<br>\n")
        elif name in _PAIRED:
            self._close_tag(name) if closing else self._open_tag(name, token["rest"])
        elif name not in _IGNORED:
            self._pieces.append(escape(token[0], quote=False))
        return token.end()

    def _open_tag(self, name: str, rest: str) -> None:
        if len(self._tags) >= DEPTH or any(name == one for one, _place in self._tags):
            return
        html = f"<{name}>"
        if name == "a":
            found = _HREF.search(rest)
            href = _href(next(filter(None, found.groups()), "")) if found else None
            if href is None:
                return
            html = _anchor(href)
            self._brackets.clear()
        self._tags.append((name, len(self._pieces)))
        self._pieces.append(html)

    def _close_tag(self, name: str) -> None:
        if not any(name == one for one, _place in self._tags):
            return
        while True:
            innermost, _place = self._tags.pop()
            self._pieces.append(f"</{innermost}>")
            if innermost == name:
                return


def _anchor(href: str, title: str = "") -> str:
    extra = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(href)}"{extra}>'


def _href(url: str) -> str | None:
    """The address if a link may lead there: http, https, mail, or a place on this site."""
    url = url.strip()
    if not url or (_SCHEME.match(url) and not _SAFE.match(url)):
        return None
    return url


def _without_tail(url: str) -> str:
    """A bare address without the punctuation of the sentence around it."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end:
        if url[end - 1] == ")" and surplus > 0:
            surplus -= 1
        elif url[end - 1] not in ".,;:!?'*_~":
            break
        end -= 1
    return url[:end]
