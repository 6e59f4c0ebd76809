"""A page read over its public API instead of from a file."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from statushub.core.errors import Invalid
from statushub.core.http import Limits, check_url, explain, safe_session
from statushub.imports.shape import Document, read_document

# The API gives at most the 50 newest of each list; see docs/import.md.
_PARTS = {
    "components": "/api/v2/components.json",
    "incidents": "/api/v2/incidents.json",
    "scheduled_maintenances": "/api/v2/scheduled-maintenances.json",
}
_LIMITS = Limits(read=30.0, total=60.0, max_bytes=64 * 1024 * 1024)


def read_site(base_url: str, allow_private: Sequence[IPv4Network | IPv6Network] = ()) -> Document:
    """The document behind ``base_url``. Raises Invalid when it cannot be had or is not one."""
    base = check_url(base_url.rstrip("/"), allow_private, "source")
    raw: dict[str, Any] = {}
    with safe_session(allow_private, _LIMITS) as session:
        for key, path in _PARTS.items():
            answer = _get(session, base + path)
            if not isinstance(answer, dict):
                raise Invalid(f"{base}{path}: is not a status page's answer.")
            raw[key] = answer.get(key)
            raw.setdefault("page", answer.get("page"))
    return read_document(raw)


def _get(session: Any, url: str) -> Any:
    try:
        response = session.get(url, headers={"Accept": "application/json"})
        if response.status_code != 200:
            raise Invalid(f"{url}: answered {response.status_code}, so there is nothing to import.")
        return response.json()
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{url}: the answer is not JSON.") from error
    except OSError as error:  # every error of requests is one
        raise Invalid(f"{url}: {explain(error)}") from error
