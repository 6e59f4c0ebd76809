"""Children end with their parent, also when it is killed and can say nothing any more."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends (Linux, prctl(2)); nothing elsewhere.
    Fit to be called between fork and exec."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def watch_parent() -> None:
    """The same for this process while it runs, on every system: where the kernel does not tell,
    a thread looks once a second whether the parent is still the one it was."""
    end_with_parent()
    if not _LINUX:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
