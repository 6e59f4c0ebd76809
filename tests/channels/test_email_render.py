"""Placeholders, encodings and headers, read back with the standard library's parser."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default as policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statushub.channels.transports.email_render import Rendered, bare_address, render

SENDER = "Acme Status <status@acme.example>"
FILLED = {"to": "ann@example.com", "uid": "abc123", "date": "Mon, 02 Mar 2026 14:00:00 +0000"}
# What clean_text leaves in a message: no control characters, no surrogates.
_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"))
_TEXT = st.text(_CHARACTERS | st.sampled_from("\n .=@-"), max_size=300)


def parse(raw: bytes) -> EmailMessage:
    """What a reader gets: dots undone as SMTP does, then parsed without a defect."""
    undotted = re.sub(rb"^\.(?=\.)", b"", raw, flags=re.MULTILINE)
    message = email.message_from_bytes(undotted, policy=policy)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert part.defects == []
    return message


def filled(rendered: Rendered, **values: str) -> EmailMessage:
    return parse(rendered.filled({**FILLED, **values})[1])


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    content = content.replace("\r\n", "\n")
    return content if message.is_multipart() else content.removesuffix("\n")


def wire_is_sound(raw: bytes) -> None:
    """CRLF alone ends lines, lines are short, everything is ASCII, no lone dot."""
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r\n.\r\n" not in raw


def test_a_message_carries_what_was_said() -> None:
    message = filled(
        render(
            sender=SENDER,
            subject="障害 — slow answers & “quotes”",
            text="Hello,\n\nall is well.",
            html_text="<p>Hello, <b>all</b> is well.</p>",
            headers={"List-Id": "<incidents.acme.example>", "Auto-Submitted": "auto-generated"},
        )
    )
    assert message["Subject"] == "障害 — slow answers & “quotes”"
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.com"
    assert message["Message-ID"] == "<abc123@acme.example>"
    assert message["List-Id"] == "<incidents.acme.example>"
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    assert body(message) == "Hello,\n\nall is well."
    assert body(message, "html") == "<p>Hello, <b>all</b> is well.</p>"


def test_placeholders_are_filled_everywhere_but_in_the_subject() -> None:
    rendered = render(
        sender=SENDER,
        subject="@@name@@",
        text="Dear @@name@@: @@url@@",
        html_text='<a href="@@url@@">@@name@@</a> &amp; more',
        headers={
            "Message-ID": "<inc42.@@uid@@@acme.example>",
            "List-Unsubscribe": "<@@url@@>, <mailto:off@acme.example>",
        },
    )
    url = "https://status.example.com/u/" + "x=1&y=2/" * 30
    message_id, raw = rendered.filled({**FILLED, "url": url, "name": 'Ann "A" <ann>'})
    message = parse(raw)
    assert message_id == message["Message-ID"] == "<inc42.abc123@acme.example>"
    assert message["List-Unsubscribe"].replace("\n", "") == f"<{url}>, <mailto:off@acme.example>"
    assert message["Subject"] == "@@name@@"
    assert body(message) == f'Dear Ann "A" <ann>: {url}'
    escaped = url.replace("&", "&amp;")
    name = "Ann &quot;A&quot; &lt;ann&gt;"
    assert body(message, "html") == f'<a href="{escaped}">{name}</a> &amp; more'


def test_words_that_look_like_a_placeholder_stay_words() -> None:
    message = filled(render(sender=SENDER, subject="x", text="Mail @@nobody@@ or me@@you"))
    assert body(message) == "Mail @@nobody@@ or me@@you"


@settings(max_examples=300, deadline=None)
@given(before=_TEXT, value=_TEXT, after=_TEXT)
def test_no_text_and_no_value_breaks_the_encoding(before: str, value: str, after: str) -> None:
    template = f"{before}@@value@@{after}"
    if re.search(r"@@[a-z0-9_]+@@", template.replace("@@value@@", "", 1)):
        return
    if template.index("@@value@@") != len(before):
        return
    rendered = render(sender=SENDER, subject="x", text=template, html_text="x")
    raw = rendered.filled({**FILLED, "value": value})[1]
    wire_is_sound(raw)
    assert body(parse(raw)) == f"{before}{value}{after}"


@settings(max_examples=200, deadline=None)
@given(st.text(_CHARACTERS, max_size=255))
def test_no_subject_breaks_the_header(subject: str) -> None:
    rendered = render(sender=SENDER, subject=subject, text="x")
    raw = rendered.filled(FILLED)[1]
    wire_is_sound(raw)
    said = str(parse(raw)["Subject"])
    assert "".join(said.split()) == "".join(subject.split())


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_ending_becomes_one(end: str) -> None:
    message = filled(render(sender=SENDER, subject="x", text=f"one{end}two{end}.{end}..three"))
    assert body(message) == "one\ntwo\n.\n..three"


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: all@example.com", "x\nBcc: a@b", "x\rBcc: a@b", "\x00"]
)
def test_no_header_can_be_injected(evil: str) -> None:
    for broken in (
        {"subject": evil},
        {"sender": f"{evil} <status@acme.example>"},
        {"sender": f"status@acme.example{evil}"},
        {"headers": {"List-Id": evil}},
        {"headers": {"References": f"<@@uid@@>{evil}"}},
        {"headers": {evil: "x"}},
        {"headers": {"Message-ID": evil}},
        {"envelope_from": f"a@b.example{evil}"},
    ):
        given_ = {"sender": SENDER, "subject": "x", "text": "x", **broken}
        with pytest.raises(ValueError, match=r"."):
            render(**given_)  # type: ignore[arg-type] # one of them is what is tested
    slotted = render(sender=SENDER, subject="x", text="x", headers={"X-Link": "<@@url@@>"})
    for name in ("url", "to", "uid"):
        with pytest.raises(ValueError, match="header"):
            slotted.filled({**FILLED, "url": "u", name: evil})


@pytest.mark.parametrize("name", ["From", "to", "BCC", "Date", "Content-Type", "MIME-Version"])
def test_the_transport_s_own_headers_cannot_be_set(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be set"):
        render(sender=SENDER, subject="x", text="x", headers={name: "x"})


@pytest.mark.parametrize("sender", ["", "Acme", "Acme <>", "a b@example.com", "a@b@c"])
def test_a_sender_needs_an_address(sender: str) -> None:
    with pytest.raises(ValueError, match="address"):
        render(sender=sender, subject="x", text="x")


def test_addresses_are_made_fit_for_the_envelope() -> None:
    assert bare_address("ann+tag@example.com") == "ann+tag@example.com"
    assert bare_address("ann@bücher.example") == "ann@xn--bcher-kva.example"
    for bad in ("", "ann", "@example.com", "ann@", "a>b@example.com", "a b@c", "änn@example.com"):
        with pytest.raises(ValueError, match="address"):
            bare_address(bad)
