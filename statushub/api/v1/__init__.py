"""Management API v1, with a key: incidents, components, deliveries (docs/api.md)."""

from __future__ import annotations

from statushub.api.v1 import components, deliveries, incidents
from statushub.api.v1.blueprint import api_v1

__all__ = ["api_v1", "components", "deliveries", "incidents"]
