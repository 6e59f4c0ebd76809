"""The only outgoing HTTP client for addresses that users give (webhooks and the like).

It connects to the very address that was checked (no second look-up that could answer something
else), never follows a redirect, ignores proxy settings of the environment, keeps no cookies, and
bounds time and size: a peer that sends one byte a second is cut off at the total deadline.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from flask_babel import gettext as _
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from statushub import __version__
from statushub.core import http_targets
from statushub.core.errors import Invalid
from statushub.core.http_targets import Network, Refused, Unresolvable

USER_AGENT = f"StatusHub/{__version__}"


class TargetRefused(requests.RequestException):
    """The address may not be reached; ``str(error)`` says why. Nothing was connected."""


class TooLarge(OSError):
    """The answer is longer than its limit."""


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, to wait for each read, and in all; bytes of an answer with headers."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0
    max_bytes: int = 1_000_000


@dataclass
class _Budget:
    deadline: float
    bytes_left: int


_budget: ContextVar[_Budget] = ContextVar("statushub_http_budget")


class _BoundedReader(io.RawIOBase):
    """Reads a socket until the deadline or the byte limit, whichever comes first.

    ``requests`` knows only a time-out per read, which a slow peer can renew for ever.
    """

    def __init__(self, sock: socket.socket, budget: _Budget) -> None:
        self._sock, self._budget = sock, budget
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._budget.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took longer than its deadline")
        patience = self._sock.gettimeout()
        self._sock.settimeout(left if patience is None else min(left, patience))
        count = self._raw.readinto(buffer)
        self._budget.bytes_left -= count or 0
        if self._budget.bytes_left < 0:
            raise TooLarge("the answer is longer than its limit")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_BoundedReader(sock, _budget.get()))


class _Connection(HTTPConnection):
    response_class = _BoundedResponse


class _TlsConnection(HTTPSConnection):
    response_class = _BoundedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class BoundedAdapter(HTTPAdapter):
    """An adapter whose every exchange keeps within ``limits``."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        kwargs["timeout"] = (self.limits.connect, self.limits.read)
        deadline = time.monotonic() + self.limits.total
        token = _budget.set(_Budget(deadline, self.limits.max_bytes))
        try:
            return super().send(request, *args, **kwargs)
        finally:
            _budget.reset(token)


class _GuardedAdapter(BoundedAdapter):
    """Connects to the address that passed the rules, under the name that was asked for."""

    def __init__(self, limits: Limits, allow_private: Sequence[Network]) -> None:
        self._allow_private = tuple(allow_private)
        super().__init__(limits)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> Any:
        parts: Any = super().build_connection_pool_key_attributes(request, *args, **kwargs)
        host, pool = parts
        try:
            target = http_targets.parse(request.url or "")
            address = http_targets.pin(target, self._allow_private)
        except Unresolvable as error:
            raise requests.ConnectionError(str(error), request=request) from error
        except Refused as error:
            raise TargetRefused(str(error), request=request) from error
        name = f"[{target.host}]" if ":" in target.host else target.host
        port = host["port"]
        request.headers["Host"] = name if port is None else f"{name}:{port}"
        host["host"] = f"[{address}]" if address.version == 6 else str(address)
        if target.scheme == "https":
            pool.update(assert_hostname=target.host, server_hostname=target.host)
        return host, pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            response.close()  # a small answer could unfold into gigabytes
            raise requests.exceptions.ContentDecodingError("compressed, which was not asked for")
        return response


class SafeSession(HTTPSession):  # type: ignore[misc]  # the library ships no types
    """A ``requests`` session for addresses that users give; libraries may be handed it.

    Raises only ``requests.RequestException``; :class:`TargetRefused` when the rules say no.
    """

    def __init__(self, limits: Limits, allow_private: Sequence[Network]) -> None:
        config = Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(limits.connect, limits.read),
            user_agent_override=USER_AGENT,
        )
        super().__init__(config)
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["Accept-Encoding"] = "identity"  # so what is counted is what is kept
        for scheme in ("http://", "https://"):
            self.mount(scheme, _GuardedAdapter(limits, allow_private))

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """The request, if its address is spelt in a way that has one meaning."""
        try:
            http_targets.check_spelling(str(request.url))
        except Refused as error:
            raise TargetRefused(str(error)) from error
        prepared: requests.PreparedRequest = super().prepare_request(request)
        return prepared

    def resolve_redirects(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        """None: the library's own would read a redirect's whole body only to describe it."""
        return iter(())


def safe_session(
    allow_private: Sequence[Network] = (), limits: Limits | None = None
) -> SafeSession:
    """A session that reaches public addresses, and those in the networks of ``allow_private``."""
    return SafeSession(limits or Limits(), allow_private)


def check_url(url: str, allow_private: Sequence[Network] = (), field: str = "url") -> str:
    """``url`` as it will be called, for storing. Looks its name up; sends nothing.

    Raises Invalid by ``field`` with what to change. Sending checks again: names move.
    """
    prepared = requests.PreparedRequest()
    url = url.strip()
    try:
        http_targets.check_spelling(url)
        prepared.prepare_url(url, None)
        cleaned = prepared.url or ""
        http_targets.pin(http_targets.parse(cleaned), allow_private)
    except Refused as error:
        raise Invalid(fields={field: str(error)}) from error
    except (requests.RequestException, UnicodeError) as error:
        message = _("Enter a complete address, like https://example.com/hook.")
        raise Invalid(fields={field: message}) from error
    return cleaned


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it: ``requests`` wraps in arguments, Python in causes."""
    todo: list[BaseException] = [error]
    while todo:
        current = todo.pop()
        yield current
        behind = [current.__cause__, getattr(current, "reason", None)]
        todo += [one for one in [*behind, *current.args] if isinstance(one, BaseException)]


def never_left(error: BaseException) -> bool:
    """Is it certain that the request never went out (no name, no connection, no trust)?"""
    early = (
        NewConnectionError,
        ConnectTimeoutError,
        ProxyError,
        TargetRefused,
        Unresolvable,
        ssl.SSLCertVerificationError,
    )
    return any(isinstance(one, early) for one in _causes(error))


def explain(error: BaseException) -> str:
    """Why an exchange failed, in a short sentence for the delivery board."""
    for kind, words in (
        (Refused, str(error)),
        (socket.gaierror, _("The host name cannot be found.")),
        (ssl.SSLCertVerificationError, _("The server's certificate is not valid.")),
        (ssl.SSLError, _("No secure connection could be made.")),
        (TooLarge, _("The answer is too long.")),
        (ConnectionRefusedError, _("The server refuses connections.")),
        (ConnectTimeoutError, _("The server cannot be reached (time-out).")),
        (NewConnectionError, _("The server cannot be reached.")),
        (TimeoutError, _("The server did not answer in time.")),
        (requests.Timeout, _("The server did not answer in time.")),
    ):
        if any(isinstance(one, kind) for one in _causes(error)):
            return str(words)
    return str(_("The connection was lost before an answer came."))
