"""The conductor of a room: keeps its clock, samples the replay at the room's rate, publishes ahead of time.

Commands come by its channel, what it publishes goes to the room's group. It is the only one that moves the clock.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

import numpy as np
from channels.layers import BaseChannelLayer

from replays.artefact.manifest import UnreadableReplay
from replays.clock import PLAYING, Clock
from replays.playing import layer_messages
from replays.playing.encoding import FrameBatch
from replays.playing.server_time import server_time_s
from replays.playing.snapshot import EventLog, seconds
from replays.sampling import Frame
from replays.timeline import Timeline

logger = logging.getLogger(__name__)

BATCHES_PER_SECOND = 5
LEAD_S = 0.1
"""A batch is published this long before its first frame is due."""

SKIP_AFTER_S = 1.0
"""Frames later than that are nobody's any more: a process that was frozen goes on at the present."""

PUBLISH_TIMEOUT_S = 1.0
RETRY_S = 0.5
READ_TIMEOUT_S = 10.0


class Conductor:
    """One room's. `run` is its task; whoever starts it cancels it."""

    def __init__(
        self,
        room_id: str,
        layer: BaseChannelLayer,
        channel: str,
        timeline: Timeline,
        events: EventLog,
        clock: Clock,
        fps: int,
    ) -> None:
        self.clock = clock
        self._group = layer_messages.group_of(room_id)
        self._layer = layer
        self._channel = channel
        self._timeline = timeline
        self._events = events
        self._lights_out_ms: int | None = timeline.manifest.document.get("lights_out_ms")
        self._fps = fps
        self._away = False
        self._next_frame = 0
        self._told_until_ms = clock.anchor_ms
        self._commands: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=100)

    def state(self) -> dict[str, Any]:
        """The anchor, as the protocol's `state` has it."""
        clock = self.clock
        return {
            "type": "state",
            "generation": clock.generation,
            "status": clock.status,
            "t": seconds(clock.anchor_ms),
            "speed": clock.speed,
            "server_time": server_time_s(clock.anchored_at_s),
            "request_id": None,
        }

    async def run(self) -> None:
        """Conduct until cancelled."""
        receiving = asyncio.create_task(self._receive(), name=f"conductor-commands {self._group}")
        try:
            await self._or_stop_where_unreadable(self._show_anchor())
            while True:
                await self._or_stop_where_unreadable(self._step())
        except Exception:
            logger.exception("room %s: its conductor failed", self._group)
            await self._publish(layer_messages.refusal_message("", None, "internal_error", "the room has failed"))
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _or_stop_where_unreadable(self, step: Coroutine[Any, Any, None]) -> None:
        """Do a step. Where the replay is damaged the clock stops and the viewers are told; they may seek elsewhere."""
        try:
            await step
        except UnreadableReplay as error:
            logger.error("room %s: %s", self._group, error)
            self.clock = self.clock.pause(time.monotonic())
            await self._publish(
                layer_messages.refusal_message("", None, "unreadable_replay", "the replay cannot be read here")
            )
            await self._publish_state()

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
            await self._publish_state()
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
        frames = [await self._sampled(t) for t in t_ms]
        events = self._events.between(self._told_until_ms, t_ms[-1])
        batch = FrameBatch(
            generation=self.clock.generation,
            first=self._next_frame,
            due_s=server_time_s(due_s),
            room_fps=self._fps,
            t_ms=tuple(t_ms),
            laps=tuple(lap for _, lap in frames),
            rows=np.stack([frame for frame, _ in frames]),
        )
        if await self._publish(layer_messages.frames_message(batch, events)):
            self._next_frame += len(t_ms)
            self._told_until_ms = t_ms[-1]
            return
        await self._hold_until_published(t_ms[0])

    async def _sampled(self, t_ms: int) -> tuple[Frame, int]:
        """The frame and the leader's lap (-1 unknown); chunks are read in a thread, not in the loop."""
        window = self._timeline.ready_window(t_ms)
        if window is None:
            async with asyncio.timeout(READ_TIMEOUT_S):
                window = await asyncio.to_thread(self._timeline.window_at, t_ms)
        frame = window.sample(t_ms)
        lap = window.leader_lap(frame)
        return frame, -1 if lap is None else lap

    async def _hold_until_published(self, t_ms: float) -> None:
        """Media time stands still while the layer is away, and goes on in a new generation."""
        self.clock = self.clock.hold(time.monotonic(), t_ms)
        while not await self._publish_state():  # noqa: ASYNC110  the layer tells nobody when it is back
            await asyncio.sleep(RETRY_S)
        self.clock = self.clock.play(time.monotonic())
        await self._begin_generation(asker="", request_id=None, seeked=False)

    async def _obey(self, message: dict[str, Any]) -> None:
        asker, request_id, command = message["asker"], message["request_id"], message["command"]
        if command["type"] == "tell":
            await self._publish_state()
            return
        now_s = time.monotonic()
        seeked = command["type"] == "seek"
        try:
            self.clock = self._moved(command, now_s)
        except ValueError as error:
            await self._publish(layer_messages.refusal_message(asker, request_id, "bad_value", str(error)))
            return
        await self._begin_generation(asker=asker, request_id=request_id, seeked=seeked)

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

    async def _begin_generation(self, *, asker: str, request_id: str | None, seeked: bool) -> None:
        self._next_frame = 0
        self._told_until_ms = self.clock.anchor_ms if seeked else max(self._told_until_ms, self.clock.anchor_ms)
        await self._publish_state(seeked=seeked, asker=asker, request_id=request_id)
        if self.clock.status != PLAYING and seeked:
            await self._show_anchor()

    async def _show_anchor(self) -> None:
        """The one frame of a clock that stands still, exactly where it stands."""
        if self.clock.status == PLAYING:
            return
        await self._publish_frames([round(self.clock.anchor_ms)], time.monotonic())

    async def _publish_state(self, *, seeked: bool = False, asker: str = "", request_id: str | None = None) -> bool:
        return await self._publish(
            layer_messages.state_message(self.state(), seeked=seeked, asker=asker, request_id=request_id)
        )

    async def _publish(self, message: dict[str, Any]) -> bool:
        """Whether the message went out. A layer that is away must not end the room."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._layer.group_send(self._group, message)
        except Exception as error:  # whatever the layer's client raises
            if not self._away:
                logger.warning("room %s cannot publish: %s", self._group, type(error).__name__)
            self._away = True
            return False
        self._away = False
        return True

    async def _receive(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception:  # whatever the layer's client raises; it comes back, and the hub says so in the log
                await asyncio.sleep(RETRY_S)
                continue
            await self._commands.put(message)
