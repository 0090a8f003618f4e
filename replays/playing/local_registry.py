"""The registry of a process that is the only one: without Redis. Its leases do not run out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from replays.playing.registry import EVERYONE, HOST, ROOM_LIVES_S, Beat, NoRoomLeft, People, Role, RoomRecord


@dataclass(slots=True)
class _Entry:
    record: RoomRecord
    ends_at_s: float
    """Monotonic; counts while nobody is there."""
    viewers: dict[str, str] = field(default_factory=dict)
    """The process that each is at."""
    version: int = 0
    control: str = HOST
    was_left: bool = False
    holder: str = ""
    """The process that has the lease."""

    def people(self) -> People:
        return People(self.version, len(self.viewers), next(iter(self.viewers), ""), self.control)


class LocalRegistry:
    """As `Registry`, for one process and any of its threads: views make rooms in theirs."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._lock = Lock()

    async def open(self, record: RoomRecord, limit: int) -> None:
        with self._lock:
            self._forget_ended()
            while len(self._entries) >= limit:
                self._end_one_that_was_left()
            self._entries[record.id] = _Entry(record, time.monotonic() + ROOM_LIVES_S)

    def _forget_ended(self) -> None:
        now_s = time.monotonic()
        ended = [key for key, entry in self._entries.items() if not entry.viewers and entry.ends_at_s <= now_s]
        for key in ended:
            del self._entries[key]

    def _end_one_that_was_left(self) -> None:
        left = [key for key, entry in self._entries.items() if entry.was_left and not entry.viewers]
        if not left:
            raise NoRoomLeft
        del self._entries[min(left, key=lambda key: self._entries[key].ends_at_s)]

    async def read(self, room_id: str) -> tuple[RoomRecord, People] | None:
        with self._lock:
            self._forget_ended()
            entry = self._entries.get(room_id)
            return None if entry is None else (entry.record, entry.people())

    async def join(self, room_id: str, process: str, viewer: str) -> tuple[RoomRecord, People] | None:
        with self._lock:
            self._forget_ended()
            entry = self._entries.get(room_id)
            if entry is None:
                return None
            entry.viewers[viewer] = process
            entry.version += 1
            return entry.record, entry.people()

    async def leave(self, room_id: str, process: str, viewer: str) -> People:
        with self._lock:
            entry = self._entries.get(room_id)
            if entry is None or viewer not in entry.viewers:
                return People()
            del entry.viewers[viewer]
            entry.version += 1
            entry.was_left = not entry.viewers
            entry.ends_at_s = time.monotonic() + ROOM_LIVES_S
            return entry.people()

    async def sync(self, room_id: str, process: str, viewers: Mapping[str, float]) -> None:
        """Nothing is ever forgotten here."""

    async def beat(self, process: str, room_ids: list[str]) -> Mapping[str, Beat]:
        with self._lock:
            return {room_id: self._beat(room_id, process) for room_id in room_ids}

    def _beat(self, room_id: str, process: str) -> Beat:
        entry = self._entries.get(room_id)
        if entry is None:
            return Beat(Role.UNKNOWN)
        taken = None
        if not entry.holder:
            entry.holder = process
            taken = entry.record = replace(entry.record, epoch=entry.record.epoch + 1)
        role = Role.CONDUCTS if entry.holder == process else Role.FOLLOWS
        record = entry.record
        has_company = any(other != process for other in entry.viewers.values())
        return Beat(
            role,
            record.epoch,
            entry.people(),
            taken=taken,
            generation=record.clock.generation,
            has_company=has_company,
        )

    async def save(self, record: RoomRecord, process: str) -> bool:
        with self._lock:
            entry = self._entries.get(record.id)
            if entry is None or entry.holder != process or entry.record.epoch != record.epoch:
                return False
            entry.record = record
            return True

    async def control(self, room_id: str, viewer: str, control: str) -> People | None:
        with self._lock:
            entry = self._entries.get(room_id)
            if entry is None or entry.people().host != viewer or control not in (HOST, EVERYONE):
                return None
            entry.control = control
            entry.version += 1
            return entry.people()

    async def restore(self, record: RoomRecord, control: str) -> None:
        """Nothing is ever forgotten here."""

    async def release(self, room_id: str, process: str) -> None:
        with self._lock:
            entry = self._entries.get(room_id)
            if entry is not None and entry.holder == process:
                entry.holder = ""

    async def close(self, room_id: str) -> None:
        with self._lock:
            self._entries.pop(room_id, None)

    async def clock_offset_s(self) -> tuple[float, float] | None:
        return None

    async def aclose(self) -> None:
        """There is nothing to close."""


LOCAL = LocalRegistry()
