"""STATUSHUB_SMTP_URL: where mail is handed in, and how safely."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from statushub.core.errors import ConfigError

_SETTING = "STATUSHUB_SMTP_URL"
_SCHEMES = ("smtp", "smtps", "smtp+starttls")


class Security(Enum):
    """``OFFERED``: encrypted when the server can, as mail servers do among themselves."""

    IMPLICIT = "smtps"
    STARTTLS = "smtp+starttls"
    OFFERED = "smtp"


@dataclass(frozen=True)
class SmtpServer:
    """A mail server. The password never shows in a log or a traceback."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def parse_smtp_url(url: str) -> SmtpServer:
    """``smtp://[user:password@]host[:port]`` (STARTTLS when offered; required when there is a
    password, except on this machine), ``smtps://`` (TLS at once), ``smtp+starttls://``.

    Raises ConfigError that says what is wrong, without repeating the password.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise ConfigError(f"{_SETTING} is not a complete address.") from error
    if parts.scheme not in _SCHEMES:
        raise ConfigError(
            f"{_SETTING} must begin with smtp://, smtps:// or smtp+starttls://, "
            "for example smtp://user:password@mail.example.com:587."
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError(
            f"{_SETTING} must end after the port. Write / ? # @ : in a password as "
            "%2F %3F %23 %40 %3A."
        )
    host, port = _address(parts)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ConfigError(f"{_SETTING} needs a user name and a password, or neither.")
    security = _security(parts.scheme, bool(user), host)
    return SmtpServer(host, port or _port(security, bool(user)), security, user, password)


def _address(parts: SplitResult) -> tuple[str, int | None]:
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "port", 0
    if port == 0:
        raise ConfigError(f"{_SETTING}: the port must be a number from 1 to 65535.")
    if not host or any(character.isspace() for character in host):
        raise ConfigError(f"{_SETTING} names no host.")
    return host, port


def _security(scheme: str, has_password: bool, host: str) -> Security:
    if scheme == "smtp" and has_password and not _is_this_machine(host):
        return Security.STARTTLS
    return Security(scheme)


def _port(security: Security, has_password: bool) -> int:
    if security is Security.IMPLICIT:
        return 465
    return 587 if has_password or security is Security.STARTTLS else 25


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
