"""Answers that were made before, by what decides them: in this process, and in Redis for all where there is one."""

from collections import OrderedDict

from django.conf import settings
from django.core.cache import caches

from core.outage import Outage

SHARED = "answers"
"""The cache that processes share, if the setting CACHES has it."""
KEEP_S = 600
"""Short: everybody may fill the Redis that rooms live in."""
MAX_BYTES = 1_000_000
LOCAL_BYTES = 8_000_000


class LocalAnswers:
    """The answers used last, up to `max_bytes` of them."""

    def __init__(self, max_bytes: int = LOCAL_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        body = self._bodies.get(key)
        if body is not None:
            self._bodies.move_to_end(key)
        return body

    def put(self, key: str, body: bytes) -> None:
        self._bytes += len(body) - len(self._bodies.pop(key, b""))
        self._bodies[key] = body
        while self._bytes > self._max_bytes:
            _, oldest = self._bodies.popitem(last=False)
            self._bytes -= len(oldest)

    def clear(self) -> None:
        self._bodies.clear()
        self._bytes = 0


class SharedAnswers:
    """Redis by Django's cache. Away or slow: nothing is found, nothing is kept, and one warning says so."""

    def __init__(self) -> None:
        # Of its own, since here Redis moves much and may be slow, where counting (`core.outage.REDIS`) is not.
        self._outage = Outage("the cache of answers", "going on without it")

    def may_ask(self) -> bool:
        return SHARED in settings.CACHES and self._outage.may_ask()

    async def get(self, key: str) -> bytes | None:
        if not self.may_ask():
            return None
        try:
            body: bytes | None = await caches[SHARED].aget(key)
        except Exception as error:  # whatever the cache's client raises
            self._outage.failed(error)
            return None
        self._outage.succeeded()
        return body

    async def put(self, key: str, body: bytes) -> None:
        if not self.may_ask():
            return
        try:
            await caches[SHARED].aset(key, body, KEEP_S)
        except Exception as error:  # as above
            self._outage.failed(error)
        else:
            self._outage.succeeded()
