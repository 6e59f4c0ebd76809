"""JSON answers of v1, keys in the order in which they are documented."""

from __future__ import annotations

import json
from typing import Any

from flask import Response


def answer(document: Any, status: int = 200) -> Response:
    """``document`` as JSON; never stored, for it may hold what is not public."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
