"""Every field of every form takes whatever is typed: as text, or refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, IntegrityError

from statushub.core.db import db
from statushub.web import errors
from tests.attacks.conftest import Target
from tests.conftest import PASSWORD

NASTY = {
    "control characters": "\x00a\x07\x1b[31m\u202eb\ufffe",
    "script": "\"'></textarea></title><script>alert(1)</script>{{ 7*7 }}",
    "too long": "x" * 30_000,
    "a number beyond all": "9" * 40,
    "an impossible date": "2026-02-30T25:61",
    "a naive date far away": "9999-12-31T23:59",
    "nothing": "",
    "white space": " \t\u3000\u200b ",
    "the tags of mail": "@@unsubscribe@@ %s %(name)s {0}",
}
LEAVING = {"desk.sign_out"}  # it would end the walk
NO_PAGES = {"static", "desk.gallery"}  # the gallery shows parts of forms that lead nowhere
QUIET = {"hidden", "submit", "button", "image", "reset"}


@dataclass(frozen=True)
class SentForm:
    """A form of a page: where it goes, what stands in it, which fields a person types into."""

    action: str
    fields: tuple[tuple[str, str], ...]
    typed: frozenset[str]

    def filled(self, value: str, *, hidden_too: bool) -> dict[str, str]:
        """What is sent when ``value`` is typed everywhere."""
        return {
            name: value if hidden_too or name in self.typed else kept for name, kept in self.fields
        }


def forms_of(page: bytes, path: str) -> Iterator[SentForm]:
    """The forms of a page that post."""
    for form in html5lib.parse(page, namespaceHTMLElements=False).iter("form"):
        if (form.get("method") or "get").lower() != "post":
            continue
        fields: dict[str, str] = {}
        typed = set()
        for field in form.iter():
            name = field.get("name")
            if field.tag not in {"input", "textarea", "select", "button"} or not name:
                continue
            chosen = [one.get("value") or "" for one in field.iter("option")]
            default = (field.text or "").strip() if field.tag == "textarea" else ""
            fields.setdefault(name, field.get("value") or (chosen or [default])[0])
            if field.tag != "button" and field.get("type") not in QUIET:
                typed.add(name)
        yield SentForm(
            urljoin(path, form.get("action") or path), tuple(fields.items()), frozenset(typed)
        )


def all_forms(app: Flask, client: FlaskClient, target: Target) -> dict[str, SentForm]:
    """Every form that an owner is offered anywhere, by the route that takes it."""
    found: dict[str, SentForm] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in NO_PAGES:
            continue
        adapter = app.url_map.bind("localhost")
        for incident in ("incident_id", "told_id", "planned_id"):
            values = {**target.values, "incident_id": target.values[incident]}
            path = adapter.build(rule.endpoint, {n: values[n] for n in rule.arguments})
            answer = client.get(path)
            if answer.mimetype != "text/html":
                continue
            for form in forms_of(answer.data, path):
                endpoint, _values = adapter.match(urlsplit(form.action).path, "POST")
                found.setdefault(f"{endpoint} {sorted(dict(form.fields))}", form)
    return {name: form for name, form in found.items() if name.split()[0] not in LEAVING}


def assert_nothing_runs(page: bytes) -> None:
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter("script"):
        assert (element.get("src") or "").startswith("/static/"), page
    assert b"alert(1)</script>" not in page


def test_whatever_is_typed_into_any_form_is_text_or_refused_in_words(
    app: Flask,
    target: Target,
    client: FlaskClient,
    unlimited: None,
    sign_in: Callable[..., Any],
) -> None:
    sign_in("owner", name="Olga")
    forms = all_forms(app, client, target)
    assert len(forms) >= 25
    assert PASSWORD not in str(forms)
    unanswered = []
    for kind, value in NASTY.items():
        for name, form in forms.items():
            for hidden_too in (False, True):
                data = form.filled(value, hidden_too=hidden_too)
                answer = client.post(form.action, data=data)
                if answer.status_code >= 500:
                    unanswered.append((name, kind, answer.status_code))
                if answer.mimetype == "text/html":
                    assert_nothing_runs(answer.data)
    assert unanswered == []
    for form in forms.values():  # what was kept is shown as text, too
        assert_nothing_runs(client.get(form.action).data)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DataError("insert", {}, Exception("integer out of range")), 400),
        (IntegrityError("insert", {}, Exception("duplicate key")), 409),
        (RuntimeError("our mistake"), 500),
    ],
)
def test_whoever_is_signed_in_is_told_what_the_database_refused(
    app: Flask,
    target: Target,
    client: FlaskClient,
    sign_in: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    sign_in("owner", name="Olga")

    def refuse(*_args: object, **_more: object) -> None:
        db.session.rollback()  # as a transaction leaves it
        raise error

    monkeypatch.setattr("statushub.feedback.service.link_incident", refuse)
    monkeypatch.setitem(app.error_handler_spec[None][None], Exception, errors._unexpected)
    path = f"/desk/feedback/{target.values['item_id']}/incident"
    answer = client.post(path, data={"incident": target.values["told_id"]})
    assert answer.status_code == status
    assert b'href="/desk/"' in answer.data
