"""Real data that lies beside the checkout; absent, the tests that need it say so and skip."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def shared_file(name: str) -> Path:
    """The file ``name`` of the shared folder."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return path
