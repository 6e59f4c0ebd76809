"""Public pages that are the same for everybody: marked for the hot path, with an ETag.

Such a page depends on its path alone (and on ``page`` where a path is paged), so it is rendered
as for a stranger: no session is opened, nobody is signed in, no cookie can go out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, g, make_response, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin

MARKER = "X-StatusHub-Cache"
CACHE_CONTROL = "public, max-age=0, must-revalidate"
P = ParamSpec("P")


def cacheable(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """This view's answer may be kept for everybody. Goes above the guard's mark, which it
    passes on; conditional requests are answered here too, where no hot path is in front."""

    @wraps(view)
    def serve(*args: P.args, **kwargs: P.kwargs) -> Response:
        as_stranger()
        response = make_response(view(*args, **kwargs))
        response.headers[MARKER] = "page"
        response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        response.add_etag()
        response.make_conditional(request)
        return response

    return serve


def as_stranger() -> None:
    """From here on this request knows no session and nobody who is signed in."""
    g._login_user = AnonymousUserMixin()
    # Flask offers no public way to leave the session out of one answer, and flask-login's hook
    # would look into it, which alone makes an answer vary by cookie.
    request_ctx._session = current_app.session_interface.make_null_session(current_app)
