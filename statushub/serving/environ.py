"""The request behind every stored page: made by us, from the page's address alone.

A page that is kept for everybody is never rendered from a visitor's own request, so that no
cookie, language, host name or invented header of one visitor can end up in what all others get.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.test import EnvironBuilder

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MARK = "statushub.stored"  # in the environ: this request is ours, nobody is looking
AGENT = "StatusHub"
# Who asked, so that rate limits still count; nothing else of a visitor's request is passed on.
_ASKER = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


def public_environ(
    base_url: str, key: str, asker: Mapping[str, Any] | None = None
) -> WSGIEnvironment:
    """A plain GET of ``key`` (path, with query if it has one) on the page's own address.

    The path is taken as PATH_INFO spells it. Read as an address it would be decoded once more,
    and ``/incidents/%61`` would be kept as another page than ``/incidents/a``.
    """
    path, _, query = key.partition("?")
    builder = EnvironBuilder(
        query_string=query,
        base_url=f"{base_url.rstrip('/')}/",
        headers=[("User-Agent", AGENT)],
    )
    environ = builder.get_environ()
    builder.close()
    environ["PATH_INFO"] = path
    environ["REMOTE_ADDR"] = "127.0.0.1"
    environ[MARK] = True
    if asker is not None:
        environ.update({name: asker[name] for name in _ASKER if name in asker})
    return environ
