"""How a socket comes into a room: a new one for a replay, or one that is there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from channels.db import database_sync_to_async

from replays.playing import rooms
from replays.playing.room import Room
from replays.playing.rooms import Opening
from replays.playing.source import Source, source_of
from replays.socket.hello import ReplayFacts, replay_facts

DATABASE_TIMEOUT_S = 5.0
"""One that says nothing at all would keep whoever waits for minutes."""


class NotThere(Exception):
    """No such replay, or it is hidden."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Somebody has entered `room`, and now either joins it or goes away."""

    room: Room
    facts: ReplayFacts


async def open_room(replay_id: str, opening: Opening, check: Callable[[Source], None]) -> Entrance:
    """`check` raises where the socket asks for what the replay has not, before there is a room.

    Raises NotThere, NoRoomLeft, UnreadableReplay, LayerAway, RegistryAway, TimeoutError, and the database's own.
    """
    facts = await _facts(replay_id)
    source = await asyncio.to_thread(source_of, facts.id)
    check(source)
    record = await rooms.make(facts.id, source.timeline.manifest, opening)
    try:
        return Entrance(await rooms.enter(record, source), facts)
    except BaseException:
        await rooms.end(record)
        raise


async def enter_room(room_id: str) -> Entrance:
    """Raises NoSuchRoom, NotThere, UnreadableReplay, LayerAway, RegistryAway, TimeoutError, and the database's own."""
    record = await rooms.find(room_id)
    facts = await _facts(record.replay_id)
    return Entrance(await rooms.enter(record), facts)


async def _facts(replay_id: str) -> ReplayFacts:
    async with asyncio.timeout(DATABASE_TIMEOUT_S):
        facts: ReplayFacts | None = await database_sync_to_async(replay_facts)(replay_id)
    if facts is None:
        raise NotThere("no such replay")
    return facts
