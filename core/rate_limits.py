"""How often something has happened in its minute.

A window begins with what is counted first and lasts a minute; what comes later begins the next one. So everybody's edge
is their own, and can be told them.

`core.middleware.rate_limit` limits requests by this, over `core.rate_limits_in_redis` where processes share a Redis.
Log-ins and wrong tokens are django-ratelimit's: `core.attempts`.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

WINDOW_S = 60.0
MAX_KEYS = 100_000
"""Windows in the memory of a process: some 30 MB of them."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The place of what was just counted in its window, from 1, and the seconds until that ends."""

    count: int
    left_s: float


class Windows(Protocol):
    """One window for each key; counting raises nothing."""

    def count(self, key: str) -> Tally: ...

    async def count_async(self, key: str) -> Tally: ...


class LocalWindows:
    """Windows in the memory of this process; of too many the oldest are forgotten. Safe in any thread."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS) -> None:
        self._now_s = now_s
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        """In the order in which they end."""

    def count(self, key: str) -> Tally:
        now_s = self._now_s()
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.ends_at_s <= now_s:
                self._windows.pop(key, None)
                self._make_room(now_s)
                window = self._windows[key] = _Window(now_s + WINDOW_S)
            window.count += 1
            # Their difference may be a little more than was added.
            return Tally(window.count, min(window.ends_at_s - now_s, WINDOW_S))

    async def count_async(self, key: str) -> Tally:
        return self.count(key)

    def __len__(self) -> int:
        return len(self._windows)

    def _make_room(self, now_s: float) -> None:
        while self._windows:
            oldest = next(iter(self._windows))
            if self._windows[oldest].ends_at_s > now_s and len(self._windows) < self._max_keys:
                return
            del self._windows[oldest]


@dataclass(slots=True)
class _Window:
    ends_at_s: float
    count: int = 0
