"""An ASGI site behind what the real one has around its sockets; it sends more than its clients may want to read.

`/flood` sends without end, `/close` until its client has taken nothing for a while, and closes then; `/ticks` counts.
HTTP tells of each path what was sent and whether its application has ended, and how many descriptors are open.
"""

import asyncio
import itertools
import json
import os
from pathlib import Path

from core import draining
from core.draining import Draining, on_drain
from f1site import socket_ends
from f1site.daphne_sockets import DaphneSockets
from f1site.socket_ends import SocketEnds

TICK_S = 0.01
STALLED_S = 0.3
PIECE = b"x" * 16384

socket_ends.LINGER_S = 0.5
told = {}

if "LONG_FAREWELL" in os.environ:
    draining.FAREWELL_S = 600

    @on_drain
    async def take_long():
        await asyncio.sleep(600)


async def flood(send, mine):
    while True:
        await send({"type": "websocket.send", "bytes": PIECE})
        mine["sent"] += len(PIECE)
        await asyncio.sleep(0)


async def close(send, mine):
    task = asyncio.create_task(flood(send, mine))
    before = -1
    while before < mine["sent"]:
        before = mine["sent"]
        await asyncio.sleep(STALLED_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await send({"type": "websocket.close", "code": 4408})


async def ticks(send, mine):
    for tick in itertools.count():
        await send({"type": "websocket.send", "text": f"{tick:06}"})
        mine["sent"] += 1
        await asyncio.sleep(TICK_S)


def open_descriptors():
    return len(list(Path("/dev/fd").iterdir()))


async def site(scope, receive, send):
    if scope["type"] == "http":
        body = json.dumps(told | {"descriptors": open_descriptors()}).encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    await receive()
    mine = told[scope["path"]] = {"sent": 0, "has_ended": False}
    await send({"type": "websocket.accept"})
    work = {"/flood": flood, "/close": close, "/ticks": ticks}[scope["path"]]
    task = asyncio.create_task(work(send, mine))
    try:
        while (await receive())["type"] != "websocket.disconnect":
            pass
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        mine["has_ended"] = True


application = DaphneSockets(SocketEnds(Draining(site)))
