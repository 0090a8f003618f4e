"""Several processes' rooms in one event loop whose time jumps: minutes of a room pass in milliseconds, always alike.

A process is a copy of the module `rooms` with its own subscription. All share a registry in memory and a channel layer
that carries messages at once. What is replayed is one car that stands still.
"""

import asyncio
import importlib.util
import selectors
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import orjson
import pytest
from django.conf import settings

from replays.columns import frame_dtype
from replays.playing import conductor, hub, local_registry, registry, rooms, server_time
from replays.playing.encoding import Variant
from replays.playing.local_registry import LocalRegistry
from replays.playing.outbox import Message, Outbox
from replays.playing.registry import RoomRecord
from replays.playing.room import Room
from replays.playing.rooms import Opening
from replays.playing.snapshot import EventLog
from replays.playing.subscription import Subscription
from replays.playing.viewer import Viewer
from replays.socket.consumer import may_control

COLUMNS = ("gear",)
START_MS, END_MS = 10_000, 7_210_000
LAP_2_MS = 95_000
FPS = 10
BATCH = 2
EVENTS = [
    {"kind": "lap", "t_ms": LAP_2_MS, "number": "1", "lap": 1, "lap_time_ms": None}
    | dict.fromkeys(("sector_1_ms", "sector_2_ms", "sector_3_ms"))
]


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its time stands still while there is something to do, and then jumps to when there is again."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.now_s


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "nothing will ever happen again"
        self._loop.now_s += max(timeout, 0.0)
        return []


@contextmanager
def jumping_time() -> Iterator[JumpingLoop]:
    """A loop by whose time the rooms' modules go."""
    loop = JumpingLoop()
    clock = SimpleNamespace(monotonic=loop.time)
    with pytest.MonkeyPatch.context() as patched:
        for module in (conductor, hub, local_registry, rooms, server_time):
            patched.setattr(module, "time", clock)
        patched.setattr(server_time, "_offset_s", 0.0)
        patched.setattr(settings, "REPLAY_FPS", FPS)
        patched.setattr(settings, "MAX_CONCURRENT_REPLAYS", 1_000)
        try:
            yield loop
        finally:
            loop.run_until_complete(cancel_all())
            loop.close()


