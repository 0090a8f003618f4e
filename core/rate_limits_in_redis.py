"""Windows that all processes share: in Redis one script counts, so that nothing is counted twice or missed."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.asyncio import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from core.outage import Outage
from core.rate_limits import WINDOW_S, LocalWindows, Tally

PATIENCE_S = 0.5
WINDOW_MS = int(WINDOW_S * 1000)

COUNT = """
local count = redis.call('INCR', KEYS[1])
local left_ms = redis.call('PTTL', KEYS[1])
if left_ms < 0 then
    left_ms = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[1], left_ms)
end
return count * 100000 + left_ms
"""
"""Key: the window. Argument: its length in ms. Result: the count with this one times 100,000, plus the ms left.

One number, because reading a pair takes redis-py half as long again.
"""


class SharedWindows:
    """For one event loop (`count_async`) and for threads (`count`); raises nothing of Redis.

    While Redis is away, which `outage` knows, windows are those of this process.
    """

    def __init__(self, redis_url: str, prefix: str, outage: Outage) -> None:
        self._redis: Any = Redis.from_url(
            redis_url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            # Where a connection that was kept has been closed. Not after a timeout, which might count twice.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self._line = _Line(redis_url)
        self._prefix = prefix
        self._outage = outage
        self._local = LocalWindows()
        self._next: _Batch | None = None
        self._asking = asyncio.Lock()

    def count(self, key: str) -> Tally:
        if self._outage.may_ask():
            try:
                tally = _tally(self._redis.eval(COUNT, 1, self._prefix + key, WINDOW_MS))
            except Exception as error:  # whatever the client raises: no request fails for want of a count
                self._outage.failed(error)
            else:
                self._outage.succeeded()
                return tally
        return self._local.count(key)

    async def count_async(self, key: str) -> Tally:
        """Who comes while Redis is being asked goes into the next question, which takes many as well as one."""
        if not self._outage.may_ask():
            return self._local.count(key)
        batch = self._next
        if batch is None:
            batch = self._next = _Batch(is_probe=self._outage.is_away)
            batch.asking = asyncio.create_task(self._ask(batch), name="rate limits")
        place = len(batch.keys)
        batch.keys.append(self._prefix + key)
        assert batch.asking is not None
        # Shielded: who goes away does not take the count from those who wait for it too.
        tallies = await asyncio.shield(batch.asking)
        return self._local.count(key) if tallies is None else tallies[place]

    async def _ask(self, batch: "_Batch") -> list[Tally] | None:
        """The tallies of its keys; None where Redis is away."""
        async with self._asking:
            self._next = None  # from here on, who comes waits for the next one
            if self._outage.is_away and not batch.is_probe:
                return None  # it went while these waited
            try:
                tallies = [_tally(counted) for counted in await self._line.count(batch.keys)]
            except Exception as error:  # as above
                self._outage.failed(error)
                return None
        self._outage.succeeded()
        return tallies


class _Line:
    """One connection to Redis, for one who asks at a time: 22 us of CPU, of which redis-py's client takes 55."""

    def __init__(self, redis_url: str) -> None:
        self._connection: Any = ConnectionPool.from_url(redis_url, socket_timeout=None).make_connection()

    async def count(self, keys: list[str]) -> list[int]:
        """What COUNT says of each. Raises TimeoutError, and what redis-py raises."""
        was_kept = self._connection.is_connected
        try:
            return await self._exchange(keys)
        except RedisConnectionError:
            if not was_kept:
                raise
        return await self._exchange(keys)  # it had been closed meanwhile

    async def _exchange(self, keys: list[str]) -> list[int]:
        pack = self._connection.pack_command
        commands = [part for key in keys for part in pack("EVAL", COUNT, 1, key, WINDOW_MS)]
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as patience:
                # In two steps: a loop that was busy for long meets the end of the first together with the answer.
                second = loop.call_later(PATIENCE_S / 2, lambda: patience.reschedule(loop.time() + PATIENCE_S / 2))
                try:
                    await self._connection.send_packed_command(commands, check_health=False)
                    return [await self._connection.read_response() for _ in keys]
                finally:
                    second.cancel()
        except BaseException:
            await self._connection.disconnect(nowait=True)  # else the next one would read what this one did not
            raise


@dataclass(eq=False)
class _Batch:
    is_probe: bool
    keys: list[str] = field(default_factory=list)
    asking: "asyncio.Task[list[Tally] | None] | None" = None


def _tally(counted: int) -> Tally:
    count, left_ms = divmod(counted, 100_000)
    return Tally(count, left_ms / 1000)
