"""What people type in updates, and what becomes of it."""

from __future__ import annotations

import threading

import pytest

from statushub.core.markdown import absolute_links, render, to_plain

REL = 'rel="nofollow noopener"'


def flat(text: str) -> str:
    return render(text).replace("\n", "")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Plain words.", "<p>Plain words.</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("__bold__ and _soft_", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("***both***", "<p><em><strong>both</strong></em></p>"),
        ("~~gone~~", "<p><del>gone</del></p>"),
        ("`a *b* <c>`", "<p><code>a *b* &lt;c&gt;</code></p>"),
        ("``a ` b``", "<p><code>a ` b</code></p>"),
        ("```\n*a*\n\n<b>\n```", "<pre><code>*a*<b></code></pre>".replace("<b>", "&lt;b&gt;")),
        ("a\n- b\n- c", "<p>a</p><ul><li>b</li><li>c</li></ul>"),
        ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("# a\nb", "<h3>a</h3><p>b</p>"),
        ("### a", "<h5>a</h5>"),
        ("###### a ##", "<h6>a</h6>"),
        ("> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"),
        ("> > a", "<blockquote><blockquote><p>a</p></blockquote></blockquote>"),
        ("a\n---\nb", "<p>a</p><hr><p>b</p>"),
        (r"\*not\* \\", r"<p>*not* \</p>"),
    ],
)
def test_markup_becomes_what_its_writer_expects(typed: str, shown: str) -> None:
    assert flat(typed) == shown


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_names and 2*3*4 = 24",
        "#5 was fixed, C# and F# were not",
        "since\n2019. After that",
        "a < b && c > d",
        "50% * 2 and * alone",
        "[brackets] (and) parentheses ]( ![",
        "a ~ b, ~/path, ~~~",
        "C:\\new\\folder",
        "List<String> or std::vector<int>",
        "日本語の障害情報です。（続報）",
        "1.5 GB of 2.0 GB",
        "-5 degrees, +3 others",
        "====",
        "    four spaces before",
    ],
)
def test_ordinary_text_stays_as_it_was_typed(text: str) -> None:
    assert to_plain(text) == "\n".join(line.strip() for line in text.split("\n"))


def test_emphasis_works_next_to_japanese_punctuation() -> None:
    assert flat("**重要。**続き") == "<p><strong>重要。</strong>続き</p>"


@pytest.mark.parametrize(
    ("typed", "href", "words"),
    [
        ("[docs](https://e.com/a)", "https://e.com/a", "docs"),
        ("[docs](https://e.com/a_(b))", "https://e.com/a_(b)", "docs"),
        ("[docs](</a b>)", "/a b", "docs"),
        ("[help](/help)", "/help", "help"),
        ("<https://e.com>", "https://e.com", "https://e.com"),
        ("https://e.com/a_b_c?x=1&y=2", "https://e.com/a_b_c?x=1&amp;y=2", None),
        ("<mailto:a@e.com>", "mailto:a@e.com", "a@e.com"),
        ("![a chart](https://e.com/i.png)", "https://e.com/i.png", "a chart"),
        ("![](https://e.com/i.png)", "https://e.com/i.png", "https://e.com/i.png"),
        ("[https://e.com](https://e.com)", "https://e.com", "https://e.com"),
        ("<a href='https://e.com' onclick=x()>go</a>", "https://e.com", "go"),
    ],
)
def test_links_lead_where_they_say_and_pictures_become_links(
    typed: str, href: str, words: str | None
) -> None:
    assert flat(typed) == f'<p><a href="{href}" {REL}>{words or href}</a></p>'


def test_an_address_in_a_sentence_is_a_link_without_the_sentence_s_punctuation() -> None:
    shown = flat("See https://e.com/x. (Or https://e.com/y_(z), **https://e.com/w**)をご覧")
    for url in ("https://e.com/x", "https://e.com/y_(z)", "https://e.com/w"):
        assert f'<a href="{url}" {REL}>{url}</a>' in shown


def test_an_address_without_tls_is_not_made_a_link_by_itself() -> None:
    assert flat("http://e.com") == "<p>http://e.com</p>"


def test_an_imported_body_keeps_its_harmless_html() -> None:
    assert flat("Down<br />since <b>noon</b> &amp; <var data-var='date'>later</var>") == (
        "<p>Down<br>since <b>noon</b> &amp; later</p>"
    )
    assert flat("<p>a</p><ul><li>b</li><li>c</li></ul>") == "<p>a</p><ul><li>b</li><li>c</li></ul>"


def test_a_list_goes_on_after_a_paragraph_in_an_item() -> None:
    assert flat("1. a\n\n   more\n2. b\n\nend") == (
        "<ol><li><p>a</p><p>more</p></li><li><p>b</p></li></ol><p>end</p>"
    )


def test_code_may_stand_in_a_list_and_in_a_quote() -> None:
    assert "<pre><code>x\n  y\n</code></pre>" in render("- a\n\n  ```\n  x\n    y\n  ```\n- b")
    assert "<pre><code>*x*\n</code></pre>" in render("> ```\n> *x*\n> ```")


def test_code_that_is_never_closed_ends_with_the_text() -> None:
    assert flat("a\n```\n*b*\nc") == "<p>a</p><pre><code>*b*c</code></pre>"


def test_the_parser_s_own_marks_cannot_be_smuggled_in() -> None:
    assert render("a\x02wzxhzdk:0\x03b\ufdd9c\n```\nd\n```").startswith("<p>awzxhzdk:0bc</p>")


def test_nothing_becomes_nothing() -> None:
    assert render("") == render(" \n ") == to_plain("") == ""


def test_threads_do_not_mix_their_texts_up() -> None:
    results: dict[int, set[str]] = {}

    def work(number: int) -> None:
        results[number] = {render(f"```\n{number}\n```\n- {number}") for _ in range(50)}

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(texts) == 1 and str(number) in texts.pop() for number, texts in results.items())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("**a** and `b`", "a and b"),
        ("[docs](https://e.com)", "docs (https://e.com)"),
        ("https://e.com", "https://e.com"),
        ("a\n- b\n  1. c\n- d", "a\n\n- b\n  1. c\n- d"),
        ("> a\n>\n> b", "> a\n>\n> b"),
        ("# a\n\nb\n\n---\n\nc", "a\n\nb\n\n---\n\nc"),
        ("```\na\n  b\n```", "a\n  b"),
        ("~~noon~~ one", "~~noon~~ one"),
        ("a &amp; b &lt;", "a & b <"),
    ],
)
def test_plain_text_reads_well_and_keeps_addresses(typed: str, read: str) -> None:
    assert to_plain(typed) == read
    assert to_plain(render(typed)) == read


def test_plain_text_of_rendered_html_does_not_read_it_as_markdown_again() -> None:
    assert to_plain(render(r"\*a\* \_b\_ \`c\`")) == "*a* _b_ `c`"


def test_links_to_this_site_are_made_whole_for_mail_and_feeds() -> None:
    html = render("[a](/incidents/x) [b](https://e.com/y) [c](z)")
    whole = absolute_links(html, "https://status.example.com/")
    for url in ("https://status.example.com/incidents/x", "https://e.com/y"):
        assert f'href="{url}"' in whole
    assert 'href="https://status.example.com/z"' in whole
