"""The rooms that have viewers in this process: found or made, joined, left, kept alive by a beat, ended in order."""

import asyncio
import contextlib
import logging
import secrets
import time
from dataclasses import dataclass

from django.conf import settings

from replays.artefact.manifest import Manifest
from replays.clock import Clock
from replays.metrics import FRAMES, ROOMS
from replays.playing import server_time
from replays.playing.clock_records import record_of
from replays.playing.ending import end_task
from replays.playing.registry import BEAT_S, People, RegistryAway, RoomRecord, borrowed_registry, registry
from replays.playing.room import Room
from replays.playing.source import Source, source_of
from replays.playing.subscription import subscription
from replays.playing.viewer import Viewer

logger = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
BEFORE_LIGHTS_OUT_MS = 5_000
CLOCK_ASKED_EVERY_S = 30.0
JOINS_TRIED = 8
GOODBYE_LOOK_S = 0.01
PROCESS = secrets.token_hex(6)
"""Who this process is to the others."""


class NoSuchRoom(Exception):
    """There never was such a room, or it has ended."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a new room begins: `t_ms` None is five seconds before lights-out, else the start."""

    t_ms: float | None = None
    speed: float = 1.0
    paused: bool = False


_here: dict[str, Room] = {}
_being_opened: dict[str, asyncio.Task[None]] = {}
_being_closed: dict[str, asyncio.Task[None]] = {}
_beating: asyncio.Task[None] | None = None
_wanted: asyncio.Event | None = None


def rooms_here() -> int:
    return len(_here)


async def make(replay_id: str, manifest: Manifest, opening: Opening) -> RoomRecord:
    """A new room, which nobody is in yet.

    Raises NoRoomLeft, RegistryAway, ValueError for a speed that cannot be played.
    """
    clock = record_of(first_clock(manifest, opening, time.monotonic()))
    record = RoomRecord(secrets.token_urlsafe(9), replay_id, settings.REPLAY_FPS, clock)
    async with borrowed_registry() as known:
        await known.open(record, settings.MAX_CONCURRENT_REPLAYS)
    return record


def first_clock(manifest: Manifest, opening: Opening, now_s: float) -> Clock:
    t_ms = opening.t_ms
    if t_ms is None:
        lights_out_ms = manifest.document.get("lights_out_ms")
        t_ms = manifest.t_start_ms if lights_out_ms is None else lights_out_ms - BEFORE_LIGHTS_OUT_MS
    t_ms = min(max(round(t_ms), manifest.t_start_ms), manifest.t_end_ms)
    clock = Clock(manifest.t_start_ms, manifest.t_end_ms, t_ms, now_s).at_speed(now_s, opening.speed)
    return clock if opening.paused else clock.play(now_s)


async def end(record: RoomRecord) -> None:
    """A room that nobody came into after all."""
    with contextlib.suppress(RegistryAway):
        await registry().close(record.id)


async def find(room_id: str) -> RoomRecord:
    """Raises NoSuchRoom, RegistryAway."""
    if room_id in _here:
        return _here[room_id].record
    found = await registry().read(room_id)
    if found is None:
        raise NoSuchRoom
    return found[0]


async def enter(record: RoomRecord, source: Source | None = None) -> Room:
    """The room in this process, for somebody who then either joins or goes away. Raises LayerAway, UnreadableReplay."""
    while (room := _here.get(record.id)) is None:
        if closing := _being_closed.get(record.id):
            await asyncio.shield(closing)  # whoever comes back at once finds it open again
            continue
        opening = _being_opened.get(record.id)
        if opening is None:
            opening = asyncio.create_task(_open_here(record, source), name=f"opening {record.id}")
            _being_opened[record.id] = opening
            opening.add_done_callback(lambda _: _being_opened.pop(record.id, None))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(lambda _: _close_if_nobody_came(record.id))
            raise
    room.arriving += 1
    return room


def _close_if_nobody_came(room_id: str) -> None:
    if room := _here.get(room_id):
        _closing_if_empty(room)


async def _open_here(record: RoomRecord, source: Source | None) -> None:
    async with asyncio.timeout(OPEN_TIMEOUT_S):
        if source is None:
            source = await asyncio.to_thread(source_of, record.replay_id)
        room = Room(record, source, PROCESS, subscription(), on_vacant=_want_beat)
        await room.open()
    _here[record.id] = room
    ROOMS.set(len(_here))


async def join(room: Room, viewer: Viewer) -> bool:
    """Let somebody in who has entered; whether the room begins with that.

    Raises NoSuchRoom, RegistryAway, LayerAway.
    """
    room.joining[viewer.id] = viewer.arrived
    try:
        record, people = await _joined(room, viewer)
        room.hub.heed_record(record)
        room.hub.heed_people(people)
        if room.conductor is None:
            await _beat([room])
        await room.wait_for_state()
    except BaseException:
        await _not_joined(room, viewer)
        raise
    finally:
        room.joining.pop(viewer.id, None)
    room.hub.viewers[viewer.id] = viewer
    room.arriving -= 1
    _keep_beating()
    return not record.has_begun and room.conductor is not None


