"""One composed e-mail for many recipients: rendered once, filled in for each.

A placeholder ``@@name@@`` in the text, the HTML or a header's value is replaced per recipient.
It can never break the message: in a body every placeholder has lines of its own between soft line
breaks (RFC 2045 6.7), values are encoded on the way in (and HTML-escaped in HTML), and a header
takes only printable ASCII, so that no value begins a new header.
"""

from __future__ import annotations

import html
import re
from binascii import b2a_qp
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.policy import SMTP as POLICY
from email.utils import parseaddr

_SLOT = re.compile(r"@@([a-z][a-z0-9_]*)@@")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_BARE_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_NEWLINE = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"(?:=[0-9A-F]{2}|[^=]){1,24}")
_OURS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "mime-version", "content-type"}
    | {"content-transfer-encoding"}
)
_BOUNDARY = "=_statushub_alternative"  # "=_" cannot occur in quoted-printable text
_VALUE_MAX = 900  # RFC 5322 2.1.1 allows lines of 998

Fill = Callable[[str], bytes]


@dataclass(frozen=True)
class _Slot:
    name: str
    fill: Fill


Pieces = tuple[bytes | _Slot, ...]


@dataclass(frozen=True)
class Rendered:
    """A message in wire form (CRLF, dots doubled) with gaps. ``sender``: the envelope's."""

    sender: str
    message_id: Pieces
    pieces: Pieces

    def filled(self, values: Mapping[str, str]) -> tuple[str, bytes]:
        """Message-ID and message for one recipient; ``to``, ``date`` and ``uid`` must be there.

        Raises ValueError for a value that no header can carry. A name without a value stays as
        it was written: it may be somebody's words.
        """
        message_id = _fill(self.message_id, values).decode()
        return message_id, _fill(self.pieces, {**values, "message_id": message_id})


def _fill(pieces: Pieces, values: Mapping[str, str]) -> bytes:
    return b"".join(
        piece
        if isinstance(piece, bytes)
        else piece.fill(values.get(piece.name, f"@@{piece.name}@@"))
        for piece in pieces
    )


def render(
    *,
    sender: str,
    subject: str,
    text: str,
    html_text: str = "",
    headers: Mapping[str, str] | None = None,
    envelope_from: str = "",
) -> Rendered:
    """The message with its gaps.

    Raises ValueError, with the reason in words, for a header that could begin another one.
    """
    address = _address_of(sender)
    message_id = f"<@@uid@@@{address.rpartition('@')[2]}>"
    pieces: list[bytes | _Slot] = [_header("From", sender)]
    for name in ("To", "Date", "Message-ID"):
        slot = _Slot(name.lower().replace("-", "_"), _header_value)
        pieces += [f"{name}: ".encode(), slot, b"\r\n"]
    pieces.append(_header("Subject", _safe("Subject", subject)))
    for name, value in (headers or {}).items():
        if name.lower() == "message-id":
            message_id = value
        else:
            pieces += _caller_header(name, value)
    pieces.append(b"MIME-Version: 1.0\r\n")
    pieces += _body(text, html_text)
    return Rendered(
        _address_of(envelope_from) if envelope_from else address,
        _joined(_slots(_ascii("Message-ID", message_id), str.encode, _header_value)),
        _joined(pieces),
    )


def bare_address(address: str) -> str:
    """``address`` for an SMTP envelope, its domain in ASCII. Raises ValueError if it has none."""
    if _BARE_ADDRESS.fullmatch(address):
        return address
    local, at, domain = address.rpartition("@")
    try:
        ascii_address = f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        ascii_address = ""
    if not _BARE_ADDRESS.fullmatch(ascii_address):
        raise ValueError("The e-mail address cannot be used.")
    return ascii_address


def _address_of(header: str) -> str:
    return bare_address(parseaddr(_safe("From", header))[1])


def _safe(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(f"The {name} header must be one line of text.")
    return value


def _header(name: str, value: str) -> bytes:
    """One header, folded and encoded by the standard library (RFC 2047)."""
    folded: str = POLICY.fold(name, POLICY.header_factory(name, value))
    return folded.encode("ascii")


def _caller_header(name: str, value: str) -> list[bytes | _Slot]:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
        raise ValueError(f"The header {name!r} cannot be set.")
    _safe(name, value)
    if not _SLOT.search(value):
        return [_header(name, value)]
    filled = _slots(_ascii(name, value), str.encode, _header_value)
    return [f"{name}: ".encode(), *filled, b"\r\n"]


def _ascii(name: str, value: str) -> str:
    if not _PRINTABLE.fullmatch(value):
        raise ValueError(f"The {name} header must be one line of plain ASCII.")
    return value


def _header_value(value: str) -> bytes:
    if not _PRINTABLE.fullmatch(value) or len(value) > _VALUE_MAX:
        raise ValueError("A header's value must be one line of plain ASCII.")
    return value.encode()


def _body(text: str, html_text: str) -> list[bytes | _Slot]:
    if not html_text:
        return _part("plain", text, _text_value)
    opening = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    between = f"--{_BOUNDARY}\r\n".encode()
    return [
        opening.encode(),
        between,
        *_part("plain", text, _text_value),
        between,
        *_part("html", html_text, _html_value),
        f"--{_BOUNDARY}--\r\n".encode(),
    ]


def _part(kind: str, content: str, fill: Fill) -> list[bytes | _Slot]:
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    pieces = _slots(_NEWLINE.sub("\n", content), _quoted_text, fill)
    return [head.encode(), *pieces, b"\r\n"]


def _slots(template: str, literal: Callable[[str], bytes], fill: Fill) -> list[bytes | _Slot]:
    """The template's words encoded by ``literal``, its placeholders as slots."""
    pieces: list[bytes | _Slot] = []
    for position, part in enumerate(_SLOT.split(template)):
        pieces.append(_Slot(part, fill) if position % 2 else literal(part))
    return pieces


def _quoted_text(text: str) -> bytes:
    """Quoted-printable, with the dots doubled that SMTP would take for its own (RFC 5321 4.5.2).

    The words before and behind a placeholder are encoded alone: each begins a line.
    """
    encoded = b2a_qp(text.encode("utf-8", "replace"))
    return re.sub(rb"^\.", b"..", encoded, flags=re.MULTILINE).replace(b"\n", b"\r\n")


def _text_value(value: str) -> bytes:
    """A value on lines of its own between soft line breaks, which a reader never sees."""
    if _PRINTABLE.fullmatch(value):
        value = value.replace("=", "=3D")
    else:
        encoded = b2a_qp(value.encode("utf-8", "replace"), istext=False)
        value = encoded.decode().replace("=\n", "")
    lines = [f"=2E{line[1:]}" if line[0] == "." else line for line in _LINE.findall(value)]
    return ("=\r\n" + "".join(f"{line}=\r\n" for line in lines)).encode()


def _html_value(value: str) -> bytes:
    return _text_value(html.escape(value))


def _joined(pieces: list[bytes | _Slot]) -> Pieces:
    """Neighbouring bytes made one, so that filling touches only the gaps."""
    joined: list[bytes | _Slot] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)
