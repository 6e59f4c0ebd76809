"""Passwords: how they are kept (Argon2id, argon2-cffi's defaults after RFC 9106) and which ones
are refused (NIST SP 800-63B: length counts, composition rules do not)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from statushub.core.errors import Invalid

MIN_LENGTH = 12
MAX_LENGTH = 256

_LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def _common() -> frozenset[str]:
    """The long passwords that head the lists of leaked ones; repeated pieces are caught by rule."""
    return frozenset(_LIST.read_text(encoding="utf-8").splitlines())


def _bytes(password: str) -> bytes:
    """The same bytes for the same letters, whichever keyboard composed them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown address takes as long as a known one."""
    return _hasher().hash(b"\x00nobody")


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _hasher().hash(_bytes(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. Takes as long when nothing is stored (``None``)."""
    try:
        fitted = _hasher().verify(stored or _nobody(), _bytes(password[: MAX_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return fitted and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher().check_needs_rehash(stored)


def require_good_password(
    password: str, *, email: str = "", name: str = "", field: str = "password"
) -> str:
    """The password, when it may be used. Raises Invalid by ``field`` with what to do instead."""
    if len(password) < MIN_LENGTH:
        raise Invalid(fields={field: _("Use at least %(n)s characters.", n=MIN_LENGTH)})
    if len(password) > MAX_LENGTH:
        raise Invalid(fields={field: _("Use at most %(n)s characters.", n=MAX_LENGTH)})
    plain = password.strip().casefold()
    if plain in {email.casefold(), email.partition("@")[0].casefold(), name.strip().casefold()}:
        raise Invalid(fields={field: _("Your password must not be your name or address.")})
    if plain in _common() or _repeats(plain):
        raise Invalid(
            fields={field: _("This password is on every attacker's list. Choose another one.")}
        )
    return password


def _repeats(text: str) -> bool:
    """Whether it is a short piece over and over ("passwordpassword", "ababab…", "111…")."""
    where = (text + text).find(text, 1)
    return len(set(text)) <= 2 or 0 < where <= len(text) // 2
