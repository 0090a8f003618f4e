"""What is known of rooms across all processes: which there are, who is in them, who conducts, where their clocks are.

A registry keeps it: in Redis, which every process asks (`redis_registry`), or in the memory of the only process
(`local_registry`). A process takes part in a room while it has viewers there, and says so by `beat`, several times a
second; the one that holds the room's lease conducts. An epoch counts the leases of a room: what a conductor writes
counts only under its own, so that one which was frozen changes nothing any more.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from weakref import WeakKeyDictionary

from django.conf import settings

ROOM_LIVES_S = 60.0
"""A room without viewers, or whose processes are all gone, ends after that."""
BEAT_S = 0.25
LEASE_S = 1.2
"""Long enough for a loop that is busy for a second, and a take-over within two of a kill."""
ALIVE_S = 2.0
"""The viewers of a process that has not beaten for so long are gone."""

HOST, EVERYONE = "host", "everyone"


class NoRoomLeft(Exception):
    """As many rooms as MAX_CONCURRENT_REPLAYS allows are open."""


class RegistryAway(Exception):
    """Nothing can be learnt of rooms now."""


class Role(StrEnum):
    """What a process is to a room."""

    CONDUCTS = "conducts"
    FOLLOWS = "follows"
    UNKNOWN = "unknown"
    """The registry knows no such room: it has ended, or the registry lost its memory."""


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """A clock as it is kept: media time `anchor_ms` at `anchored_at`, Unix seconds of the server's clock."""

    generation: int
    status: str
    anchor_ms: float
    anchored_at: float
    speed: float


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """`has_begun`: somebody has watched; until then the clock waits where it is. `conductor`: its channel, or empty."""

    id: str
    replay_id: str
    fps: int
    clock: ClockRecord
    has_begun: bool = False
    epoch: int = 0
    conductor: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who is in a room; `version` counts the changes. `host` is a viewer's id, empty while nobody is there."""

    version: int = 0
    viewers: int = 0
    host: str = ""
    control: str = HOST


@dataclass(frozen=True, slots=True)
class Beat:
    """What a beat told of a room. `taken`: the room as it stands, where the lease became this process's just now."""

    role: Role
    epoch: int = 0
    people: People = People()
    is_registered: bool = True
    """False where the viewers of this process have been forgotten: they want to be told again."""
    taken: RoomRecord | None = None
    generation: int = 0
    """The clock's, as it is kept: who has not heard of it a while later has missed its state."""
    has_company: bool = False
    """Whether other processes take part in the room."""


class Registry(Protocol):
    """Every call may raise RegistryAway. `process` is the caller's id, `viewer` and `room_id` are as well."""

    async def open(self, record: RoomRecord, limit: int) -> None:
        """Add a room. Raises NoRoomLeft where there are `limit`, none of which its viewers have left."""

    async def read(self, room_id: str) -> tuple[RoomRecord, People] | None: ...

    async def join(self, room_id: str, process: str, viewer: str) -> tuple[RoomRecord, People] | None:
        """None where there is no such room."""

    async def leave(self, room_id: str, process: str, viewer: str) -> People: ...

    async def sync(self, room_id: str, process: str, viewers: Mapping[str, float]) -> None:
        """These are the viewers of this process, and no others; each with when it arrived, in Unix seconds."""

    async def beat(self, process: str, room_ids: list[str]) -> Mapping[str, Beat]:
        """This process is alive and takes part in these rooms; it holds, or takes, each lease that nobody else has."""

    async def save(self, record: RoomRecord, process: str) -> bool:
        """Keep clock, begin and conductor; False, and nothing kept, unless the lease of that epoch is the caller's."""

    async def control(self, room_id: str, viewer: str, control: str) -> People | None:
        """Who may control. None, and nothing changed, unless `viewer` is the host."""

    async def restore(self, record: RoomRecord, control: str) -> None:
        """Bring a room back that the registry has forgotten. Nothing happens to one that is there."""

    async def release(self, room_id: str, process: str) -> None:
        """Give the lease back."""

    async def close(self, room_id: str) -> None:
        """The room has ended."""

    async def clock_offset_s(self) -> tuple[float, float] | None:
        """What to add to this process's monotonic seconds for the Unix time that all processes go by, and how wrong
        that may be; None where the process is the only one."""

    async def aclose(self) -> None: ...


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[str, Registry]] = WeakKeyDictionary()


def registry() -> Registry:
    """The running loop's: connections to Redis belong to a loop."""
    loop = asyncio.get_running_loop()
    url = settings.REDIS_URL
    known = _of_loop.get(loop)
    if known is None or known[0] != url:
        known = _of_loop[loop] = (url, _made(url))
    return known[1]


@asynccontextmanager
async def borrowed_registry() -> AsyncIterator[Registry]:
    """The running loop's; where it has none one of the caller's own, since the loop may be there for this alone."""
    if asyncio.get_running_loop() in _of_loop:
        yield registry()
        return
    borrowed = _made(settings.REDIS_URL)
    try:
        yield borrowed
    finally:
        await borrowed.aclose()


def _made(url: str) -> Registry:
    from replays.playing.local_registry import LOCAL
    from replays.playing.redis_registry import RedisRegistry

    return RedisRegistry(url, settings.ROOMS_PREFIX) if url else LOCAL
