"""A room in this process: its hub, and its conductor where this process has the lease."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from replays.playing import layer_messages
from replays.playing.clock_records import record_from
from replays.playing.conductor import Conductor
from replays.playing.encoding import FrameBatch
from replays.playing.ending import end_task
from replays.playing.hub import Hub
from replays.playing.registry import Beat, Registry, RegistryAway, Role, RoomRecord, registry
from replays.playing.source import Source
from replays.playing.subscription import LAYER_TIMEOUT_S, LayerAway, Subscription
from replays.playing.viewer import Viewer

logger = logging.getLogger(__name__)

MISSED_STATE_S = 0.5
"""So long after it was kept a state is not on its way any more: the layer has dropped it."""
MISSED_BEATS = 4
"""Who only follows leaves it to the conductor to bring a forgotten room back, for so long."""


class Room:
    """`close` ends what `open` began. `arriving` counts those who are about to join, `joining` has the ids of those
    whom the registry may know already, with when they arrived. `has_given_up`: this process conducts it no more."""

    def __init__(
        self,
        record: RoomRecord,
        source: Source,
        process: str,
        subscription: Subscription,
        on_vacant: Callable[[], None],
    ) -> None:
        self.id = record.id
        self.record = record
        self._source = source  # kept, so that it is shared
        self.timeline = source.timeline
        self.arriving = 0
        self.joining: dict[str, float] = {}
        self.has_given_up = False
        self.conductor: Conductor | None = None
        self.hub = Hub(record.id, self.timeline.manifest.column_names, source.events, on_vacant)
        self._process = process
        self._subscription = subscription
        self._layer = subscription.layer
        self._registry: Registry = registry()
        self._conducting: asyncio.Task[None] | None = None
        self._missed = 0
        self._awaited_generation = 0
        self._awaited_since_s = 0.0
        self._must_sync = True  # whose leave could not be told when the room was here before is still counted

    async def open(self) -> None:
        """Raises LayerAway."""
        await self._subscription.add(self.id, self.hub)

    async def close(self) -> None:
        await self.stop_conducting()
        self.hub.end()
        await self._subscription.remove(self.id)

    async def wait_for_state(self) -> None:
        """Where another process begins the room. Raises LayerAway."""
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self.hub.state_known.wait()
        except TimeoutError:
            raise LayerAway("no state") from None

    async def command(self, viewer: Viewer, request_id: str | None, command: dict[str, Any]) -> None:
        """Send a viewer's command to the conductor. Raises LayerAway."""
        message = layer_messages.command_message(self.id, viewer.id, request_id, command)
        self.hub.expect_answer(viewer, request_id)
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._layer.send(self.hub.conductor, message)
        except Exception as error:  # whatever the layer's client raises, ChannelFull included
            self.hub.expects_no_more(viewer, request_id)
            raise LayerAway(type(error).__name__) from None

    async def heed(self, beat: Beat, asked_s: float) -> bool:
        """Do what a beat, asked for at `asked_s`, tells; whether another one is wanted at once. Raises RegistryAway."""
        self.hub.refuse_unanswered()
        if beat.role is Role.UNKNOWN:
            return await self._bring_back()
        self._missed = 0
        if self._must_sync or not beat.is_registered:
            here = self._who_is_here()
            await self._registry.sync(self.id, self._process, here)
            self._must_sync = here != self._who_is_here()  # who came or left meanwhile may have been told of before
            if beat.role is Role.FOLLOWS:  # the conductor may have published to nobody but itself
                await self._ask_for_state()
        else:
            self.hub.heed_people(beat.people)
        if self._has_missed_state(beat.generation, asked_s):
            await self._find_conductor()
        elif self.hub.is_buffering:  # perhaps for this process alone, whose conductor elsewhere knows nothing of it
            await self._ask_for_state()
        if beat.role is Role.FOLLOWS:
            await self.stop_conducting()
            return False
        if self.conductor is not None and beat.epoch > self.conductor.epoch + 1:
            await self.stop_conducting()  # others had the lease meanwhile, and moved the clock
        if self.conductor is None:
            await self._conduct(beat)
        if self.conductor is not None:
            self.conductor.heed(beat, asked_s)
        return False

    def _has_missed_state(self, generation: int, asked_s: float) -> bool:
        """Whether what the registry knew of the clock a while ago has not been heard here yet."""
        state = self.hub.state
        if state is None or state["generation"] >= self._awaited_generation:
            self._awaited_generation, self._awaited_since_s = generation, asked_s
            return False
        return asked_s - self._awaited_since_s >= MISSED_STATE_S

    async def _find_conductor(self) -> None:
        """Ask whoever conducts now, perhaps another one, which nobody here has heard of. Raises RegistryAway."""
        self._awaited_generation = 0
        found = await self._registry.read(self.id)
        if found is None:
            return
        # Also an epoch lower than was heard: Redis may have come back with an older memory.
        self.hub.conductor, self.hub.epoch = found[0].conductor, found[0].epoch
        await self._ask_for_state()

    async def _ask_for_state(self) -> None:
        with contextlib.suppress(Exception):  # whatever the layer's client raises; the next beat asks again
            await self._subscription.ask_for_state(self.hub)

    def _who_is_here(self) -> dict[str, float]:
        return {viewer.id: viewer.arrived for viewer in self.hub.viewers.values()} | self.joining

    def forget_failed_leave(self) -> None:
        """The registry could not be told of a viewer that left."""
        self._must_sync = True

    async def _bring_back(self) -> bool:
        """The registry has forgotten the room: tell it how things stand here."""
        self._missed += 1
        if self.conductor is None and self._missed < MISSED_BEATS:
            return False
        state = self.hub.state if self.conductor is None else self.conductor.state()
        if state is None:
            return False
        clock = record_from(state)
        record = replace(self.record, clock=clock, has_begun=True, epoch=self.hub.epoch)
        await self._registry.restore(record, self.hub.people.control)
        logger.warning("room %s had been forgotten and was brought back", self.id)
        return True

    async def _conduct(self, beat: Beat) -> None:
        record = beat.taken
        if record is None:  # the lease was this process's before: its conductor had been stopped meanwhile
            found = await self._registry.read(self.id)
            if found is None:
                return
            record, _ = found
        if self.has_given_up or self.conductor is not None:  # meanwhile
            return
        record, state = self._as_seen_here(record), self.hub.state
        is_known = state is not None and state["generation"] == record.clock.generation
        self.conductor = Conductor(
            record,
            self._process,
            self._registry,
            self._subscription,
            self.timeline,
            self._source.events,
            self.hub.heard_until_ms if is_known else None,
            self.hub.told_until_ms if is_known else None,
            has_company=beat.has_company,
        )
        if not record.has_begun:
            self.hub.heed_state(self.conductor.state(), record.epoch, self._subscription.channel)
        self._subscription.conducted_by(self.id, self.conductor.obey)
        self._conducting = asyncio.create_task(self.conductor.run(), name=f"conductor {self.id}")

    def _as_seen_here(self, record: RoomRecord) -> RoomRecord:
        """Where nothing could be told for a while media time stood still, which the registry does not know."""
        state, heard_until_ms = self.hub.state, self.hub.heard_until_ms
        if state is None or not self.hub.is_buffering:
            return record
        clock = record_from(state)
        if heard_until_ms is not None:
            next_ms = heard_until_ms + 1000 * clock.speed / record.fps
            clock = replace(clock, anchor_ms=max(clock.anchor_ms, next_ms))
        return replace(record, clock=replace(clock, generation=max(clock.generation, record.clock.generation)))

    async def stop_conducting(self) -> None:
        conducting, self._conducting, self.conductor = self._conducting, None, None
        if conducting is None:
            return
        self._subscription.conducted_by(self.id, None)
        await end_task(conducting)

    async def give_up_lease(self) -> None:
        """Stop conducting, for good; who else has viewers here may go on at once."""
        self.has_given_up = True
        if self.conductor is None:
            return
        has_company = self.conductor.has_company
        await self.stop_conducting()
        with contextlib.suppress(RegistryAway):
            await self._registry.release(self.id, self._process)
        if not has_company:
            return
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._layer.group_send(layer_messages.group_of(self.id), layer_messages.vacant_message(self.id))
        except Exception as error:  # whatever the layer's client raises; the others notice by themselves
            logger.warning("room %s could not tell that it has no conductor: %s", self.id, type(error).__name__)

    async def still_frame(self, state: dict[str, Any]) -> FrameBatch:
        """The one frame that viewers of a clock that stands still see. Raises UnreadableReplay."""
        t_ms = round(state["t"] * 1000)
        window = self.timeline.ready_window(t_ms)
        if window is None:
            window = await asyncio.to_thread(self.timeline.window_at, t_ms)
        frame = window.sample(t_ms)
        lap = window.leader_lap(frame)
        laps = (-1 if lap is None else lap,)
        return FrameBatch(state["generation"], 0, state["server_time"], self.record.fps, (t_ms,), laps, frame[None])
