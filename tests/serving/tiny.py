"""A tiny Flask application whose moods are files, so that a test steers it in any process.

``text`` is what pages say. While ``dead`` exists every view fails as if the database were away;
while ``hang`` exists every view waits as if the database were frozen.
"""

from __future__ import annotations

import time
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request

from statushub.web.language import LanguagePrefix

HANG_LIMIT = 30.0


class Moods:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def text(self) -> str:
        file = self.folder / "text"
        return file.read_text(encoding="utf-8") if file.exists() else "all is well"

    @text.setter
    def text(self, text: str) -> None:
        (self.folder / "text").write_text(text, encoding="utf-8")

    def set(self, mood: str, on: bool = True) -> None:
        file = self.folder / mood
        if on:
            file.touch()
        else:
            file.unlink(missing_ok=True)

    def has(self, mood: str) -> bool:
        return (self.folder / mood).exists()

    def count(self, what: str) -> int:
        file = self.folder / f"count-{what}"
        return len(file.read_bytes()) if file.exists() else 0

    def tally(self, what: str) -> None:
        with (self.folder / f"count-{what}").open("ab") as file:
            file.write(b".")

    def suffer(self) -> None:
        end = time.monotonic() + HANG_LIMIT
        while self.has("hang") and time.monotonic() < end:
            time.sleep(0.02)
        if self.has("dead"):
            raise ConnectionError("the database is away")


tiny = Blueprint("tiny", __name__)
FILLER = "<p>the quick brown fox jumps over the lazy dog</p>" * 100


def make_tiny(folder: Path) -> Flask:
    app = Flask("tiny")
    app.extensions["moods"] = Moods(folder)
    app.register_blueprint(tiny)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    return app


def moods() -> Moods:
    found: Moods = current_app.extensions["moods"]
    return found


def public(body: str, kind: str = "text/html") -> Response:
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.headers["X-StatusHub-Cache"] = "page"
    return response


@tiny.before_app_request
def suffer() -> None:
    moods().tally("asked")
    moods().suffer()


@tiny.after_app_request
def secure(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'self'"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@tiny.get("/")
def home() -> Response:
    return public(f"<h1>{moods().text}</h1>{FILLER}")


@tiny.get("/history")
def history() -> Response:
    return public(f"<h1>history {request.args.get('page', '1')}: {moods().text}</h1>{FILLER}")


@tiny.get("/incidents/<key>")
def incident(key: str) -> Response:
    if not key.startswith("real"):
        return Response("no such incident", 404)
    who = request.cookies.get("name", "nobody")
    seen = f"{key} {who} {request.host} {request.query_string.decode()}"
    return public(f"<h1>{seen}: {moods().text}</h1>{FILLER}")


@tiny.get("/api/v2/status.json")
def status() -> Response:
    response = public(f'{{"text": "{moods().text}"}}', "application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@tiny.get("/cookie")
def cookie() -> Response:
    response = public("personal")
    response.set_cookie("session", "secret")
    return response


@tiny.route("/desk/", methods=["GET", "POST"])
def desk() -> str:
    return f"desk of {request.cookies.get('name', 'nobody')}"


@tiny.post("/echo")
def echo() -> bytes:
    return request.get_data()


@tiny.get("/stream")
def stream() -> Response:
    return Response((f"{number}\n" for number in range(5)), content_type="text/plain")


@tiny.get("/where")
def where() -> str:
    return f"{request.script_root} {request.environ.get('statushub.locale')} {request.path}"
