"""Settings: defaults, then ``STATUSHUB_*`` from the environment. A bad value stops the start.

Every setting is described in docs/settings.md; nothing else in StatusHub reads the environment.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from statushub.core.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
KEY_FILE = "secret_key"


@dataclass(frozen=True)
class Settings:
    """All settings, read and checked. ``port`` is also taken from ``PORT``."""

    data_dir: Path
    database_url: str
    secret_keys: tuple[str, ...]
    base_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    smtp_url: str = ""
    mail_from: str = ""
    allow_private_targets: tuple[Network, ...] = ()
    x_api_base: str = ""
    trusted_proxies: int = 0
    rate_limit_storage: str = "memory://"

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.database_url.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Whether visitors come over TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises ConfigError that names the setting and the mend."""
    env = dict(os.environ if environ is None else environ)
    data_dir = _data_dir(Path(env.get("STATUSHUB_DATA_DIR") or "statushub-data").absolute())
    host = env.get("STATUSHUB_HOST", "127.0.0.1")
    port = _port(env)
    database_url = _database_url(env.get("STATUSHUB_DATABASE_URL", ""), data_dir)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        secret_keys=_secret_keys(env, data_dir),
        base_url=_base_url(env.get("STATUSHUB_BASE_URL") or f"http://{host}:{port}"),
        host=host,
        port=port,
        smtp_url=_secret(env, "STATUSHUB_SMTP_URL"),
        mail_from=env.get("STATUSHUB_MAIL_FROM", ""),
        allow_private_targets=_networks(env.get("STATUSHUB_ALLOW_PRIVATE_TARGETS", "")),
        x_api_base=env.get("STATUSHUB_X_API_BASE", ""),
        trusted_proxies=_number(env, "STATUSHUB_TRUSTED_PROXIES", 0, 0, 10),
        rate_limit_storage=env.get("STATUSHUB_RATE_LIMIT_STORAGE") or "memory://",
    )


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"{name} is {text!r}: give a whole number from {low} to {high}.")
    return int(text)


def _port(env: Mapping[str, str]) -> int:
    name = "STATUSHUB_PORT" if env.get("STATUSHUB_PORT") else "PORT"
    return _number(env, name, 8000, 0, 65535)


def _database_url(url: str, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'statushub.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise ConfigError(
        "STATUSHUB_DATABASE_URL must begin with sqlite:/// or postgresql://; "
        "StatusHub runs on SQLite and on PostgreSQL."
    )


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError(
            f"STATUSHUB_BASE_URL is {url!r}: give the address visitors use, "
            "for example https://status.example.com"
        )
    if parts.path not in {"", "/"}:
        raise ConfigError(
            "STATUSHUB_BASE_URL must not have a path: give StatusHub a host name of its own."
        )
    return url.rstrip("/")


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ConfigError(
            f"STATUSHUB_ALLOW_PRIVATE_TARGETS: {error}. Give CIDR ranges parted by commas, "
            "for example 10.1.0.0/16,127.0.0.1/32"
        ) from error


def _secret(env: Mapping[str, str], name: str) -> str:
    """A secret setting, or what stands in the file that ``<name>_FILE`` names."""
    path = env.get(f"{name}_FILE", "")
    if not path:
        return env.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE: cannot read {path}: {error.strerror}.") from error


def _secret_keys(env: Mapping[str, str], data_dir: Path) -> tuple[str, ...]:
    """The key in use first, then former ones (``STATUSHUB_SECRET_KEY_OLD``, by commas)."""
    key = _secret(env, "STATUSHUB_SECRET_KEY") or _kept_key(data_dir)
    if len(key) < 32:
        raise ConfigError(
            "STATUSHUB_SECRET_KEY is too short: use at least 32 random characters, for example "
            "the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    old = _secret(env, "STATUSHUB_SECRET_KEY_OLD")
    return (key, *(part.strip() for part in old.split(",") if part.strip()))


def _data_dir(path: Path) -> Path:
    """The directory, made if it is not there, for its owner alone."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(path, error) from error
    return path


def _unusable(data_dir: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The data directory {data_dir} cannot be used: {error.strerror}. "
        "Set STATUSHUB_DATA_DIR to a directory that StatusHub may write to."
    )


def _kept_key(data_dir: Path) -> str:
    """The key made on the first start, readable by its owner alone.

    Written aside and linked into place, so that two starts at once agree on one whole key.
    """
    path = data_dir / KEY_FILE
    aside = data_dir / f".{KEY_FILE}.{secrets.token_hex(8)}"
    try:
        if not path.exists():
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(aside)
            aside.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _unusable(data_dir, error) from error
