"""``python -m benchmarks [NAME…]``: run every benchmark, or those whose name contains a NAME.

Each runs in a process of its own, so that none measures what another left behind. The exit code
is 1 when one failed.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

ALSO = ("publish_to_visible",)
LIMIT_SECONDS = 600


def names() -> list[str]:
    """Every benchmark there is."""
    return [*ALSO, *sorted(file.stem for file in Path(__file__).parent.glob("bench_*.py"))]


def run(name: str) -> bool:
    """Run one; False when it failed."""
    print(f"\n== {name} ==", flush=True)
    code = f"import benchmarks.{name} as bench; bench.main()"
    try:
        done = subprocess.run([sys.executable, "-c", code], timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"{name} did not end within {LIMIT_SECONDS} s", flush=True)
        return False
    return done.returncode == 0


def main() -> int:
    """All that were asked for."""
    wanted = sys.argv[1:]
    chosen = [name for name in names() if not wanted or any(part in name for part in wanted)]
    if not chosen:
        print(f"No benchmark is called {' or '.join(wanted)}. There are: {', '.join(names())}")
        return 2
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load:.1f}")
    failed = [name for name in chosen if not run(name)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
