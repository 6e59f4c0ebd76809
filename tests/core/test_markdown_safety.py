"""No text hurts a reader, and no text keeps the machine busy."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statushub.core.markdown import render, to_plain
from statushub.core.text import BODY_MAX

BUDGET_SECONDS = 0.2  # the promise: no text of 25,000 characters takes more CPU time than this

TAGS = {"a", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "li",
        "ol", "p", "pre", "s", "strong", "sub", "sup", "u", "ul"}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}

ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](data:text/html,<b>)",
    "[x](vbscript:x)", "<javascript:alert(1)>", "![x](javascript:alert(1))",
    "![x](https://e.com/i.png)", "<iframe src=//e.com>", "<style>*{}</style>",
    "<b onmouseover=alert(1)>x</b>", '[x](https://e.com" onclick="alert(1))',
    '[x](https://e.com "t" onclick="y")', '[x](https://e.com "a\'><script>")',
    "<<script>script>alert(1)</script>", "<!--><script>alert(1)</script>-->",
    "`</code><script>alert(1)</script>`", "```\n</code></pre><script>x</script>\n```",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<form><button formaction=x>",
    "<object data=x>", "<base href=//e.com>", "<meta http-equiv=refresh>", "<link rel=stylesheet>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "https://e.com/\"onclick=alert(1)//",
    "<https://e.com/\" onclick=x>", "[a](<https://e.com/\"onclick=x>)", "<a href='https://e.com",
    "<p style=x class=y id=z>", "<ul><li onclick=x>", "<video src=x>",
    "<input autofocus onfocus=x>", "[x](<\x01javascript:alert(1)>)", "[x](<java\nscript:y>)",
]  # fmt: skip

UNITS = [
    "[", "![", "[a](", "*", "**", "***", "*a", "**a ", "*a*", "_a_ ", "`", "``a`", "\\", "\\\\`",
    ">", "> ", "> > ", "- ", "- a\n", "1. a\n", "- a\n\n", "  - a\n", "    - a\n", "# ", "#",
    "# a\n", "a\n", "a\n\n", "\n", "---\n", "```\n", "~~~\n````\n", "<", "<!--", "<![CDATA[", "<b>",
    "<b a>", "</b>", "<a href=x>", "<a href='", "<p>", "<li>", "&", "&#", "(", ")", "](", "]",
    "[a](b)", "![a](b)", "[a][b]", "[a]: b\n", "https://a", "https://a.b/) ", "<https://a>",
    "~~a~~", "> - > - ", "1. 1. ", "  ", "\t", "日本", "> a\nb\n", "- a\n  b\n", "a\n=\n",
    "- a\n\n  b\n\n", "|a|b|\n", "\x02", "\ufdd0", "\x02wzxhzdk:0\x03", "a*b_c`d[e]f(g)h<i>j",
    "<i><b><u><s>", "{",
]  # fmt: skip

SPECIALS = st.text(alphabet="a[](){}<>*_`~#!-+.&\\\n ", min_size=1, max_size=8)


def assert_harmless(html: str) -> None:
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if element is tree:
            continue
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
        scheme = re.match(r"[^/?#:]*:", element.attrib.get("href", ""))
        assert scheme is None or scheme[0].lower() in {"http:", "https:", "mailto:"}


def cpu_seconds(work: Callable[[str], object], text: str) -> float:
    """Best of three, CPU time alone: a busy machine does not make it longer."""
    best = float("inf")
    for _attempt in range(3):
        begin = time.process_time()
        work(text)
        best = min(best, time.process_time() - begin)
        if best < BUDGET_SECONDS / 2:
            break
    return best


def filled(unit: str, size: int = BODY_MAX) -> str:
    return (unit * (size // len(unit) + 1))[:size]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["{}", "- {}", "> {}", "# {}", "**{}**", "[{}](/x)", "<b>{}"])
def test_an_attack_is_shown_or_dropped_but_never_run(attack: str, around: str) -> None:
    assert_harmless(render(around.format(attack)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*ATTACKS, *UNITS]) | st.text(max_size=5), max_size=30))
def test_no_mix_of_markup_gets_past_the_list_of_what_is_allowed(parts: list[str]) -> None:
    assert_harmless(render("".join(parts)))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab [](){}<>*_`~#!-+.>&;:/\"'\\\n\t1", max_size=300))
def test_every_text_renders_and_reads_back_as_plain_text(text: str) -> None:
    html = render(text)
    assert_harmless(html)
    assert isinstance(to_plain(html), str)


@pytest.mark.parametrize("unit", UNITS)
def test_no_repetition_takes_longer_than_the_budget(unit: str) -> None:
    for text in (filled(unit), "a " + filled(unit, 12_000) + filled(unit[::-1], 12_000)):
        assert cpu_seconds(render, text) < BUDGET_SECONDS
        assert cpu_seconds(to_plain, text) < 2 * BUDGET_SECONDS  # renders, and reads the HTML


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    units=st.lists(
        st.sampled_from(UNITS)
        | st.text(alphabet="a[](){}<>*_`~#!-+.&\\\n ", min_size=1, max_size=8),
        min_size=1,
        max_size=8,
    ),
    seed=st.integers(0, 2**32),
)
def test_no_random_mix_takes_longer_than_the_budget(units: list[str], seed: int) -> None:
    draw = random.Random(seed)
    parts = draw.choices(units, k=BODY_MAX)
    assert cpu_seconds(render, "".join(parts)[:BODY_MAX]) < BUDGET_SECONDS


def test_a_long_ordinary_update_keeps_its_markup_to_the_end() -> None:
    paragraph = (
        "We are **still** looking into `api-7` and see [the graph](https://e.com/g).\n\n"
        "- one thing\n- another *thing*\n\n"
    )
    html = render(filled(paragraph, 20_000))
    assert html.count("<strong>still</strong>") >= 80
    assert "*thing*" not in html[:-500]