async def _joined(room: Room, viewer: Viewer) -> tuple[RoomRecord, People]:
    for _ in range(JOINS_TRIED):
        joined = await registry().join(room.id, PROCESS, viewer.id)
        if joined is not None:
            return joined
        if not room.hub.viewers:
            break
        await asyncio.sleep(BEAT_S)  # others are in it: the registry forgot it, and is being told
    raise NoSuchRoom


async def _not_joined(room: Room, viewer: Viewer) -> None:
    try:
        await registry().leave(room.id, PROCESS, viewer.id)
    except RegistryAway:
        room.forget_failed_leave()


async def go_away(room: Room) -> None:
    """Who entered does not join."""
    room.arriving -= 1
    await _close_if_empty(room)


async def control(room: Room, viewer: Viewer, control: str) -> bool:
    """Let the host alone control the room, or everyone; False where `viewer` is not the host. Raises RegistryAway."""
    people = await registry().control(room.id, viewer.id, control)
    if people is None:
        return False
    room.hub.heed_people(people)
    return True


async def leave(room: Room, viewer: Viewer) -> None:
    """Take a viewer out. A room that nobody here is in any more ends here; others may go on with it."""
    room.hub.viewers.pop(viewer.id, None)
    FRAMES.inc(viewer.look_after(time.monotonic()))
    try:
        room.hub.heed_people(await registry().leave(room.id, PROCESS, viewer.id))
    except RegistryAway:
        room.forget_failed_leave()
    await _close_if_empty(room)


async def _close_if_empty(room: Room) -> None:
    if closing := _closing_if_empty(room):
        await asyncio.shield(closing)


def _closing_if_empty(room: Room) -> asyncio.Task[None] | None:
    if room.hub.viewers or room.arriving or _here.get(room.id) is not room:
        return None
    del _here[room.id]
    ROOMS.set(len(_here))
    closing = asyncio.create_task(_close(room), name=f"closing {room.id}")
    _being_closed[room.id] = closing
    closing.add_done_callback(lambda _: _being_closed.pop(room.id, None))
    return closing


async def _close(room: Room) -> None:
    if not _here:
        await _stop_beating()
    await room.give_up_lease()
    await room.close()


def _keep_beating() -> None:
    global _beating, _wanted
    if _beating is None or _beating.done():
        _wanted = asyncio.Event()
        _beating = asyncio.create_task(_beat_on(_wanted), name="rooms' beat")


async def _stop_beating() -> None:
    global _beating
    beating, _beating = _beating, None
    if beating is not None:
        await end_task(beating)


def _want_beat() -> None:
    if _wanted is not None:
        _wanted.set()


async def _beat_on(wanted: asyncio.Event) -> None:
    asked_clock_s = -CLOCK_ASKED_EVERY_S
    while True:
        try:
            if time.monotonic() - asked_clock_s >= CLOCK_ASKED_EVERY_S:
                asked_clock_s = time.monotonic()
                await _go_by_the_shared_clock()
            await _beat([room for room in _here.values() if room.hub.viewers])
        except RegistryAway:
            for room in _here.values():
                room.hub.tell_buffering()
        except Exception:
            logger.exception("a beat of the rooms failed")
        _look_after_viewers()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT_S):
                await wanted.wait()
        wanted.clear()


def _look_after_viewers() -> None:
    now_s = time.monotonic()
    FRAMES.inc(sum(viewer.look_after(now_s) for room in _here.values() for viewer in list(room.hub.viewers.values())))


async def _go_by_the_shared_clock() -> None:
    measured = await registry().clock_offset_s()
    if measured is not None:
        server_time.go_by(*measured)


async def _beat(rooms: list[Room]) -> None:
    """Tell that these rooms are played here, and do what is told of them. Raises RegistryAway."""
    rooms = [room for room in rooms if not room.has_given_up]
    if not rooms:
        return
    asked_s = time.monotonic()
    beats = await registry().beat(PROCESS, [room.id for room in rooms])
    for room in rooms:
        if await room.heed(beats[room.id], asked_s):
            _want_beat()


async def say_goodbye() -> None:
    """This process stops: leases go to others at once, then viewers are told to come back to their rooms' addresses.

    Returns when all have gone; whoever waits for it sets the limit.
    """
    await _stop_beating()  # it would take the leases back
    await asyncio.gather(*(room.give_up_lease() for room in _here.values()))
    while viewers := [viewer for room in _here.values() for viewer in room.hub.viewers.values()]:
        for viewer in viewers:  # again and again: some were just on their way in
            viewer.on_farewell()
        await asyncio.sleep(GOODBYE_LOOK_S)
