"""Signed links: who holds the link may do one thing, until it expires.

itsdangerous, HMAC-SHA256, one salt a purpose so that a token for one thing never opens another.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask_babel import gettext as _
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from statushub.core.errors import NotFound


class Signer:
    """Signs and reads tokens under the application's secret key."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = list(reversed(keys))  # itsdangerous signs with the last

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._keys,
            salt=f"statushub.{purpose}",
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    def sign(self, purpose: str, value: Any) -> str:
        """A URL-safe token that says ``value`` for ``purpose``."""
        return str(self._serializer(purpose).dumps(value))

    def read(self, purpose: str, token: str, max_age: int | None = None) -> Any:
        """What the token says. Raises NotFound when it is forged, torn or older than
        ``max_age`` seconds; the message says which of the two the reader can mend."""
        try:
            return self._serializer(purpose).loads(token, max_age=max_age)
        except SignatureExpired as error:
            raise NotFound(_("This link has expired. Ask for a new one.")) from error
        except BadSignature as error:
            raise NotFound(_("This link is not complete or was changed.")) from error