async def cancel_all() -> None:
    """End what a test that failed has left."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Layer:
    """As much of a channel layer as rooms need."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.groups: dict[str, dict[str, None]] = defaultdict(dict)

    async def new_channel(self) -> str:
        name = f"channel-{len(self._queues)}"
        self._queues[name] = asyncio.Queue()
        return name

    async def group_add(self, group: str, channel: str) -> None:
        self.groups[group][channel] = None

    async def group_discard(self, group: str, channel: str) -> None:
        self.groups[group].pop(channel, None)
        if not self.groups[group]:
            del self.groups[group]

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        self._queues[channel].put_nowait(dict(message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for channel in self.groups.get(group, ()):
            self._queues[channel].put_nowait(dict(message))

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self._queues[channel].get()

    def forget(self, channel: str) -> None:
        """As of a process that is dead."""
        for group in list(self.groups):
            self.groups[group].pop(channel, None)
            if not self.groups[group]:
                del self.groups[group]


class Standing:
    """A window on one car that stands still."""

    _frame = np.zeros(1, dtype=frame_dtype(COLUMNS))

    def sample(self, t_ms: int) -> Any:
        return self._frame

    def frames(self, t_ms: Sequence[int]) -> Any:
        return np.repeat(self._frame[None], len(t_ms), axis=0)

    def leader_lap(self, frame: Any) -> None:
        return None


class StandingTimeline:
    manifest = SimpleNamespace(t_start_ms=START_MS, t_end_ms=END_MS, column_names=COLUMNS, document={})
    _window = Standing()

    def ready_window(self, t_ms: int) -> Standing:
        return self._window


SOURCE: Any = SimpleNamespace(timeline=StandingTimeline(), events=EventLog(EVENTS))


class Reader(Outbox):
    """An outbox that is read at once; `seen` is all that came."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def put(self, message: Message) -> None:
        self.seen.append(orjson.loads(message["text"]))

    def put_frames(self, message: Message, generation: int, count: int) -> None:
        self.frames_taken += count
        self.seen.append(orjson.loads(message["text"]))


class Guest:
    """A viewer in one process's room."""

    def __init__(self, process: "Process", room: Room, viewer: Viewer, joined: dict[str, Any]) -> None:
        self.process = process
        self.room = room
        self.viewer = viewer
        self.joined = joined
        """The state it came into."""

    @property
    def seen(self) -> list[dict[str, Any]]:
        outbox = self.viewer.outbox
        assert isinstance(outbox, Reader)
        return outbox.seen

    def may_control(self) -> bool:
        return may_control(self.room, self.viewer)

    async def say(self, request_id: str, **command: Any) -> None:
        await self.room.command(self.viewer, request_id, command)

    async def change_control(self, control: str) -> bool:
        changed: bool = await self.process.rooms.control(self.room, self.viewer, control)
        return changed

    async def leave(self) -> None:
        await self.process.rooms.leave(self.room, self.viewer)


class Process:
    """One process's rooms."""

    def __init__(self, name: str, layer: Layer) -> None:
        self.name = name
        self.layer = layer
        self.subscription = Subscription(layer)  # type: ignore[arg-type]
        self.rooms = _copy_of_rooms(name)
        self.rooms.subscription = lambda: self.subscription

    @property
    def here(self) -> dict[str, Room]:
        here: dict[str, Room] = self.rooms._here
        return here

    async def join(self, record: RoomRecord) -> Guest:
        room = await self.rooms.enter(record, SOURCE)
        viewer = Viewer(Variant(FPS, BATCH, COLUMNS, (0,)), lambda: None, lambda: None, Reader())
        try:
            await self.rooms.join(room, viewer)
        except BaseException:
            await self.rooms.go_away(room)
            raise
        guest = Guest(self, room, viewer, room.hub.state)
        room.hub.tell_present(viewer, room.hub.state)
        room.hub.catch_up(viewer)
        return guest

    def beat_at_once(self) -> None:
        self.rooms._want_beat()

    async def die(self) -> None:
        """As `kill -9` has it: nothing is said or given back. Then it is there again, and knows nothing."""
        self.layer.forget(self.subscription.channel)
        tasks = [self.rooms._beating, self.subscription._running]
        for room in self.here.values():
            tasks.append(room._conducting)
            room.hub.end()
            room.hub.viewers.clear()
        self.here.clear()
        for task in filter(None, tasks):
            task.cancel()
            await asyncio.wait([task])
        self.subscription = Subscription(self.layer)  # type: ignore[arg-type]
        self.rooms._beating = self.rooms._wanted = None


def _copy_of_rooms(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rooms_of_{name}", rooms.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    copy.PROCESS = name
    copy.time = rooms.time
    return copy


class House:
    """Processes that share a registry; for the running loop."""

    def __init__(self, *names: str) -> None:
        self.layer = Layer()
        self.registry = LocalRegistry()
        registry._of_loop[asyncio.get_running_loop()] = (settings.REDIS_URL, self.registry)
        self.processes = [Process(name, self.layer) for name in names]

    async def make(self, **opening: Any) -> RoomRecord:
        record: RoomRecord = await self.processes[0].rooms.make("r", StandingTimeline.manifest, Opening(**opening))
        return record

    def holder(self, record: RoomRecord) -> str:
        return self.registry._entries[record.id].holder

    def conducting(self, record: RoomRecord) -> Room | None:
        """The room where its lease is, and its conductor runs."""
        process = next((each for each in self.processes if each.name == self.holder(record)), None)
        room = None if process is None else process.here.get(record.id)
        return room if room is not None and room.conductor is not None else None

    async def lose_lease(self, record: RoomRecord) -> None:
        """Its holder has been frozen for as long as the lease."""
        room = self.conducting(record)
        assert room is not None
        assert room.conductor is not None
        room.conductor.held_until_s = 0.0
        await self.registry.release(record.id, self.holder(record))

    async def kill(self, process: Process) -> None:
        """A process dies, and its leases and viewers with it."""
        viewers = [(room_id, viewer) for room_id, room in process.here.items() for viewer in room.hub.viewers]
        await process.die()
        for room_id, viewer in viewers:
            await self.registry.leave(room_id, process.name, viewer)
            await self.registry.release(room_id, process.name)
