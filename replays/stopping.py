"""Being told to stop, by a signal or by the end of who started this process."""

import os
import select
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Stop:
    """Set once, by a signal handler or a thread, and waited for by the main thread.

    A pipe and no `threading.Event`: a handler runs in the thread it interrupts, and that may hold the event's lock.
    """

    def __init__(self) -> None:
        self._heard, self._told = os.pipe()
        os.set_blocking(self._told, False)

    def set(self, *_signal: Any) -> None:
        with suppress(BlockingIOError):
            os.write(self._told, b"!")

    def is_set(self) -> bool:
        return self.wait(0)

    def wait(self, seconds: float) -> bool:
        """Whether it is set, at the latest after so many seconds."""
        return bool(select.select([self._heard], [], [], seconds)[0])


def when_orphaned(act: Callable[[], None]) -> None:
    """Call `act`, from another thread, when whoever holds the other end of stdin is gone, by whatever death."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        act()

    threading.Thread(target=watch, name="orphaned?", daemon=True).start()
