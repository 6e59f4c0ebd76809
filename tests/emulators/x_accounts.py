"""The users of the X emulator and the check of their OAuth 1.0a signatures."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from oauthlib.oauth1 import RequestValidator


@dataclass(frozen=True)
class XAccount:
    """A user of the emulator. Keys follow from the name, so that another process knows them."""

    username: str

    def _made(self, what: str, length: int) -> str:
        return hashlib.sha256(f"{what} of {self.username}".encode()).hexdigest()[:length]

    @property
    def id(self) -> str:
        return str(int(self._made("id", 12), 16))

    @property
    def secrets(self) -> dict[str, str]:
        """As the connect form asks for them."""
        return {
            "consumer_key": self._made("consumer key", 25),
            "consumer_secret": self._made("consumer secret", 50),
            "access_token": f"{self.id}-{self._made('access token', 30)}",
            "access_token_secret": self._made("access token secret", 45),
        }


class Signatures(RequestValidator):
    """Knows the accounts' keys; a nonce is good once."""

    def __init__(self, accounts: list[XAccount]) -> None:
        super().__init__()
        self.accounts = accounts
        self._nonces: set[str] = set()

    def _of(self, key: str, value: str) -> XAccount | None:
        return next((one for one in self.accounts if one.secrets[key] == value), None)

    @property
    def dummy_client(self) -> str:
        return "nobody"

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_access_token(self, request_token: str) -> bool:
        return bool(request_token)

    def check_nonce(self, nonce: str) -> bool:
        return bool(nonce)

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, *_more: Any, **_named: Any
    ) -> bool:
        fresh = nonce not in self._nonces and abs(time.time() - int(timestamp)) < 300
        self._nonces.add(nonce)
        return fresh

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return self._of("consumer_key", client_key) is not None

    def get_client_secret(self, client_key: str, request: Any) -> str:
        account = self._of("consumer_key", client_key)
        return account.secrets["consumer_secret"] if account else "no secret"

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        account = self._of("access_token", token)
        return account.secrets["access_token_secret"] if account else "no secret"

    def account(self, token: str) -> XAccount | None:
        return self._of("access_token", token)
