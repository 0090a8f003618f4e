"""The worker that `serve` runs where nobody else can be expected to: a process of its own, started again if it dies.

Its stdin is a pipe from here: whatever death this process dies, the worker reads the end of it, and ends too.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from django.conf import settings

WORKER_COMMAND = (sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--embedded")
RESTART_AFTER_S = (1.0, 5.0, 30.0, 300.0)
"""After the first death, the second ...; from the last on always the same."""

LIVED_LONG_S = 600.0
"""A worker that lived so long did not die of what its predecessors died of."""

PATIENCE_S = 10.0
"""A worker that is told to stop has ended by then."""


class EmbeddedWorker:
    """`say` is told when the worker has died, and when another is started."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        command: Sequence[str] = WORKER_COMMAND,
        restart_after_s: Sequence[float] = RESTART_AFTER_S,
    ) -> None:
        self._say = say
        self._command = command
        self._restart_after_s = restart_after_s
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_one_alive, name="embedded worker", daemon=True)

    def start(self) -> None:
        """Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when the worker has ended; nothing happens where none was started."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep_one_alive(self) -> None:
        deaths = 0
        while True:
            with self._lock:
                if self._stopping.is_set():
                    return
                # A session of its own: Ctrl-C in the terminal is the server's to hand on.
                process = self._process = subprocess.Popen(  # noqa: S603
                    self._command, stdin=subprocess.PIPE, start_new_session=True
                )
            began = time.monotonic()
            returncode = process.wait()
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - began >= LIVED_LONG_S else deaths + 1
            wait_s = self._restart_after_s[min(deaths, len(self._restart_after_s)) - 1]
            self._say(f"The worker ended by itself (exit code {returncode}): another one in {wait_s:.0f} s")
            self._stopping.wait(wait_s)
