"""Secrets at rest: provider credentials are stored encrypted (Fernet: AES-128-CBC + HMAC-SHA256).

The key is derived from ``STATUSHUB_SECRET_KEY`` with HKDF, so that the database alone, or a
backup of it, gives nothing away. Former keys (``STATUSHUB_SECRET_KEY_OLD``) still decrypt.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from statushub.core.errors import ConfigError


def _fernet(key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=b"statushub", info=b"secrets at rest").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class Vault:
    """Encrypts and decrypts small JSON objects. The first key encrypts, every key decrypts."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([_fernet(key) for key in keys])

    def seal(self, secret: Mapping[str, str]) -> str:
        """The object, encrypted, as text for a column."""
        return self._fernet.encrypt(json.dumps(dict(secret)).encode()).decode()

    def open(self, sealed: str | None) -> dict[str, str]:
        """The object back. Raises ConfigError when no key fits (the secret key was replaced)."""
        if not sealed:
            return {}
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise ConfigError(
                "A stored credential cannot be decrypted: STATUSHUB_SECRET_KEY is not the key it "
                "was saved with. Bring that key back, or enter the credential again."
            ) from error
        return opened


def new_token() -> str:
    """A 256-bit random token for a link or an API key."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a random token: its SHA-256. Enough for 256 random bits (no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()
