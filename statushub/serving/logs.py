"""What the processes write to the log: our own doings, and of others only what went wrong."""

from __future__ import annotations

import logging


def log_to_stderr() -> None:
    """Time, level, who, what; one line each."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("statushub").setLevel(logging.INFO)
