"""A room's hub in this process: one subscription to the channel layer, fanned out to the viewers here.

Frames are encoded once for each variant somebody asked for. The subscription is supervised: a layer that goes away
and comes back costs messages, never a viewer.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Any

import orjson
from channels.layers import BaseChannelLayer

from replays.playing import layer_messages
from replays.playing.encoding import FrameBatch, Variant, chosen, frames_json
from replays.playing.server_time import server_time_s
from replays.playing.snapshot import EventLog
from replays.playing.viewer import Viewer

logger = logging.getLogger(__name__)

RESUBSCRIBE_S = 0.5
LAYER_TIMEOUT_S = 1.0


class Hub:
    """`run` is its task; whoever starts it cancels it. `subscribed` is set once it hears the room; `state` is the
    last it heard."""

    def __init__(
        self, room_id: str, layer: BaseChannelLayer, conductor: str, columns: tuple[str, ...], events: EventLog
    ) -> None:
        self.viewers: dict[str, Viewer] = {}
        self.subscribed = asyncio.Event()
        self._group = layer_messages.group_of(room_id)
        self._layer = layer
        self._conductor = conductor
        self._state_missed = False
        self._columns = columns
        self._events = events
        self._channel: str | None = None
        self.state: dict[str, Any] | None = None

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._subscribe()
                    while True:
                        self._deliver(await self._layer.receive(self._channel))
                        if self._state_missed:
                            await self._ask_for_state()
                except Exception as error:  # whatever the layer's client raises; it comes back
                    if self.subscribed.is_set():
                        logger.warning("room %s lost its subscription: %s", self._group, type(error).__name__)
                    self.subscribed.clear()
                    self._tell_buffering()
                    await asyncio.sleep(RESUBSCRIBE_S)
        finally:
            await self._unsubscribe()

    async def _subscribe(self) -> None:
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            # All channels of a process share one prefix: the Redis layer reads only one prefix at a time.
            self._channel = self._channel or await self._layer.new_channel()
            await self._layer.group_add(self._group, self._channel)
            if self.state is not None:  # what was published meanwhile is lost
                await self._ask_for_state()
        self.subscribed.set()

    async def _ask_for_state(self) -> None:
        self._state_missed = False
        await self._layer.send(self._conductor, layer_messages.command_message("", None, {"type": "tell"}))

    async def _unsubscribe(self) -> None:
        for viewer in self.viewers.values():
            viewer.forget_waiting()
        if self._channel is None:
            return
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._layer.group_discard(self._group, self._channel)
        except Exception as error:  # the room is over; the layer forgets the group by itself in time
            logger.warning("room %s could not unsubscribe: %s", self._group, type(error).__name__)

    def _deliver(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case layer_messages.FRAMES:
                self._deliver_frames(message)
            case layer_messages.STATE:
                self._deliver_state(message)
            case layer_messages.REFUSAL:
                self._deliver_refusal(message)

    def _deliver_state(self, message: dict[str, Any]) -> None:
        state = message["state"]
        if self.state is not None and not _is_news(state, self.state):
            return
        self.state = state
        plain = orjson.dumps(state)
        snapshot = self.snapshot(state) if message["seeked"] else None
        for viewer in self.viewers.values():
            viewer.begin_generation(state["generation"])
            own = message["request_id"] if viewer.id == message["asker"] else None
            viewer.tell(plain if own is None else orjson.dumps(state | {"request_id": own}))
            if snapshot is not None:
                viewer.tell(snapshot)

    def snapshot(self, state: dict[str, Any]) -> bytes:
        """The `snapshot` message for the moment of `state`."""
        moment = self._events.snapshot(state["t"] * 1000)
        return orjson.dumps({"type": "snapshot", "generation": state["generation"], **moment})

    def _deliver_refusal(self, message: dict[str, Any]) -> None:
        error = orjson.dumps(error_message(message["code"], message["detail"], message["request_id"]))
        for viewer in self.viewers.values():
            if message["asker"] in ("", viewer.id):
                viewer.tell(error)

    def _deliver_frames(self, message: dict[str, Any]) -> None:
        batch = layer_messages.batch_of(message, self._columns)
        if self.state is None or batch.generation != self.state["generation"]:
            # Of a past generation, or of one whose state was lost.
            self._state_missed = self.state is not None and batch.generation > self.state["generation"]
            return
        events = [orjson.dumps({"type": "event", **event}) for event in message["events"]]
        by_variant: dict[Variant, list[Viewer]] = defaultdict(list)
        for viewer in self.viewers.values():
            if batch.generation < viewer.generation:
                continue
            for event in events:
                viewer.tell(event)
            by_variant[viewer.variant].append(viewer)
        for variant, viewers in by_variant.items():
            self._send_frames(batch, variant, viewers)

    def _send_frames(self, batch: FrameBatch, variant: Variant, viewers: list[Viewer]) -> None:
        indices = chosen(batch, variant.fps)
        if not indices or not variant.columns or not variant.cars:
            return
        parts = _parts(indices, variant.batch)
        for part in parts:
            message = frames_json(batch, part, variant)
            ahead = variant.batch > 1 and part is parts[0]
            due_in_s = 0.0 if ahead else batch.due_of(part[0]) - server_time_s()
            for viewer in viewers:
                viewer.send_frames_at(due_in_s, message, batch.generation)

    def _tell_buffering(self) -> None:
        """The layer is away: nothing can come, so media time stands still for the viewers here."""
        if self.state is None or self.state["status"] != "playing":
            return
        now = server_time_s()
        elapsed_s = max(now - self.state["server_time"], 0.0)
        t = round(self.state["t"] + elapsed_s * self.state["speed"], 3)
        self.state = self.state | {"status": "buffering", "t": t, "server_time": now}
        for viewer in self.viewers.values():
            viewer.tell(orjson.dumps(self.state))


def _is_news(state: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether a state says more than the last: a later generation, or the same after this hub had lost it."""
    if state["generation"] == last["generation"]:
        return bool(state["status"] != last["status"])
    return bool(state["generation"] > last["generation"])


def _parts(indices: list[int], size: int) -> list[list[int]]:
    return [indices[at : at + size] for at in range(0, len(indices), size)]


def error_message(code: str, detail: str, request_id: str | None) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail, "request_id": request_id}
