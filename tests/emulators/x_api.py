"""The part of the X API v2 that StatusHub uses, on the wire as X speaks it.

Signatures are verified for the public address (``X-Orig-Host`` says which), identical texts of one
account are refused, links become t.co, ``&<>`` become entities. :class:`Fault` scripts what goes
wrong. With ``state`` every accepted post is appended to a JSON-lines file and read back at start.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from oauthlib.oauth1 import SignatureOnlyEndpoint
from twitter_text import extract_urls_with_indices, parse_tweet

from tests.emulators.http_base import Handler, Served, serve_until_told
from tests.emulators.x_accounts import Signatures, XAccount

PUBLIC_HOST = "api.twitter.com"
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
REPLY_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."


def problem(status: int, title: str, detail: str) -> dict[str, Any]:
    """X's problem object."""
    return {"title": title, "detail": detail, "type": "about:blank", "status": status}


@dataclass
class Fault:
    """What goes wrong at the next ``times`` requests of this method and path.

    ``store``: X does the work first. ``delay``: seconds before the answer. ``cut``: the connection
    is reset instead of an answer. ``status`` None: the normal answer (after ``delay``).
    """

    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    store: bool = False
    delay: float = 0.0
    cut: bool = False
    times: int = 1
    method: str = "POST"
    path: str = "/2/tweets"


def rate_limited(reset: int | None, **more: Any) -> Fault:
    """429; ``reset``: when the window ends, in Unix seconds, or None for a silent one."""
    headers = {} if reset is None else {"x-rate-limit-reset": str(reset)}
    return Fault(429, problem(429, "Too Many Requests", "Too Many Requests"), headers, **more)


def refused(status: int, title: str, detail: str, **more: Any) -> Fault:
    """A problem object with that status."""
    return Fault(status, problem(status, title, detail), **more)


UNAUTHORIZED = refused(401, "Unauthorized", "Unauthorized")
NO_CREDITS = refused(402, "CreditsDepleted", "Your account has no credits left.")
SUSPENDED = refused(403, "Forbidden", "Your account is suspended and may not post.")
NULL_ERRORS = Fault(403, {"errors": None})
UNAVAILABLE = refused(503, "Service Unavailable", "Service Unavailable")
UNAVAILABLE_HTML = Fault(503, "<html>Over capacity</html>", content_type="text/html")
LIST_BODY = Fault(500, [{"message": "Internal error"}])
CUT_BEFORE = Fault(cut=True)
CUT_AFTER = Fault(cut=True, store=True)
NOT_JSON = Fault(201, "created", content_type="text/plain", store=True)
ERRORS_ONLY = Fault(201, {"errors": [{"title": "Partial", "detail": "odd"}]}, store=True)


def accepted_late(seconds: float) -> Fault:
    """Posted, but the answer comes after ``seconds``."""
    return Fault(status=None, store=True, delay=seconds)


@dataclass
class Post:
    """A stored post. ``sent`` is what the client wrote, ``text`` what X shows."""

    id: str
    account: str
    sent: str
    text: str
    urls: list[dict[str, Any]]
    created_at: str
    in_reply_to: str | None = None
    deleted: bool = False

    def shown(self, fields: set[str]) -> dict[str, Any]:
        """As X answers it; ``fields`` are the extra ones that were asked for."""
        said: dict[str, Any] = {
            "id": self.id,
            "text": self.text,
            "edit_history_tweet_ids": [self.id],
        }
        if "created_at" in fields:
            said["created_at"] = self.created_at
        if "entities" in fields and self.urls:
            said["entities"] = {"urls": self.urls}
        return said


def shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """``text`` as X keeps it: links as t.co, three characters as HTML entities."""
    kept, urls, at = "", [], 0
    for number, found in enumerate(extract_urls_with_indices(text)):
        start, end = found["indices"]
        kept += html.escape(text[at:start], quote=False)
        url, at = found["url"], end
        expanded = url if url.lower().startswith("http") else f"http://{url}"
        short = f"https://t.co/{hashlib.sha256(f'{number}{url}'.encode()).hexdigest()[:10]}"
        place = {"start": len(kept), "end": len(kept) + len(short)}
        shown = expanded.partition("://")[2][:30]
        urls.append({**place, "url": short, "expanded_url": expanded, "display_url": shown})
        kept += short
    return kept + html.escape(text[at:], quote=False), urls


