"""How much one client may say. Pure: the caller tells the time in monotonic seconds."""

from collections import Counter

MESSAGES_PER_SECOND = 20
BAD_MESSAGES = 20
BAD_WINDOW_S = 10.0
MAX_MESSAGE_BYTES = 64 * 1024


class Bucket:
    """At most `count` events in any `window_s` seconds."""

    def __init__(self, count: int, window_s: float) -> None:
        self._times: list[float] = []  # a deque takes 700 bytes when it is empty, as most are
        self._count = count
        self._window_s = window_s

    def admits(self, now_s: float) -> bool:
        """Whether one more event at `now_s` is within the limit; it counts if so."""
        if self._times and now_s - self._times[0] >= self._window_s:
            self._times = [time_s for time_s in self._times if now_s - time_s < self._window_s]
        if len(self._times) >= self._count:
            return False
        self._times.append(now_s)
        return True


class Addresses:
    """Open connections of each client address in this process.

    Not of all processes together: counts in Redis would have to be found wrong, and mended, whenever a process dies.
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, address: str, limit: int) -> bool:
        """Count one more connection; False, and nothing counted, where `limit` are open."""
        if self._open[address] >= limit:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
