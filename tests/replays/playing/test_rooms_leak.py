"""Ten thousand rooms come and go, and nothing of them stays: tasks, subscriptions, keys, memory."""

import asyncio
import gc
import os
import secrets
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import LazySettings
from redis.asyncio import Redis

from f1site.redis_settings import channel_layers
from replays.artefact.manifest import MANIFEST, pack
from replays.build.assemble import build_replay
from replays.playing import rooms
from replays.playing.conductor import Conductor
from replays.playing.encoding import Variant
from replays.playing.hub import Hub
from replays.playing.registry import registry
from replays.playing.room import Room
from replays.playing.rooms import Opening
from replays.playing.source import Source
from replays.playing.subscription import subscription
from replays.playing.viewer import Viewer
from replays.storage import write_artefact
from tests.replays.synthetic import synthetic_session

ROOMS = 10_000
FIRST_ROOMS = 500
AT_ONCE = 25
LIMIT = 50
"""Rooms that were left make room for new ones: most are ended by that, the others by their time."""
GROWTH_BYTES = 16 * 2**20
MINUTE_MS = 60_000


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def keys(request: pytest.FixtureRequest, settings: LazySettings) -> AsyncIterator[Any]:
    """What answers how long every key will live that the rooms have left in Redis, in ms."""
    settings.MAX_CONCURRENT_REPLAYS = LIMIT
    url = settings.REDIS_URL = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    prefix = f"test-{secrets.token_hex(6)}"
    settings.ROOMS_PREFIX = f"{prefix}:rooms:"
    settings.CHANNEL_LAYERS = channel_layers(url, prefix=prefix)
    if not url:
        yield nothing
        return

    redis = Redis.from_url(url)

    async def left() -> dict[bytes, int]:
        return {key: await redis.pttl(key) async for key in redis.scan_iter(f"{prefix}*")}

    yield left
    for key in await left():
        await redis.delete(key)
    await redis.aclose()
    await registry().aclose()


async def nothing() -> dict[bytes, int]:
    return {}


@pytest.fixture
def replay_id(replay_storage: Path) -> str:
    files = pack(build_replay(synthetic_session()))
    replay_id = sha256(files[MANIFEST]).hexdigest()[:16]
    write_artefact(replay_id, files)
    return replay_id


async def come_and_go(replay_id: str, source: Source, count: int) -> None:
    """`count` rooms, some at once: one watches, in every fourth another one, and in some nobody who came stays."""

    async def some(number: int) -> None:
        for place in range(number, count, AT_ONCE):
            await one_room(replay_id, source, place)

    await asyncio.gather(*(some(number) for number in range(AT_ONCE)))


async def one_room(replay_id: str, source: Source, place: int) -> None:
    record = await rooms.make(replay_id, source.timeline.manifest, Opening(paused=place % 3 == 0))
    room = await rooms.enter(record, source)
    if place % 50 == 0:
        await rooms.go_away(room)
        await rooms.end(record)
        return
    host = new_viewer(source)
    await rooms.join(room, host)
    if place % 4 == 0:
        guest = new_viewer(source)
        await rooms.join(await rooms.enter(record, source), guest)
        await room.command(host, "1", {"type": "seek", "t": 100})
        await rooms.leave(room, guest)
    await rooms.leave(room, host)


def new_viewer(source: Source) -> Viewer:
    columns = source.timeline.manifest.column_names
    return Viewer(Variant(30, 6, columns, (0, 1, 2)), on_too_slow=lambda: None, on_farewell=lambda: None)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.slow
async def test_ten_thousand_rooms_leave_nothing_behind(keys, replay_id):
    source = Source(replay_id)
    tasks = asyncio.all_tasks()
    await come_and_go(replay_id, source, FIRST_ROOMS)
    objects_before, bytes_before = objects(), resident_bytes()

    await come_and_go(replay_id, source, ROOMS - FIRST_ROOMS)

    assert rooms.rooms_here() == 0
    assert (rooms._being_opened, rooms._being_closed) == ({}, {})
    assert (subscription()._hubs, subscription()._conductors, subscription().channel) == ({}, {}, "")
    assert {task.get_name() for task in asyncio.all_tasks() - tasks} == set()
    assert objects() - objects_before < ROOMS / 2, "less than one object for every other room"
    # Not isinstance: that wakes whatever lazy objects other tests have left.
    assert [o for o in gc.get_objects() if type(o) in (Room, Hub, Conductor)] == []
    assert resident_bytes() - bytes_before < GROWTH_BYTES

    left = await keys()
    assert all(0 < ttl_ms <= MINUTE_MS for ttl_ms in left.values()), left
    assert len(left) < 5 * LIMIT
    assert not getattr(get_channel_layer(), "groups", None)
