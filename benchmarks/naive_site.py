"""The naive way: every socket in a group of the channel layer, one `group_send` a frame.

It is given every advantage: the messages are ready, so that nothing is sampled and nothing is encoded. RECORDED_FRAMES
names their file (`benchmarks.recorded_frames`). The channel layer is the site's own. Time begins with the first viewer.
"""

import asyncio
import os
import time
from typing import Any

import django

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  the apps must be loaded first
from channels.layers import get_channel_layer  # noqa: E402  as above
from channels.routing import ProtocolTypeRouter  # noqa: E402  as above

from benchmarks.recorded_frames import JSON_EACH, hello_of, read_recorded  # noqa: E402  as above
from f1site.server import spare_long_collections  # noqa: E402  as above

GROUP = "everyone"

recorded = read_recorded(os.environ["RECORDED_FRAMES"], JSON_EACH)
hello: dict[str, str] = {}
publishing: set[asyncio.Task[None]] = set()


class NaiveConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        if not publishing:
            publishing.add(asyncio.create_task(publish()))
            await asyncio.sleep(0)
        await self.accept(self.scope["subprotocols"][0])
        await self.send(text_data=hello["text"])
        await self.channel_layer.group_add(GROUP, self.channel_name)

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def frame(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


async def publish() -> None:
    layer = get_channel_layer()
    while True:
        began = time.monotonic()
        hello["text"] = hello_of(recorded, time.time())
        for number, message in enumerate(recorded.messages):
            await asyncio.sleep(max(began + number * recorded.message_s - time.monotonic(), 0))
            await layer.group_send(GROUP, {"type": "frame", "text": message})


application = ProtocolTypeRouter({"websocket": NaiveConsumer.as_asgi()})
spare_long_collections()
