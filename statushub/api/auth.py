"""Who calls: an API key in the ``Authorization`` header, with the permissions of its role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from flask import Response, g, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from statushub.accounts.models import ApiKey
from statushub.accounts.permissions import Permission, allows
from statushub.accounts.service import key_holder
from statushub.core.errors import Forbidden
from statushub.web.guards import public

SCHEMES = ("oauth", "bearer")  # Statuspage's clients say OAuth, everybody else Bearer
KEY_MAX = 200
P = ParamSpec("P")


def key_needs(
    permission: Permission,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """This view is for keys whose role has ``permission``: 401 without a key that works, 403
    with one that may not. It marks the view as public for the desk's guard, which asks for
    people; keys in the query are not taken, because addresses end up in logs."""

    def mark(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            key = _presented()
            if key is None:
                return _refused()
            g.api_key = key
            require(permission)
            return view(*args, **kwargs)

        return cast(Callable[P, ResponseReturnValue], public(guarded))

    return mark


def holder() -> ApiKey:
    """The key of this request."""
    return cast(ApiKey, g.api_key)


def require(permission: Permission) -> None:
    """Raises Forbidden when the key's role does not have ``permission``."""
    if not allows(holder().role, permission):
        raise Forbidden(
            f"The role of this key ({holder().role.value}) lacks {permission.value}. "
            "Use a key with a role that has it."
        )


def _presented() -> ApiKey | None:
    scheme, _space, plaintext = request.headers.get("Authorization", "").partition(" ")
    plaintext = plaintext.strip()
    if scheme.lower() not in SCHEMES or not plaintext or len(plaintext) > KEY_MAX:
        return None
    return key_holder(plaintext)


def _refused() -> Response:
    message = "Send an API key that works: Authorization: OAuth <key>, or Bearer <key>."
    response = make_response(jsonify(error=message, fields={}), 401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="StatusHub API"'
    return response
