"""Every transport, by name. A new network is one file beside the others and one line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext as _

from statushub.channels.seam import Transport
from statushub.channels.transports.email import EmailTransport
from statushub.channels.transports.webhook import WebhookTransport
from statushub.channels.transports.x import XTransport
from statushub.core.errors import NotFound
from statushub.core.http_targets import Network


@dataclass(frozen=True)
class Config:
    """What transports need to know of the installation, as plain values."""

    smtp_url: str | None = None
    mail_from: str = ""
    x_api_base: str | None = None
    allow_private: Sequence[Network] = ()


_BUILDERS: dict[str, Callable[[Config], Transport]] = {
    "x": lambda config: XTransport(config.x_api_base),
    "email": lambda config: EmailTransport(config.smtp_url, config.mail_from),
    "webhook": lambda config: WebhookTransport(config.allow_private),
}


class Transports:
    """The transports of one application, built once; safe to use from many threads."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigError for a setting that cannot work. Connects to nothing."""
        self.config = config
        self._by_name = MappingProxyType({name: build(config) for name, build in _BUILDERS.items()})

    @classmethod
    def from_settings(
        cls,
        *,
        smtp_url: str | None,
        mail_from: str,
        x_api_base: str | None,
        allow_private: Sequence[Network],
    ) -> Transports:
        """From the installation's settings; an empty one is one that is not set."""
        return cls(Config(smtp_url or None, mail_from, x_api_base or None, tuple(allow_private)))

    def get(self, name: str) -> Transport:
        """The transport of that name. Raises NotFound."""
        try:
            return self._by_name[name]
        except KeyError as error:
            raise NotFound(_("There is no channel type called %(name)s.", name=name)) from error

    def all_(self) -> tuple[Transport, ...]:
        """Every transport, in the order of the registry."""
        return tuple(self._by_name.values())

    def connectable(self) -> tuple[Transport, ...]:
        """Those that need an account connected at the desk: they declare settings."""
        return tuple(transport for transport in self.all_() if transport.settings)

    def close(self) -> None:
        """Close kept-open connections. The transports may be used again."""
        for transport in self.all_():
            close = getattr(transport, "close", None)
            if close is not None:
                close()
