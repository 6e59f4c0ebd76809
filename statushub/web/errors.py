"""Errors as pages (or JSON, where the asker wants it): what happened, and the next step.

Nothing typed is lost: when the database is away, the page carries what was sent, ready to be
sent again.
"""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from statushub.core.db import db
from statushub.core.errors import Invalid, NotSetUp, StatusHubError

_SECRET_ENDINGS = ("password", "secret", "_token", "_key")  # of the names of fields
_MOST_FIELDS = 600  # more than any form of ours has; a page of 100,000 fields takes ten seconds
_TEMPLATES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})


def wants_json() -> bool:
    """Whether the asker is a program rather than a person's browser."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    return request.accept_mimetypes.best == "application/json"


def error_page(status: int, message: str) -> Response:
    """The page of ``status`` with a sentence for the reader."""
    if wants_json():
        return make_response(jsonify(error=message), status)
    name = status if status in _TEMPLATES else (400 if status < 500 else 500)
    return make_response(render_template(f"errors/{name}.html", message=message), status)


def _known(error: StatusHubError) -> ResponseReturnValue:
    if wants_json():
        fields = error.fields if isinstance(error, Invalid) else {}
        return make_response(jsonify(error=str(error), fields=fields), error.status)
    if isinstance(error, NotSetUp):
        return make_response(render_template("errors/not_set_up.html"), error.status)
    return error_page(error.status, str(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    # Werkzeug's own words are English and say less than our page does; ours are kept.
    own_words = error.description != type(error).description
    message = (error.description or "") if own_words or wants_json() else ""
    response = error_page(error.code, message)
    for name, value in error.get_headers():
        if name.lower() in {"retry-after", "allow"}:
            response.headers[name] = value
    return response


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return error_page(413, _("That is more text than fits. Shorten it and send it again."))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    if _from_elsewhere():  # their form must not come back as ours, with a token that works
        return error_page(400, _("That was sent by another site's page, so it was not done."))
    message = _(
        "This form was open too long, or cookies are off. What you typed is below: send it again."
    )
    if wants_json():
        return error_page(400, message)
    return make_response(_typed_page(message, title=_("Not saved yet: send it again")), 400)


def _from_elsewhere() -> bool:
    """Whether another site's page sent this; every browser says so of a POST (Fetch, 3.1)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(current_app.config["BASE_URL"]).netloc}
    return origin is not None and urlsplit(origin).netloc not in ours


def typed_fields() -> list[tuple[str, str, str]]:
    """What the reader typed, as (label, name, value), but for secrets."""
    return [
        (name.replace("_", " ").capitalize(), name, value)
        for name, value in islice(request.form.items(multi=True), _MOST_FIELDS)
        if not holds_secret(name)
    ]


def holds_secret(name: str) -> bool:
    """Whether a field of that name holds what no page may show: a password, a network's keys."""
    return name.lower().endswith(_SECRET_ENDINGS)


def _typed_page(message: str, title: str = "") -> str:
    """The page that holds what was typed, with a fresh token so that it can be sent again."""
    fields = typed_fields()
    return render_template(
        "errors/database.html",
        fields=fields,
        # A page for everybody has no session, and so no token; nothing was typed there.
        hidden=[("csrf_token", generate_csrf())] if fields else [],
        message=message,
        title=title,
    )


def _database_away(error: SQLAlchemyError) -> ResponseReturnValue:
    current_app.logger.error("database away: %s", getattr(error, "orig", None) or error)
    g._login_user = AnonymousUserMixin()  # templates must not ask the database who is there
    g.database_away = True
    db.session.remove()
    message = _("The database does not answer just now. Nothing you typed is lost.")
    if wants_json():
        response = make_response(jsonify(error=message), 503)
    else:
        response = make_response(_typed_page(message), 503)
    response.headers["Retry-After"] = "5"
    return response


def _begin_afresh() -> None:
    """Another session; whoever is there is read again, for the page that tells of the error."""
    db.session.remove()
    g.pop("_login_user", None)


def _not_data(error: DataError) -> ResponseReturnValue:
    """PostgreSQL knows no NUL in a text and no number beyond its columns; people type neither."""
    current_app.logger.warning("refused by the database: %s", error.orig)
    _begin_afresh()
    return error_page(400, _("That holds a character or a number that cannot be stored."))


def _clash(error: IntegrityError) -> ResponseReturnValue:
    """Two did the same in the same moment, and no rule of a room noticed."""
    current_app.logger.error("clash: %s", error.orig, exc_info=error)
    _begin_afresh()
    return error_page(409, _("Somebody did the same in this moment. Load the page again."))


def _refuse_nul() -> None:
    """No address of ours has a NUL, and no database could look one up."""
    if "\x00" in request.path:
        abort(404)


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("unexpected: %s", type(error).__name__, exc_info=error)
    _begin_afresh()
    return error_page(500, _("That is our fault. It was logged; please try again."))


def install(app: Flask) -> None:
    """Register every handler."""
    app.before_request(_refuse_nul)
    app.register_error_handler(StatusHubError, _known)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError, NoConnectionFree):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(DataError, _not_data)
    app.register_error_handler(IntegrityError, _clash)
    if not app.config["TESTING"]:
        app.register_error_handler(Exception, _unexpected)
