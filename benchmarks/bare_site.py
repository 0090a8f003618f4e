"""The floor: an ASGI application that does nothing but write messages that are ready, from one loop to all sockets.

RECORDED_FRAMES names the messages' file (`benchmarks.recorded_frames`), RECORDED_KIND which of them. Time begins with
the first viewer, and anew where the messages end.
"""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.recorded_frames import hello_of, read_recorded

Send = Callable[[dict[str, Any]], Awaitable[None]]

recorded = read_recorded(os.environ["RECORDED_FRAMES"], os.environ["RECORDED_KIND"])
events = [
    {"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message}
    for message in recorded.messages
]
viewers: set[Send] = set()
hello: dict[str, Any] = {}
writing: set[asyncio.Task[None]] = set()

gc.collect()
gc.freeze()
gc.set_threshold(20_000, 50, 1000)  # as the site has it


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    if not writing:
        writing.add(asyncio.create_task(write()))
        await asyncio.sleep(0)
    await send({"type": "websocket.send", "text": hello["text"]})
    viewers.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    viewers.discard(send)


async def write() -> None:
    while True:
        began = time.monotonic()
        hello["text"] = hello_of(recorded, time.time())
        for number, event in enumerate(events):
            await asyncio.sleep(max(began + number * recorded.message_s - time.monotonic(), 0))
            for send in tuple(viewers):
                try:
                    await send(event)
                except Exception:  # it has left
                    viewers.discard(send)
