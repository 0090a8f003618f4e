"""The registry of any number of processes: what is known of rooms, in Redis."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from replays.playing import room_scripts
from replays.playing.registry import (
    ALIVE_S,
    LEASE_S,
    ROOM_LIVES_S,
    Beat,
    ClockRecord,
    NoRoomLeft,
    People,
    RegistryAway,
    Role,
    RoomRecord,
)

PATIENCE_S = 0.5
TIMES_ASKED = 5
ROOM_LIVES_MS, ALIVE_MS, LEASE_MS = (int(seconds * 1000) for seconds in (ROOM_LIVES_S, ALIVE_S, LEASE_S))


class RedisRegistry:
    """As `Registry`; for one event loop. `prefix` begins every key."""

    def __init__(self, redis_url: str, prefix: str) -> None:
        self._redis: Any = Redis.from_url(
            redis_url,
            decode_responses=True,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            # A connection that was kept and has been closed meanwhile. Asking twice does no harm.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self._prefix = prefix
        self._scripts: dict[str, Any] = {}

    async def aclose(self) -> None:
        await self._redis.aclose()

    async def open(self, record: RoomRecord, limit: int) -> None:
        if not await self._run(room_scripts.OPEN, record.id, ROOM_LIVES_MS, limit, *_fields(record)):
            raise NoRoomLeft

    async def read(self, room_id: str) -> tuple[RoomRecord, People] | None:
        return _room(room_id, await self._run(room_scripts.READ, room_id))

    async def join(self, room_id: str, process: str, viewer: str) -> tuple[RoomRecord, People] | None:
        told = await self._run(room_scripts.JOIN, room_id, ROOM_LIVES_MS, process, ALIVE_MS, viewer)
        return _room(room_id, told)

    async def leave(self, room_id: str, process: str, viewer: str) -> People:
        told = await self._run(room_scripts.LEAVE, room_id, ROOM_LIVES_MS, process, viewer)
        return _people(told) if told else People()

    async def sync(self, room_id: str, process: str, viewers: Mapping[str, float]) -> None:
        told = [part for viewer, arrived in viewers.items() for part in (viewer, repr(arrived))]
        await self._run(room_scripts.SYNC, room_id, ROOM_LIVES_MS, process, ALIVE_MS, *told)

    async def beat(self, process: str, room_ids: list[str]) -> Mapping[str, Beat]:
        told = await self._run(room_scripts.BEAT, process, ROOM_LIVES_MS, ALIVE_MS, LEASE_MS, *room_ids)
        return {room_id: _beat(room_id, facts) for room_id, facts in zip(room_ids, told, strict=True)}

    async def save(self, record: RoomRecord, process: str) -> bool:
        return bool(await self._run(room_scripts.SAVE, record.id, process, record.epoch, *_fields(record)))

    async def control(self, room_id: str, viewer: str, control: str) -> People | None:
        told = await self._run(room_scripts.CONTROL, room_id, viewer, control)
        return _people(told) if told else None

    async def restore(self, record: RoomRecord, control: str) -> None:
        await self._run(room_scripts.RESTORE, record.id, ROOM_LIVES_MS, control, *_fields(record))

    async def release(self, room_id: str, process: str) -> None:
        await self._run(room_scripts.RELEASE, room_id, process)

    async def close(self, room_id: str) -> None:
        await self._run(room_scripts.CLOSE, room_id)

    async def clock_offset_s(self) -> tuple[float, float] | None:
        measured = []
        for _ in range(TIMES_ASKED):
            asked_s = time.monotonic()
            seconds, microseconds = await self._asked(self._redis.time())
            half_s = (time.monotonic() - asked_s) / 2
            measured.append((half_s, seconds + microseconds / 1e6 - asked_s - half_s))
        uncertain_s, offset_s = min(measured)
        return offset_s, uncertain_s

    async def _run(self, text: str, *arguments: Any) -> Any:
        script = self._scripts.get(text)
        if script is None:
            script = self._scripts[text] = self._redis.register_script(text)
        return await self._asked(script(args=[self._prefix, *arguments]))

    async def _asked(self, question: Any) -> Any:
        try:
            async with asyncio.timeout(2 * PATIENCE_S):
                return await question
        except Exception as error:  # whatever the client raises
            raise RegistryAway(type(error).__name__) from error


def _fields(record: RoomRecord) -> list[str | int | float]:
    """As `room_scripts.RECORD` lists them. Numbers as text that reads as the same number again."""
    clock = record.clock
    return [
        record.replay_id,
        record.fps,
        clock.generation,
        clock.status,
        repr(clock.anchor_ms),
        repr(clock.anchored_at),
        repr(clock.speed),
        int(record.has_begun),
        record.epoch,
        record.conductor,
    ]


def _record(room_id: str, fields: list[str]) -> RoomRecord:
    replay_id, fps, generation, status, anchor_ms, anchored_at, speed, begun, epoch, conductor = fields
    clock = ClockRecord(int(generation), status, float(anchor_ms), float(anchored_at), float(speed))
    return RoomRecord(room_id, replay_id, int(fps), clock, begun == "1", int(epoch), conductor)


def _people(told: list[Any]) -> People:
    version, viewers, host, control = told
    return People(int(version), int(viewers), host.rpartition("/")[2], control)


def _room(room_id: str, told: Any) -> tuple[RoomRecord, People] | None:
    return (_record(room_id, told[0]), _people(told[1])) if told else None


def _beat(room_id: str, told: list[Any]) -> Beat:
    if told[0] == Role.UNKNOWN:
        return Beat(Role.UNKNOWN)
    role, epoch, people, is_registered, taken, generation, others = told
    record = _record(room_id, taken) if taken else None
    return Beat(Role(role), int(epoch), _people(people), bool(is_registered), record, int(generation), others > 0)
