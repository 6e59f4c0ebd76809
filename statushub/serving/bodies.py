"""What a request carries, read before the application is asked.

A client that sends one byte a minute would hold one of Flask's few threads for as long as it
likes; six of them would lock everybody out of the desk. So a body is read before Flask is asked,
few at a time and fewer from one address.

There is no deadline: granian has none for bodies, and answering while a read is under way stops
its whole process until the client leaves (measured with 2.8.7). A reader's thread is lost as long
as its client stays, which is why there are more of those and why one address gets few.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from statushub.serving.bulkhead import READERS, Full

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LARGEST = 512 * 1024  # the application's own limit, beyond which it answers 413
FROM_ONE_ADDRESS = 4
_IPV6_NETWORK = 64  # bits that one customer of a provider has in common


class Bodies:
    """Reads up to ``readers`` bodies at a time, ``each`` from one address. ``hops``: how many
    proxies of ours are in front, that say who is asking (X-Forwarded-For)."""

    def __init__(
        self, hops: int = 0, *, readers: int = READERS, each: int = FROM_ONE_ADDRESS
    ) -> None:
        self._hops = hops
        self._readers = readers
        self._each = each
        self._reading: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, environ: WSGIEnvironment) -> WSGIEnvironment:
        """The request with its body in memory. Raises Full."""
        if not _carries(environ):
            return environ
        length = environ.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length[:12]) > LARGEST:
            return {**environ, "wsgi.input": BytesIO()}  # refused by its length, unread
        with self._place(self._asker(environ)):
            body = environ["wsgi.input"].read(LARGEST + 1)
        return {**environ, "wsgi.input": BytesIO(body)}

    @contextmanager
    def _place(self, asker: str) -> Iterator[None]:
        with self._lock:
            if self._reading.total() >= self._readers or self._reading[asker] >= self._each:
                raise Full
            self._reading[asker] += 1
        try:
            yield
        finally:
            with self._lock:
                self._reading[asker] -= 1
                if not self._reading[asker]:
                    del self._reading[asker]

    def _asker(self, environ: WSGIEnvironment) -> str:
        named = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if self._hops else []
        told = named[-self._hops].strip() if len(named) >= self._hops > 0 else ""
        return _network(told or environ.get("REMOTE_ADDR", ""))


def _carries(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or (
        "HTTP_TRANSFER_ENCODING" in environ
    )


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return format(int(found) >> (128 - _IPV6_NETWORK), "x")
    return str(getattr(found, "ipv4_mapped", None) or found)
