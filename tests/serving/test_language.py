from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, url_for
from werkzeug.test import Client

from statushub.web.language import LanguagePrefix, split_locale
from tests.serving.tiny import make_tiny


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("/", ("", "/")),
        ("/ja", ("ja", "/")),
        ("/ja/", ("ja", "/")),
        ("/ja/history", ("ja", "/history")),
        ("/en/history", ("en", "/history")),
        ("/jazz", ("", "/jazz")),
        ("/ja/en/", ("ja", "/en/")),
        ("/de/", ("", "/de/")),
        ("", ("", "")),
        ("ja/", ("", "ja/")),
    ],
)
def test_a_language_is_a_whole_first_segment(path: str, split: tuple[str, str]) -> None:
    assert split_locale(path) == split


def test_the_application_gets_the_path_without_the_language(tmp_path: Path) -> None:
    client = Client(make_tiny(tmp_path))
    assert client.get("/ja/where").text == "/ja ja /where"
    assert client.get("/where").text == " None /where"
    assert client.get("/ja/ja/where").status_code == 404


def test_addresses_built_meanwhile_keep_the_language() -> None:
    app = Flask("links")
    app.add_url_rule("/history", "history", lambda: url_for("history", page=2))
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    assert app.test_client().get("/ja/history").text == "/ja/history?page=2"
    assert app.test_client().get("/history").text == "/history?page=2"


def test_the_environ_of_the_caller_is_not_touched(tmp_path: Path) -> None:
    environ = {"PATH_INFO": "/ja/x", "SCRIPT_NAME": "/mounted"}
    seen = {}

    def app(inner: dict[str, str], _start: object) -> list[bytes]:
        seen.update(inner)
        return []

    LanguagePrefix(app)(environ, lambda *_: lambda _: None)
    assert seen["SCRIPT_NAME"] == "/mounted/ja"
    assert environ == {"PATH_INFO": "/ja/x", "SCRIPT_NAME": "/mounted"}
