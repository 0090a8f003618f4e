"""The conductor of a room: keeps its clock, samples the replay at the room's rate, publishes ahead of time.

Commands come by its process's channel. What it publishes goes to the hub of its own process, and to the room's group
while others take part: they begin by `tell`, and beats know of them. It is the only one that moves the clock, and keeps
it in the registry before it tells, so that another conductor can go on from there. Whether it is the room's is not for
it to say: it publishes while its lease holds, and otherwise waits until it does or somebody stops it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import Any

import numpy as np

from replays.artefact.manifest import UnreadableReplay
from replays.clock import BUFFERING, ENDED, PLAYING, Clock
from replays.playing import layer_messages
from replays.playing.clock_records import clock_of, record_of, state_of
from replays.playing.encoding import FrameBatch
from replays.playing.registry import LEASE_S, Beat, Registry, RegistryAway, RoomRecord
from replays.playing.server_time import server_time_s
from replays.playing.snapshot import EventLog
from replays.playing.subscription import Subscription
from replays.sampling import Window
from replays.timeline import Timeline

logger = logging.getLogger(__name__)

BATCHES_PER_SECOND = 5
LEAD_S = 0.1
"""A batch is published this long before its first frame is due."""

SKIP_AFTER_S = 1.0
"""Frames later than that are nobody's any more: a process that was frozen goes on at the present."""

PUBLISH_TIMEOUT_S = 1.0
RETRY_S = 0.25
HEARD_AGAIN_S = 0.6
"""What is published before the hubs have subscribed again, which they try twice a second, nobody hears."""
READ_TIMEOUT_S = 10.0
ALONE_AFTER_S = 1.0
"""Beats have to say for so long that no other process takes part: one that was thought to be gone signs in again."""