class _XHandler(Handler):
    def handle_any(self) -> None:
        emulator: XEmulator = self.server.owner  # type: ignore[attr-defined]
        raw = self.read_body()
        where = urlsplit(self.path)
        if where.path.startswith("/_emulator/"):
            self.answer(*emulator.control(self.command, where.path, raw))
            return
        emulator.requests[f"{self.command} {where.path}"] += 1
        account = emulator.signed_by(self.command, self.path, dict(self.headers.items()))
        fault = emulator.next_fault(self.command, where.path)
        if account is None:
            self.answer(401, problem(401, "Unauthorized", "Unauthorized"))
            return
        if fault is not None and not fault.store and fault.status is not None:
            self._fail(fault)
            return
        if fault is not None and fault.cut and not fault.store:
            self.cut()
            return
        query = {name: values[-1] for name, values in parse_qs(where.query).items()}
        status, body = emulator.serve(account, self.command, where.path, query, raw)
        if fault is None or status >= 400:
            self.answer(status, body)
            return
        self._fail(fault, status, body)

    def _fail(self, fault: Fault, status: int = 200, body: Any = None) -> None:
        emulator: XEmulator = self.server.owner  # type: ignore[attr-defined]
        if fault.delay:
            emulator.stopping.wait(fault.delay)
        if fault.cut:
            self.cut()
        elif fault.status is None:
            self.answer(status, body)
        else:
            self.answer(fault.status, fault.body, fault.headers, fault.content_type)

    def do_GET(self) -> None:
        self.handle_any()

    def do_POST(self) -> None:
        self.handle_any()

    def do_DELETE(self) -> None:
        self.handle_any()


