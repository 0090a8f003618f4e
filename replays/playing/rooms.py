"""The rooms of this process: opened with their conductor and hub, ended with their last viewer."""

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from replays.clock import PLAYING, Clock
from replays.playing import layer_messages
from replays.playing.conductor import Conductor
from replays.playing.hub import LAYER_TIMEOUT_S, Hub
from replays.playing.snapshot import EventLog
from replays.playing.viewer import Viewer
from replays.storage import open_timeline, read_events
from replays.timeline import Timeline

logger = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0


class NoRoomLeft(Exception):
    """As many rooms as MAX_CONCURRENT_REPLAYS allows are open."""


class LayerAway(Exception):
    """The channel layer does not answer."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a new room begins: `t_ms` None is five seconds before lights-out, else the start."""

    t_ms: float | None = None
    speed: float = 1.0
    paused: bool = False


@dataclass(eq=False, slots=True)
class Room:
    """A replay that is being played here with one clock."""

    id: str
    timeline: Timeline
    conductor: Conductor
    hub: Hub
    command_channel: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def command(self, viewer: Viewer, request_id: str | None, command: dict[str, Any]) -> None:
        """Send a viewer's command to the conductor. Raises LayerAway."""
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await layer.send(self.command_channel, layer_messages.command_message(viewer.id, request_id, command))
        except Exception as error:  # whatever the layer's client raises, ChannelFull included
            raise LayerAway(type(error).__name__) from None

    def join(self, viewer: Viewer) -> None:
        self.hub.viewers[viewer.id] = viewer

    async def leave(self, viewer: Viewer) -> None:
        """Take a viewer out; the last one ends the room."""
        viewer.forget_waiting()
        self.hub.viewers.pop(viewer.id, None)
        if not self.hub.viewers:
            await close_room(self)


BEFORE_LIGHTS_OUT_MS = 5_000

_open: dict[str, Room] = {}
_opening = 0


def open_rooms() -> int:
    return len(_open) + _opening


async def open_room(replay_id: str, opening: Opening) -> Room:
    """A new room for the replay, with its tasks running and no viewer yet.

    Raises NoRoomLeft, UnreadableReplay, LayerAway, ValueError for a speed that cannot be played.
    """
    global _opening
    if open_rooms() >= settings.MAX_CONCURRENT_REPLAYS:
        raise NoRoomLeft
    _opening += 1
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            timeline, events = await asyncio.to_thread(_read, replay_id)
            room = await _start(timeline, events, opening)
    finally:
        _opening -= 1
    _open[room.id] = room
    return room


def _read(replay_id: str) -> tuple[Timeline, EventLog]:
    timeline = open_timeline(replay_id)
    return timeline, EventLog(read_events(replay_id, timeline.manifest))


async def _start(timeline: Timeline, events: EventLog, opening: Opening) -> Room:
    room_id = secrets.token_urlsafe(9)
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            channel = await layer.new_channel()
    except Exception as error:  # whatever the layer's client raises
        raise LayerAway(type(error).__name__) from None
    clock = first_clock(timeline, opening, time.monotonic())
    conductor = Conductor(room_id, layer, channel, timeline, events, clock, settings.REPLAY_FPS)
    hub = Hub(room_id, layer, channel, timeline.manifest.column_names, events)
    room = Room(room_id, timeline, conductor, hub, channel)
    room.tasks.append(asyncio.create_task(hub.run(), name=f"hub {room_id}"))
    return room


def first_clock(timeline: Timeline, opening: Opening, now_s: float) -> Clock:
    manifest = timeline.manifest
    t_ms = opening.t_ms
    if t_ms is None:
        lights_out_ms = manifest.document.get("lights_out_ms")
        t_ms = manifest.t_start_ms if lights_out_ms is None else lights_out_ms - BEFORE_LIGHTS_OUT_MS
    clock = Clock(manifest.t_start_ms, manifest.t_end_ms, timeline.clamp(round(t_ms)), now_s)
    clock = clock.at_speed(now_s, opening.speed)
    return clock if opening.paused else clock.play(now_s)


async def begin(room: Room) -> None:
    """Start conducting, once the hub hears: the first viewer is in, and its clock starts now."""
    try:
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            await room.hub.subscribed.wait()
    except TimeoutError:
        raise LayerAway("no subscription") from None
    conductor = room.conductor
    if conductor.clock.status == PLAYING:
        conductor.clock = conductor.clock.play(time.monotonic())
    room.hub.state = conductor.state()
    room.tasks.append(asyncio.create_task(room.conductor.run(), name=f"conductor {room.id}"))


async def close_room(room: Room) -> None:
    """End the room's tasks and forget it. Twice is once."""
    _open.pop(room.id, None)
    for task in room.tasks:
        task.cancel()
    for result in await asyncio.gather(*room.tasks, return_exceptions=True):
        if isinstance(result, Exception):
            logger.error("room %s ended by an error", room.id, exc_info=result)
    room.tasks.clear()
