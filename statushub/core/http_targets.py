"""Which addresses StatusHub may be sent to by what a user typed (server-side request forgery).

Rules: http and https only, no user name in the address, hosts in their usual spelling, every
address that the name resolves to is public, and a port where web servers live. A network on the
operator's allow-list may be reached on any port. Ranges: requests-hardened's, and whatever IANA
does not call globally reachable (https://www.iana.org/assignments/iana-ipv6-special-registry/).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from flask_babel import gettext as _
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_MAX = 2_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEB_PORTS = frozenset({80, 443, *range(8000, 9000)})
_NEVER_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_AUTHORITY = re.compile(r"[^/?#]*//([^/?#]*)")
_NO_PORT = re.compile(r":0*$")
_NUMERIC_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_EXTRA = (*EXTRA_BLOCKED_NET_RANGES, IPv6Network("fec0::/10"), IPv6Network("::/96"))


class Refused(Exception):
    """StatusHub does not go there; ``str(error)`` says why, for the person who typed it."""


class Unresolvable(Refused):
    """The name has no address now. At save time a mistake, at send time perhaps an outage."""


@dataclass(frozen=True)
class Target:
    """Scheme, host and port of an address, without brackets or a trailing dot's ambiguity."""

    scheme: str
    host: str
    port: int


def parse(url: str) -> Target:
    """The target of ``url``, by the parser that the HTTP client itself uses. Raises Refused."""
    check_spelling(url)
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise Refused(_("This is not a complete web address. Copy it again.")) from error
    scheme, host = parts.scheme or "", (parts.host or "").strip("[]")
    if scheme not in _DEFAULT_PORTS:
        raise Refused(_("Enter an address that begins with https:// or http://."))
    _check_host(host)
    return Target(scheme, host, _DEFAULT_PORTS[scheme] if parts.port is None else parts.port)


def check_spelling(url: str) -> None:
    """Refuse what parsers read differently, in the address as it was typed: clients tidy it up
    before they parse it. Raises Refused."""
    if len(url) > URL_MAX or _NEVER_IN_A_URL.search(url):
        raise Refused(_("This is not a complete web address. Copy it again."))
    authority = _AUTHORITY.match(url)
    if authority and "@" in authority[1]:
        raise Refused(_("Leave the user name and password out of the address."))
    if authority and _NO_PORT.search(authority[1]):
        raise Refused(_("The port must be a number from 1 to 65535."))


def _check_host(host: str) -> None:
    """Refuse an empty host, a zone id, and numbers that only an old C library calls an address."""
    if not host or "%" in host or len(host) > 253:
        raise Refused(_("The address has no host name."))
    if ":" in host or not _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return
    try:
        ip_address(host)
    except ValueError as error:
        raise Refused(_("Write the host as a name, or as an address like 192.0.2.1.")) from error


def is_public(address: Address) -> bool:
    """May anybody on the Internet be reached there? Mapped IPv4 counts as what it maps."""
    address = unmapped(address)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _EXTRA if network.version == address.version)


def unmapped(address: Address) -> Address:
    """``::ffff:192.0.2.1`` as 192.0.2.1; every other address as it is."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def resolve(host: str, port: int) -> list[Address]:
    """Every address of ``host``, in the system's order of preference. Raises Unresolvable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolvable(_("The host %(host)s cannot be found.", host=host)) from error
    return list(dict.fromkeys(unmapped(ip_address(str(entry[4][0]))) for entry in found))


def pin(target: Target, allow_private: Sequence[Network] = ()) -> Address:
    """The one address to connect to. Raises Refused unless *all* of the name's addresses are
    public, or on the allow-list: a mixed answer is how DNS rebinding begins."""

    def allowed(address: Address) -> bool:
        return any(address in net for net in allow_private if net.version == address.version)

    addresses = resolve(target.host, target.port)
    if not addresses:
        raise Unresolvable(_("The host %(host)s cannot be found.", host=target.host))
    strangers = [address for address in addresses if not allowed(address)]
    if any(not is_public(address) for address in strangers):
        raise Refused(
            _(
                "%(host)s is a private or reserved address. If it is meant, whoever runs "
                "StatusHub can allow its network in STATUSHUB_ALLOW_PRIVATE_TARGETS.",
                host=target.host,
            )
        )
    if strangers and target.port not in _WEB_PORTS:
        raise Refused(
            _("Port %(port)s is not allowed. Use 80, 443 or 8000 to 8999.", port=target.port)
        )
    return addresses[0]
