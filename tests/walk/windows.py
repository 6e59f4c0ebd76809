"""Browser windows that notice what a person would not: errors, strangers, refused scripts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

# Chromium says every 4xx in its console; :meth:`Windows._answered` judges those by themselves.
# Going offline is the walk's own doing.
_EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d"
    r"|net::ERR_INTERNET_DISCONNECTED)"
)
_OWN_SCHEMES = ("data", "blob", "about")


class Windows:
    """Opens windows on one product and collects what goes wrong in any of them."""

    def __init__(self, browser: Any, url: str) -> None:
        self.problems: list[str] = []
        self._browser = browser
        self._url = url
        self._contexts: list[Any] = []

    def open(self, *, height: int = 900, width: int = 1280, **facts: Any) -> Any:
        """A window of somebody's own: own cookies, 24-hour clock, London. Returns its page."""
        context = self._browser.new_context(
            base_url=self._url,
            viewport={"width": width, "height": height},
            **{"locale": "en-GB", "timezone_id": "Europe/London", **facts},
        )
        context.set_default_timeout(20_000)  # a loaded machine is no fault
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def story(self) -> str:
        """Where every window stands and what it reads there, for a failure's report."""
        pages = [page for context in self._contexts for page in context.pages]
        return "\n".join(
            f"== {page.url}\n{page.locator('body').inner_text()[:6000]}" for page in pages
        )

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _asked(self, request: Any) -> None:
        where = urlsplit(request.url)
        if where.scheme not in _OWN_SCHEMES and not request.url.startswith(self._url):
            self.problems.append(f"a request to a stranger: {request.url}")

    def _answered(self, response: Any) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (response.status == 404 and kind != "document"):
            self.problems.append(f"{response.status} for {response.url}")

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning") and not _EXPECTED.match(message.text):
            self.problems.append(f"console: {message.text}")