class Conductor:
    """One room's. `run` is its task; whoever starts it cancels it, and tells it how long its lease holds."""

    def __init__(
        self,
        record: RoomRecord,
        process: str,
        registry: Registry,
        subscription: Subscription,
        timeline: Timeline,
        events: EventLog,
        heard_until_ms: float | None,
        told_until_ms: float | None,
        *,
        has_company: bool,
    ) -> None:
        """`record` has the lease's epoch. `heard_until_ms`: the last frame that the one before was heard to send;
        `told_until_ms`: the last moment whose events it was."""
        self.epoch = record.epoch
        self.held_until_s = 0.0
        """Until then, in monotonic seconds, the lease is certainly this process's."""
        # Who takes over may not know yet of those who are there: after an outage all have to sign in again.
        self.has_company = has_company or record.has_begun
        """Whether others have to be told, by the layer."""
        self._alone_since_s: float | None = None
        self._record = record
        self._process = process
        self._registry = registry
        self._room_id = record.id
        self._group = layer_messages.group_of(record.id)
        self._subscription = subscription
        self._layer = subscription.layer
        self._channel = subscription.channel
        self._timeline = timeline
        self._events = events
        self._lights_out_ms: int | None = timeline.manifest.document.get("lights_out_ms")
        self._fps = record.fps
        self._window: Window | None = None
        """Of the last frame; kept, so that it is ready for the next."""
        self._away = False
        self._next_frame = 0
        self._commands: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=100)
        now_s = time.monotonic()
        manifest = timeline.manifest
        clock = clock_of(record.clock, manifest.t_start_ms, manifest.t_end_ms)
        if not record.has_begun:
            self.clock = clock.play(now_s) if clock.status == PLAYING else clock
        elif clock.status in (PLAYING, BUFFERING):
            self.clock = clock.play(_after(heard_until_ms, clock, now_s, self._fps))
        else:
            self.clock = clock.pause(now_s)
        self._told_until_ms = self.clock.anchor_ms
        if record.has_begun and told_until_ms is not None:
            self._told_until_ms = told_until_ms

    def heed(self, beat: Beat, asked_s: float) -> None:
        """What a beat, asked for at `asked_s`, told of the lease, which is held, and of who else takes part."""
        self.epoch = beat.epoch
        self.held_until_s = asked_s + LEASE_S
        if beat.has_company:
            self._alone_since_s = None
            if not self.has_company:
                self.obey(layer_messages.tell_message(self._room_id, ""))
        elif self._alone_since_s is None:
            self._alone_since_s = asked_s
        elif asked_s - self._alone_since_s >= ALONE_AFTER_S:
            self.has_company = False

    def state(self) -> dict[str, Any]:
        """The anchor, as the protocol's `state` has it."""
        return state_of(record_of(self.clock))

    async def run(self) -> None:
        """Conduct until cancelled."""
        try:
            # What the one before had sent ahead is not to be taken back: its frames are shown first.
            await asyncio.sleep(self.clock.anchored_at_s - LEAD_S - time.monotonic())
            await self._tell_clock()
            if not self._record.has_begun:
                await self._or_stop_where_unreadable(self._show_anchor())
            while True:
                await self._or_stop_where_unreadable(self._step())
        except Exception:
            logger.exception("room %s: its conductor failed", self._room_id)
            await self._publish(
                layer_messages.refusal_message(self._room_id, "", None, "internal_error", "the room has failed")
            )

    async def _or_stop_where_unreadable(self, step: Coroutine[Any, Any, None]) -> None:
        """Do a step. Where the replay is damaged the clock stops and the viewers are told; they may seek elsewhere."""
        try:
            await step
        except UnreadableReplay as error:
            logger.error("room %s: %s", self._room_id, error)
            self.clock = self.clock.pause(time.monotonic())
            await self._publish(
                layer_messages.refusal_message(
                    self._room_id, "", None, "unreadable_replay", "the replay cannot be read here"
                )
            )
            await self._tell_clock()

    async def _step(self) -> None:
        """Wait for a command or for the next batch to be due to leave, and do that."""
        try:
            async with asyncio.timeout(self._wait_s()):
                message = await self._commands.get()
        except TimeoutError:
            await self._publish_batch()
            return
        await self._obey(message)

    def _wait_s(self) -> float | None:
        """How long until something has to be published; None while the clock stands still."""
        if self.clock.status != PLAYING:
            return None
        due_s = self.clock.anchored_at_s + self._next_frame / self._fps
        if self._frame_t_ms(self._next_frame - 1) < self.clock.t_end_ms or self._next_frame == 0:
            due_s -= LEAD_S
        return max(due_s - time.monotonic(), 0.0)

    def _frame_t_ms(self, index: int) -> int:
        """Media time of a frame of this generation; the last one is at the end."""
        t_ms = round(self.clock.anchor_ms + index * 1000 * self.clock.speed / self._fps)
        return min(t_ms, self.clock.t_end_ms)

    async def _publish_batch(self) -> None:
        if self._next_frame and self._frame_t_ms(self._next_frame - 1) >= self.clock.t_end_ms:
            self.clock = self.clock.end(time.monotonic())
            await self._tell_clock()
            return
        late_s = time.monotonic() - (self.clock.anchored_at_s + self._next_frame / self._fps)
        if late_s > SKIP_AFTER_S:
            self._next_frame += int(late_s * self._fps)
        size = max(self._fps // BATCHES_PER_SECOND, 1)
        t_ms = [self._frame_t_ms(index) for index in range(self._next_frame, self._next_frame + size)]
        if t_ms[-1] >= self.clock.t_end_ms:
            t_ms = t_ms[: t_ms.index(self.clock.t_end_ms) + 1]
        await self._publish_frames(t_ms, self.clock.anchored_at_s + self._next_frame / self._fps)

    async def _publish_frames(self, t_ms: list[int], due_s: float) -> None:
        batch = await self._batch(self._next_frame, t_ms, due_s)
        events = self._events.between(self._told_until_ms, t_ms[-1])
        if await self._publish(layer_messages.frames_message(self._room_id, batch, events)):
            self._next_frame += len(t_ms)
            self._told_until_ms = max(self._told_until_ms, t_ms[-1])  # the clock may have been moved back a little
            return
        self.clock = self.clock.hold(time.monotonic(), t_ms[0]) if self.clock.status == PLAYING else self.clock
        await self._tell_clock()

    async def _batch(self, first: int, t_ms: list[int], due_s: float) -> FrameBatch:
        parts, laps = [], []
        for window, moments in await self._windows(t_ms):
            frames = window.frames(moments)
            parts.append(frames)
            laps += [-1 if lap is None else lap for lap in map(window.leader_lap, frames)]
        return FrameBatch(
            generation=self.clock.generation,
            first=first,
            due_s=server_time_s(due_s),
            room_fps=self._fps,
            t_ms=tuple(t_ms),
            laps=tuple(laps),
            rows=parts[0] if len(parts) == 1 else np.concatenate(parts),
        )

    async def _windows(self, t_ms: list[int]) -> list[tuple[Window, list[int]]]:
        """The moments, in order, with the windows that they are in."""
        found: list[tuple[Window, list[int]]] = []
        for moment in t_ms:
            window = await self._window_at(moment)
            if found and found[-1][0] is window:
                found[-1][1].append(moment)
            else:
                found.append((window, [moment]))
        return found

    async def _window_at(self, t_ms: int) -> Window:
        """The window around a moment; chunks are read in a thread, not in the loop."""
        window = self._timeline.ready_window(t_ms)
        if window is None:
            try:
                async with asyncio.timeout(READ_TIMEOUT_S):
                    window = await asyncio.to_thread(self._timeline.window_at, t_ms)
            except TimeoutError:
                raise UnreadableReplay("its storage does not answer") from None
        self._window = window
        return window

    async def _obey(self, message: dict[str, Any]) -> None:
        asker, request_id, command = message["asker"], message["request_id"], message["command"]
        if command["type"] == "tell":
            await self._tell_again(command["channel"])
            return
        seeked = command["type"] == "seek" or (command["type"] == "play" and self.clock.status == ENDED)
        try:
            self.clock = self._moved(command, time.monotonic())
        except ValueError as error:
            await self._publish(
                layer_messages.refusal_message(self._room_id, asker, request_id, "bad_value", str(error))
            )
            return
        self._told_until_ms = self.clock.anchor_ms if seeked else max(self._told_until_ms, self.clock.anchor_ms)
        await self._tell_clock(seeked=seeked, asker=asker, request_id=request_id)
        if seeked:
            await self._show_anchor()

    async def _tell_again(self, channel: str) -> None:
        """For one process that has missed it, or all: the clock, and what is seen of one that stands still."""
        if channel != self._channel:
            self.has_company, self._alone_since_s = True, None
        await self._publish_state(seeked=False, asker="", request_id=None, channel=channel, is_told_again=True)
        if self.clock.status != PLAYING:
            batch = await self._batch(0, [round(self.clock.anchor_ms)], time.monotonic())
            await self._publish(layer_messages.frames_message(self._room_id, batch, []), channel)

    def _moved(self, command: dict[str, Any], now_s: float) -> Clock:
        match command["type"]:
            case "play":
                return self.clock.play(now_s)
            case "pause":
                return self.clock.pause(now_s)
            case "speed":
                return self.clock.at_speed(now_s, command["speed"])
            case "seek":
                return self.clock.seek(now_s, self._target_ms(command))
        raise ValueError(f"type: {command['type']} is no command")

    def _target_ms(self, command: dict[str, Any]) -> float:
        if command.get("t") is not None:
            return float(command["t"]) * 1000
        if command["lap"] == 1 and self._lights_out_ms is not None:
            return self._lights_out_ms
        t_ms = self._events.lap_start_ms(command["lap"])
        if t_ms is None:
            raise ValueError(f"lap: the leader has no lap {command['lap']}")
        return t_ms

    async def _show_anchor(self) -> None:
        """The one frame of a clock that stands still, exactly where it stands."""
        if self.clock.status == PLAYING:
            return
        await self._publish_frames([round(self.clock.anchor_ms)], time.monotonic())

    async def _tell_clock(self, *, seeked: bool = False, asker: str = "", request_id: str | None = None) -> None:
        """Keep the clock and tell the room. Until that can be done media time stands still."""
        self._next_frame = 0
        while self.clock.status == BUFFERING or not await self._kept_and_told(seeked, asker, request_id):
            if self.clock.status == PLAYING:
                self.clock = self.clock.hold(time.monotonic(), self.clock.anchor_ms)
            while not await self._kept_and_told(False, "", None):  # noqa: ASYNC110  nobody tells when that works
                await asyncio.sleep(RETRY_S)
            if self.clock.status == BUFFERING:
                await asyncio.sleep(HEARD_AGAIN_S)
                self.clock = self.clock.play(time.monotonic())

    async def _kept_and_told(self, seeked: bool, asker: str, request_id: str | None) -> bool:
        kept = RoomRecord(
            self._record.id,
            self._record.replay_id,
            self._fps,
            record_of(self.clock),
            has_begun=True,
            epoch=self.epoch,
            conductor=self._channel,
        )
        try:
            if not await self._registry.save(kept, self._process):
                return False
        except RegistryAway:
            return False
        return await self._publish_state(seeked=seeked, asker=asker, request_id=request_id)

    async def _publish_state(
        self, *, seeked: bool, asker: str, request_id: str | None, channel: str = "", is_told_again: bool = False
    ) -> bool:
        message = layer_messages.state_message(
            self._room_id,
            self.state(),
            epoch=self.epoch,
            conductor=self._channel,
            seeked=seeked,
            asker=asker,
            request_id=request_id,
            told_until_ms=self._told_until_ms if is_told_again else None,
        )
        return await self._publish(message, channel)

    async def _refuse(self, code: str, detail: str, asker: str = "", request_id: str | None = None) -> None:
        """Tell the one who asked, or all."""
        await self._publish(layer_messages.refusal_message(self._room_id, asker, request_id, code, detail))

    async def _publish(self, message: dict[str, Any], channel: str = "") -> bool:
        """Whether the message went out, to the room or to one process. A layer that is away must not end the room."""
        if time.monotonic() >= self.held_until_s:
            return False
        is_for_here = channel in ("", self._channel)
        if is_for_here and not self._subscription.hears(message):
            return False
        is_for_others = channel != self._channel if channel else self.has_company
        if is_for_others and not await self._publish_by_layer(message, channel):
            return False
        if is_for_here:
            self._subscription.hear_here(message)
        return True

    async def _publish_by_layer(self, message: dict[str, Any], channel: str) -> bool:
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                if channel:
                    await self._layer.send(channel, message)
                else:
                    await self._layer.group_send(self._group, message | {"by": self._channel})
        except Exception as error:  # whatever the layer's client raises
            if not self._away:
                logger.warning("room %s cannot publish: %s", self._room_id, type(error).__name__)
            self._away = True
            return False
        self._away = False
        return True

    def obey(self, message: dict[str, Any]) -> None:
        """A command: it waits for its turn. Too many that wait are not answered, which their askers are told."""
        with contextlib.suppress(asyncio.QueueFull):
            self._commands.put_nowait(message)


def _after(heard_until_ms: float | None, clock: Clock, now_s: float, fps: int) -> float:
    """When a new conductor's first frame is due: now, or after the last frame that was sent ahead of its time."""
    if heard_until_ms is None:
        return now_s
    return max(now_s, clock.anchored_at_s + (heard_until_ms - clock.anchor_ms) / 1000 / clock.speed + 1 / fps)
