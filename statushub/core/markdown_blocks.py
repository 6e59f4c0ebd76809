"""What stands line by line, put into a form that Python-Markdown reads in linear time.

Its block parser recurses into quotes and lists and searches a whole block again for each heading
or rule in it. So each heading, rule, quote, list and code block is set apart by blank lines;
nesting ends at :data:`DEPTH`; after :data:`BUDGET` such things the rest is one plain paragraph.
A marker that is not meant (too deep, over budget, ``#5 fixed``) is masked with a character that
text cannot contain, and unmasked in the finished HTML. No ordinary text comes near the limits.

On the way, what people expect is made to work: lists nest by two spaces and need no blank line
before them, and headings begin at the third level (the page has the first two).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

DEPTH = 3
BUDGET = 400

# Unicode's noncharacters for internal use; core.text takes them out of whatever comes in.
_MASKS = {"#": "\ufdd0", ">": "\ufdd1", "-": "\ufdd2", "*": "\ufdd3", "+": "\ufdd4",
          ".": "\ufdd5", "_": "\ufdd6", "`": "\ufdd7", "~": "\ufdd8"}  # fmt: skip
_BLANK = "\ufdd9"  # an empty line inside the last, plain paragraph
INTERNAL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef]")
_UNMASK = {ord(mask): escape(char, quote=False) for char, mask in _MASKS.items()}
_UNMASK[ord(_BLANK)] = ""

_FENCE = re.compile(r"( *+)(`{3,}+|~{3,}+)([^`]*+)$")
_QUOTE = re.compile(r" {0,3}> ?")
_HEADING = re.compile(r" {0,3}(#{1,6})(?: +|$)")
_RULE = re.compile(r" {0,3}([-*_])(?: *+\1){2,}+ *$")
_ITEM = re.compile(r"( *+)([-*+]|[0-9]{1,9}\.)(?: +|$)")
_LOOKS_STRUCTURAL = re.compile(
    r" *+(?:[-*+](?: |$)|[0-9]++\.(?: |$)|#|>|[-*_](?: *+[-*_]){2,}+ *$)"
)
_HTML_BLOCK = re.compile(r"</?(?:p|div|ul|ol|li|h[1-6])(?:\s[^<>]*+)?+>", re.IGNORECASE)


def unmask(html: str) -> str:
    """Finished HTML with the masked characters back."""
    return html.translate(_UNMASK)


def html_to_lines(line: str) -> list[str]:
    """A line with block tags in it (an import's) as lines of Markdown."""
    if "<" not in line or "`" in line:
        return [line]
    return _HTML_BLOCK.sub(_as_markdown, line).split("\n")


def _as_markdown(tag: re.Match[str]) -> str:
    name = tag[0].strip("</>").split()[0].lower()
    if tag[0].startswith("</"):
        return "\n" if name == "li" else "\n\n"
    return {"li": "\n- "}.get(name, "\n\n### " if name[0] == "h" else "\n\n")


class Tamer:
    """Turns lines as typed into lines for Python-Markdown. ``stash`` keeps finished HTML and
    gives a placeholder for it."""

    def __init__(self, stash: Callable[[str], str]) -> None:
        self._stash = stash
        self._left = BUDGET

    def tame(self, lines: list[str], depth: int = 0) -> list[str]:
        """The lines, tamed; ``depth`` counts the quotes around them."""
        return _Section(self, lines, depth).tamed()

    def spend(self) -> bool:
        """Whether there is still budget for one more structural thing; it is used up."""
        self._left -= 1
        return self._left >= 0

    def code(self, lines: list[str]) -> str:
        """A placeholder for a code block."""
        return self._stash(f"<pre><code>{escape(chr(10).join(lines), quote=False)}\n</code></pre>")


class _Section:
    """The lines of the document, or of a quote in it."""

    def __init__(self, tamer: Tamer, lines: list[str], depth: int) -> None:
        self._tamer = tamer
        self._lines = lines
        self._depth = depth
        self._out: list[str] = []
        self._indents: list[tuple[int, str]] = []  # open lists: indent as typed, kind
        self._loose = False  # the last item of the list has a paragraph after its first line
        self._plain = False

    def tamed(self) -> list[str]:
        """All lines, in order."""
        at = 0
        while at < len(self._lines):
            at = self._take(at)
        return self._out

    def _take(self, at: int) -> int:
        """Handle the thing that begins at line ``at``; the line after it."""
        line = self._lines[at]
        if self._plain:
            self._out.append(mask_line(line) if line.strip() else _BLANK)
            return at + 1
        if not line.strip():
            return self._blank(at)
        for kind, take in (
            (_FENCE, self._fence),
            (_QUOTE, self._quote),
            (_HEADING, self._heading),
            (_RULE, self._rule),
            (_ITEM, self._item),
        ):
            found = kind.match(line)
            if found is not None:
                return take(at, found)
        self._text(line)
        return at + 1

    def _afford(self) -> bool:
        if not self._plain and self._tamer.spend():
            return True
        if not self._plain:
            self._apart()
        self._plain = True
        return False

    def _apart(self) -> None:
        if self._out and self._out[-1]:
            self._out.append("")

    def _alone(self, line: str) -> None:
        self._apart()
        self._out += [line, ""]

    def _blank(self, at: int) -> int:
        """Blank lines: one is enough, and none between the items of a list."""
        after = at
        while after < len(self._lines) and not self._lines[after].strip():
            after += 1
        if after == len(self._lines):
            return after
        following = self._lines[after]
        item = _ITEM.match(following)
        if self._indents and item is not None and self._out and self._out[-1]:
            if self._same_list(item) and not _RULE.match(following):
                return after
        elif self._indents and not following.startswith("  "):
            self._indents.clear()
        if not self._out or self._out[-1]:
            if not self._afford():
                return at
            self._out.append("")
        return after

    def _same_list(self, item: re.Match[str]) -> bool:
        kinds = [kind for indent, kind in self._indents if indent <= len(item[1])]
        return bool(kinds) and kinds[-1] == _kind(item[2])

    def _fence(self, at: int, found: re.Match[str]) -> int:
        if not self._afford():
            return at
        indent, mark = len(found[1]), found[2]
        closing = re.compile(rf" *+{mark[0]}{{{len(mark)},}}+ *$")
        end = at + 1
        while end < len(self._lines) and not closing.match(self._lines[end]):
            end += 1
        inside = [_dedent(line, indent) for line in self._lines[at + 1 : end]]
        inner = self._indents and indent >= 2
        if not inner:
            self._indents.clear()
        margin = " " * 4 * len(self._indents) if inner else ""
        self._alone(margin + self._tamer.code(inside))
        return end + 1

    def _quote(self, at: int, _found: re.Match[str]) -> int:
        self._indents.clear()
        if self._depth >= DEPTH or not self._afford():
            self._out.append(mask_line(self._lines[at]))
            return at + 1
        end, inside = at, []
        while end < len(self._lines) and (mark := _QUOTE.match(self._lines[end])):
            inside.append(self._lines[end][mark.end() :])
            end += 1
        self._apart()
        quoted = self._tamer.tame(inside, self._depth + 1)
        self._out += [f"> {line}".rstrip() for line in quoted]
        self._out.append("")
        return end

    def _heading(self, at: int, found: re.Match[str]) -> int:
        if not self._afford():
            return at
        self._indents.clear()
        words = self._lines[at][found.end() :].rstrip().rstrip("#").rstrip()
        level = min(len(found[1]) + 2, 6)
        words = words.replace("#", _MASKS["#"]) or _BLANK
        self._alone(f"{'#' * level} {words}")
        return at + 1

    def _rule(self, at: int, _found: re.Match[str]) -> int:
        if not self._afford():
            return at
        self._indents.clear()
        self._alone("---")
        return at + 1

    def _item(self, at: int, found: re.Match[str]) -> int:
        line, indent, mark = self._lines[at], len(found[1]), found[2]
        starts_list = not self._indents
        in_text = bool(self._out and self._out[-1])
        if starts_list and in_text and mark not in {"-", "*", "+", "1."}:
            self._text(line)  # "… since\n2019. After that": a number that begins a line
            return at + 1
        if not self._afford():
            return at
        if starts_list or self._loose:
            self._apart()
        self._loose = False
        self._enter(indent, _kind(mark))
        margin = " " * 4 * (len(self._indents) - 1)
        mark = mark if mark[0].isdigit() else "-"
        self._out.append(f"{margin}{mark} {mask_line(line[found.end() :]) or _BLANK}")
        return at + 1

    def _enter(self, indent: int, kind: str) -> None:
        """Find the list that an item of this indent and kind belongs to, or open one."""
        while self._indents and self._indents[-1][0] >= indent + 1:
            self._indents.pop()
        if not self._indents or (indent >= self._indents[-1][0] + 2 and len(self._indents) < DEPTH):
            self._indents.append((indent, kind))
        elif self._indents[-1][1] != kind:
            self._indents[-1] = (self._indents[-1][0], kind)
            self._apart()

    def _text(self, line: str) -> None:
        """A line of a paragraph, or one more of a list item."""
        words = mask_line(line.strip())
        if self._indents and (not self._out or not self._out[-1]):
            self._out.append(" " * 4 * len(self._indents) + words)
            self._loose = True
        elif self._indents and self._out[-1].startswith(" ") and not _ITEM.match(self._out[-1]):
            margin = len(self._out[-1]) - len(self._out[-1].lstrip(" "))
            self._out.append(" " * margin + words)
        else:
            self._out.append(words)


def mask_line(line: str) -> str:
    """The line, so that nothing at its beginning looks like structure."""
    line = line.strip(" ")
    found = _LOOKS_STRUCTURAL.match(line)
    if found is None:
        return line
    if line[0].isdigit():
        return line.replace(".", _MASKS["."], 1)
    return _MASKS[line[0]] + line[1:]


def _kind(mark: str) -> str:
    return "ol" if mark[0].isdigit() else "ul"


def _dedent(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip(" "))) :]
