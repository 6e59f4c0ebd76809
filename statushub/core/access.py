"""What the factory put into the application, by name and type."""

from __future__ import annotations

from typing import cast

from flask import current_app

from statushub.core.secrets import Vault
from statushub.core.signing import Signer


def vault() -> Vault:
    """Encrypts and decrypts what is secret."""
    return cast(Vault, current_app.extensions["statushub.vault"])


def signer() -> Signer:
    """Signs and reads links."""
    return cast(Signer, current_app.extensions["statushub.signer"])


def base_url() -> str:
    """The address visitors use, without a slash at its end."""
    return cast(str, current_app.config["BASE_URL"])
