"""Where django-ratelimit counts: in Redis, and while that is away in the memory of the process.

It asks for no more than `add`, `incr` and `get`, and fails where the cache does.
"""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from core.outage import REDIS

MAX_ENTRIES = 10_000


class AttemptsCache(RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # By name: there is an instance for every thread, and one memory for all of them.
        self._memory = LocMemCache("attempts", {"KEY_PREFIX": self.key_prefix, "MAX_ENTRIES": MAX_ENTRIES})

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._either("add", key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._either("get", key, default, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a key that is not there."""
        return self._either("incr", key, delta, version)

    def _either(self, name: str, *arguments: Any) -> Any:
        if REDIS.may_ask():
            try:
                answer = getattr(super(), name)(*arguments)
            except ValueError:
                raise
            except Exception as error:  # whatever the client raises
                REDIS.failed(error)
            else:
                REDIS.succeeded()
                return answer
        return getattr(self._memory, name)(*arguments)
