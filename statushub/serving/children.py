"""One child process of the supervisor: started, started again when it dies, stopped in peace."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from statushub.serving.parent import end_with_parent

log = logging.getLogger(__name__)

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
STEADY_SECONDS = 30.0  # who lived this long starts again without waiting


class Child:
    """``grace`` is how many seconds it gets between SIGTERM and SIGKILL."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], grace: float
    ) -> None:
        self.name = name
        self.deaths = 0
        self._command = list(command)
        self._env = dict(env)
        self._grace = grace
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._delay = FIRST_DELAY

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None else None

    def tend(self) -> None:
        """Start it when it is due; notice when it died. Called a few times a second."""
        moment = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is not None:
                self._mourn(code, moment)
        elif moment >= self._start_at:
            self._start(moment)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._signal(signal.SIGTERM)

    def wait(self, hurry: Sequence[object] = ()) -> None:
        """Until it ended; SIGKILL when its grace is over or as soon as ``hurry`` is not empty."""
        end = time.monotonic() + self._grace
        while self._process is not None and self._process.poll() is None:
            if hurry or time.monotonic() > end:
                log.warning("%s did not stop in time and is killed", self.name)
                break
            time.sleep(0.05)
        self._kill_group()  # the late, and whatever the dead may have left behind
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _start(self, moment: float) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which knows the order.
        self._process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
            self._command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )
        self._started_at = moment

    def _mourn(self, code: int, moment: float) -> None:
        self._kill_group()  # what it may have left behind (a worker of the server)
        self._process = None
        self.deaths += 1
        if moment - self._started_at > STEADY_SECONDS:
            self._delay = FIRST_DELAY
        log.error("%s ended (%s); starting it again in %.2g s", self.name, _why(code), self._delay)
        self._start_at = moment + self._delay
        self._delay = min(self._delay * 2, LONGEST_DELAY)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _kill_group(self) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(self._process.pid, signal.SIGKILL)


def _why(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