class XEmulator(Served):
    """X on 127.0.0.1. ``posts`` is what stands there; ``faults`` are used up in order."""

    handler = _XHandler

    def __init__(
        self, port: int = 0, state: Path | None = None, usernames: tuple[str, ...] = ("acme",)
    ) -> None:
        super().__init__(port)
        self.accounts = [XAccount(name) for name in usernames]
        self.faults: list[Fault] = []
        self.requests: Counter[str] = Counter()
        self.stopping = threading.Event()
        self._all: list[Post] = []
        self._state = state
        self._lock = threading.Lock()
        self._validator = Signatures(self.accounts)
        if state is not None and state.exists():
            for line in state.read_text().splitlines():
                self._remember(Post(**json.loads(line)))

    @property
    def account(self) -> XAccount:
        """The first account."""
        return self.accounts[0]

    @property
    def posts(self) -> list[Post]:
        """What stands there now, oldest first."""
        with self._lock:
            return [post for post in self._all if not post.deleted]

    def fail(self, *faults: Fault) -> None:
        """Script what goes wrong next."""
        with self._lock:
            self.faults += [Fault(**asdict(fault)) for fault in faults]

    def delete(self, post_id: str) -> None:
        """As if its owner deleted it in the browser."""
        with self._lock:
            for post in self._all:
                if post.id == post_id:
                    post.deleted = True
                    self._write(post)

    def stop(self) -> None:
        self.stopping.set()
        super().stop()

    def signed_by(self, method: str, path: str, headers: dict[str, str]) -> XAccount | None:
        """Whose valid OAuth 1.0a signature the request carries for X's public address."""
        host = headers.get("X-Orig-Host", PUBLIC_HOST)
        signed = {"Authorization": headers.get("Authorization", "")}
        with self._lock:
            valid, request = SignatureOnlyEndpoint(self._validator).validate_request(
                f"https://{host}{path}", method, None, signed
            )
        return self._validator.account(request.resource_owner_key) if valid else None

    def next_fault(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if (fault.method, fault.path) == (method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    def serve(
        self, account: XAccount, method: str, path: str, query: dict[str, str], raw: bytes
    ) -> tuple[int, Any]:
        """The endpoint's answer."""
        with self._lock:
            if (method, path) == ("POST", "/2/tweets"):
                return self._create(account, json.loads(raw))
            if (method, path) == ("GET", "/2/users/me"):
                name = account.username
                return 200, {"data": {"id": account.id, "name": name, "username": name}}
            if (method, path) == ("GET", f"/2/users/{account.id}/tweets"):
                return self._timeline(account, query)
            if method == "DELETE" and path.startswith("/2/tweets/"):
                return self._delete(account, path.rpartition("/")[2])
        return 404, problem(404, "Not Found", "No such endpoint")

    def control(self, method: str, path: str, raw: bytes) -> tuple[int, Any]:
        """Other processes: POST /_emulator/faults (a list), GET /_emulator/posts."""
        if path == "/_emulator/faults" and method == "POST":
            self.fail(*(Fault(**fault) for fault in json.loads(raw)))
            return 204, None
        if path == "/_emulator/posts":
            return 200, [asdict(post) for post in self.posts]
        return 404, None

    def _create(self, account: XAccount, body: dict[str, Any]) -> tuple[int, Any]:
        text = body.get("text", "")
        if not parse_tweet(text).valid:
            return 400, problem(400, "Invalid Request", "Your Tweet text is too long or empty.")
        reply_to = body.get("reply", {}).get("in_reply_to_tweet_id")
        standing = [post for post in self._all if not post.deleted]
        if reply_to is not None and reply_to not in {post.id for post in standing}:
            return 403, problem(403, "Forbidden", REPLY_GONE)
        if any(post.account == account.username and post.sent == text for post in standing):
            return 403, problem(403, "Forbidden", DUPLICATE)
        shown, urls = shortened(text)
        post = Post(
            id=str(1_900_000_000_000_000_001 + len(self._all)),
            account=account.username,
            sent=text,
            text=shown,
            urls=urls,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            in_reply_to=reply_to,
        )
        self._remember(post)
        self._write(post)
        return 201, {"data": post.shown(set())}

    def _timeline(self, account: XAccount, query: dict[str, str]) -> tuple[int, Any]:
        size = int(query.get("max_results", 10))
        if not 5 <= size <= 100:
            return 400, problem(400, "Invalid Request", "max_results is not between 5 and 100.")
        since = query.get("start_time", "")
        before = int(query.get("pagination_token") or 2**63)
        mine = [
            post
            for post in reversed(self._all)
            if post.account == account.username
            and not post.deleted
            and post.created_at[:19] >= since[:19]
            and int(post.id) < before
        ]
        fields = set(query.get("tweet.fields", "").split(","))
        meta: dict[str, Any] = {"result_count": len(mine[:size])}
        if len(mine) > size:
            meta["next_token"] = mine[size - 1].id
        if not mine:
            return 200, {"meta": meta}
        return 200, {"data": [post.shown(fields) for post in mine[:size]], "meta": meta}

    def _delete(self, account: XAccount, post_id: str) -> tuple[int, Any]:
        for post in self._all:
            if post.id == post_id and post.account == account.username and not post.deleted:
                post.deleted = True
                self._write(post)
                return 200, {"data": {"deleted": True}}
        return 200, {"data": {"deleted": False}}

    def _remember(self, post: Post) -> None:
        self._all = [one for one in self._all if one.id != post.id] + [post]
        self._all.sort(key=lambda one: int(one.id))

    def _write(self, post: Post) -> None:
        if self._state is not None:
            with self._state.open("a") as lines:
                lines.write(json.dumps(asdict(post)) + "\n")


def read_state(state: Path) -> list[Post]:
    """What a run of the command left in its file: what stands on X now, oldest first."""
    by_id = {post["id"]: Post(**post) for post in map(json.loads, state.read_text().splitlines())}
    return [post for post in by_id.values() if not post.deleted]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--username", action="append")
    given = parser.parse_args()
    names = tuple(given.username or ("acme",))
    serve_until_told(XEmulator(given.port, given.state, names))


if __name__ == "__main__":
    main()
