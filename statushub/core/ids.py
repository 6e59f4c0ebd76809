"""Identifiers: short and random for what people link to, ordered for what the outbox sends."""

from __future__ import annotations

import secrets

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_LENGTH = 12


def new_id() -> str:
    """Twelve lower-case letters and digits (62 random bits), the shape of Statuspage's ids."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(ID_LENGTH))


def new_uid() -> str:
    """A 128-bit random name that stays with a message over all retries (idempotency key)."""
    return secrets.token_hex(16)
