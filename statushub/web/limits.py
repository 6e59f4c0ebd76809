"""Rate limits per visitor's address; rules stand beside the views they guard."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address, IPv6Network

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

_IPV6_NETWORK = 64  # bits that one customer of a provider has in common


def visitor() -> str:
    """The address that asks; of IPv6 the network, for one customer has 2 to the 64 addresses."""
    address = get_remote_address()
    try:
        whole = IPv6Address(address)
    except AddressValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(IPv6Network((whole, _IPV6_NETWORK), strict=False))


limiter = Limiter(key_func=visitor, headers_enabled=True)
