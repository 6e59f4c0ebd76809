"""What may go wrong, in words that a person can act on. Doors turn these into pages and JSON."""

from __future__ import annotations

from collections.abc import Mapping


class StatusHubError(Exception):
    """Something the caller can do something about; ``str(error)`` says what, for people."""

    status = 400


class Invalid(StatusHubError):
    """Input that cannot be accepted. ``fields`` maps a field's name to its message."""

    status = 422

    def __init__(self, message: str = "", fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(message or " ".join(self.fields.values()))


class NotFound(StatusHubError):
    """There is nothing by that id (any more)."""

    status = 404


class NotSetUp(NotFound):
    """Nobody has opened the set-up link yet; there is no page to show."""


class Forbidden(StatusHubError):
    """The actor's role does not allow this."""

    status = 403


class Conflict(StatusHubError):
    """Somebody else changed it meanwhile. ``current`` carries what stands now."""

    status = 409

    def __init__(self, message: str, current: object = None) -> None:
        self.current = current
        super().__init__(message)


class ConfigError(StatusHubError):
    """A setting that cannot work; the start is stopped with this message."""

    status = 500
