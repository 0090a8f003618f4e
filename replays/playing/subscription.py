"""All that this process hears of its rooms: by one channel, which is in the groups of all of them, or from itself.

It is supervised: a layer that goes away and comes back costs messages, never a viewer. One channel and not one a room,
because each one that is waited for costs the Redis layer two tasks a message; and none for what a conductor here says,
because a message by Redis costs as much as sending it to fifty viewers.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import BaseChannelLayer, get_channel_layer

from replays.playing import layer_messages
from replays.playing.ending import end_task
from replays.playing.hub import Hub

logger = logging.getLogger(__name__)

RESUBSCRIBE_S = 0.5
LAYER_TIMEOUT_S = 1.0

Obey = Callable[[dict[str, Any]], None]


class LayerAway(Exception):
    """The channel layer does not answer."""


class Subscription:
    """Hears as long as it has rooms; then its task ends, and the next room begins it anew."""

    def __init__(self, layer: BaseChannelLayer) -> None:
        self.layer = layer
        self.channel = ""
        self.is_heard = True
        """Whether the layer can be heard, as far as is known."""
        self._changing = asyncio.Lock()
        self._hubs: dict[str, Hub] = {}
        self._conductors: dict[str, Obey] = {}
        self._running: asyncio.Task[None] | None = None

    async def add(self, room_id: str, hub: Hub) -> None:
        """From now on `hub` hears its room. Raises LayerAway."""
        async with self._changing:
            try:
                async with asyncio.timeout(LAYER_TIMEOUT_S):
                    self.channel = self.channel or await self.layer.new_channel()
                    await self.layer.group_add(layer_messages.group_of(room_id), self.channel)
            except Exception as error:  # whatever the layer's client raises
                raise LayerAway(type(error).__name__) from None
            self._hubs[room_id] = hub
            if self._running is None:
                self._running = asyncio.create_task(self._run(), name="subscription")

    async def remove(self, room_id: str) -> None:
        async with self._changing:
            del self._hubs[room_id]
            try:
                async with asyncio.timeout(LAYER_TIMEOUT_S):
                    await self.layer.group_discard(layer_messages.group_of(room_id), self.channel)
            except Exception as error:  # the layer forgets the group by itself in time
                logger.warning("room %s could not be unsubscribed: %s", room_id, type(error).__name__)
            if not self._hubs:
                await self._end()

    def conducted_by(self, room_id: str, obey: Obey | None) -> None:
        """Who is given the commands to a room; None for nobody."""
        if obey is None:
            self._conductors.pop(room_id, None)
        else:
            self._conductors[room_id] = obey

    def hears(self, message: dict[str, Any]) -> bool:
        """Whether a conductor of this process may say that: media time stands still while others cannot be heard."""
        hub = self._hubs.get(message["room"])
        if hub is None or not self.is_heard:
            return False
        return message["type"] != layer_messages.FRAMES or not hub.is_buffering

    def hear_here(self, message: dict[str, Any]) -> None:
        """What a conductor of this process says."""
        if hub := self._hubs.get(message["room"]):
            hub.hear(message)

    async def _run(self) -> None:
        self.is_heard = True
        while True:
            try:
                if not self.is_heard:
                    await self._renew()
                    self.is_heard = True
                while True:
                    await self._deliver(await self.layer.receive(self.channel))
            except Exception as error:  # whatever the layer's client raises; it comes back
                if _is_cancelled():
                    raise asyncio.CancelledError from None
                if self.is_heard:
                    logger.warning("the channel layer cannot be heard: %s", type(error).__name__)
                self.is_heard = False
                for hub in self._hubs.values():
                    hub.tell_buffering()
                await asyncio.sleep(RESUBSCRIBE_S)

    async def _renew(self) -> None:
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            for room_id in list(self._hubs):
                await self.layer.group_add(layer_messages.group_of(room_id), self.channel)
            for hub in list(self._hubs.values()):  # what was published meanwhile is lost
                await self._ask_conductor(hub)

    async def _deliver(self, message: dict[str, Any]) -> None:
        room_id = message["room"]
        if message["type"] == layer_messages.COMMAND:
            if obey := self._conductors.get(room_id):
                obey(message)
            return
        hub = self._hubs.get(room_id)
        if hub is None:
            return
        # Frames and states that come again the hub knows; and one whose sending timed out it may not have heard.
        if message["type"] == layer_messages.REFUSAL and message.get("by") == self.channel:
            return
        hub.hear(message)
        if hub.misses_state:
            await self.ask_for_state(hub)

    async def ask_for_state(self, hub: Hub) -> None:
        """Have the conductor tell where its clock is. Raises TimeoutError, and what the layer's client raises."""
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            await self._ask_conductor(hub)

    async def _ask_conductor(self, hub: Hub) -> None:
        hub.heed_asking()
        if hub.conductor:
            await self.layer.send(hub.conductor, layer_messages.tell_message(hub.room_id, self.channel))

    async def _end(self) -> None:
        running, self._running, self.channel = self._running, None, ""
        if running is None:
            return
        await end_task(running)


def _is_cancelled() -> bool:
    """Whether this task is to end: the Redis layer answers some cancellations by another exception."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Subscription] = WeakKeyDictionary()


def subscription() -> Subscription:
    """The running loop's."""
    loop, layer = asyncio.get_running_loop(), get_channel_layer()
    known = _of_loop.get(loop)
    if known is None or known.layer is not layer:
        known = _of_loop[loop] = Subscription(layer)
    return known
