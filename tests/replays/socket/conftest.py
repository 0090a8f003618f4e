"""A socket of the real application, over a channel layer in memory and over Redis."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import LazySettings
from django.db import connections

from examples.watch import read_frames
from f1site.redis_settings import redis_layer
from replays.models import Replay
from replays.playing import rooms
from replays.playing.registry import registry
from replays.socket.routing import application
from tests.replays.synthetic import stored_replay

PATIENCE_S = 10


class Client:
    """One end of a socket; what comes in can be awaited by its type."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.communicator = communicator
        self.seen: list[dict[str, Any]] = []
        self.binary_messages = 0

    async def receive(self) -> dict[str, Any]:
        """The next message, or `{"type": "close", "code": ...}`."""
        output = await self.communicator.receive_output(PATIENCE_S)
        if output["type"] == "websocket.close":
            return {"type": "close", "code": output["code"]}
        if output.get("bytes") is not None:
            self.binary_messages += 1
            message = read_frames(output["bytes"], self.seen[0]["binary_columns"])
        else:
            message = orjson.loads(output["text"])
        self.seen.append(message)
        return message

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of that type with these fields; those before it are only seen."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.receive()
                if message["type"] == kind and all(message.get(k) == v for k, v in fields.items()):
                    return message
                assert message["type"] != "close", f"closed with {message['code']} before {kind}: {self.seen[-1:]}"

    async def say(self, kind: str, **fields: Any) -> None:
        await self.communicator.send_to(text_data=orjson.dumps({"type": kind, **fields}).decode())

    async def frames_of(self, generation: int) -> dict[str, Any]:
        return await self.until("frames", generation=generation)


Connect = Callable[..., Awaitable[Client]]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def layer(request: pytest.FixtureRequest, settings: LazySettings) -> str:
    """Which channel layer the room goes through."""
    if request.param == "memory":
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
        settings.REDIS_URL = ""
        return "memory"
    settings.REDIS_URL = request.getfixturevalue("redis_url")
    prefix = f"test-{secrets.token_hex(6)}"
    settings.ROOMS_PREFIX = f"{prefix}:rooms:"
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": redis_layer(settings.REDIS_URL, prefix=prefix),
        }
    }
    return "redis"


@pytest.fixture(params=["f1replay.v1.json", "f1replay.v1.bin"])
def subprotocol(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def replay(transactional_db: None, replay_storage: Any) -> Replay:
    """A race of three cars on a circle, stored and ready."""
    return stored_replay()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens sockets by path; those still open at the end are left, and no task of theirs may live on."""
    clients: list[Client] = []

    async def opened(path: str, *, subprotocols: list[str] | None = None, **headers: str) -> Client:
        sent = {"host": "localhost", **headers}
        communicator = WebsocketCommunicator(
            application,
            path,
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            subprotocols=subprotocols,
        )
        connected, detail = await communicator.connect(PATIENCE_S)
        if not connected:
            raise ConnectionRefusedError(detail)
        client = Client(communicator)
        client.subprotocol = detail
        clients.append(client)
        return client

    yield opened
    for client in clients:
        await client.communicator.disconnect(PATIENCE_S)
    await sync_to_async(connections.close_all)()  # in the thread that asked, or the test database stays in use
    assert rooms.rooms_here() == 0
    await registry().aclose()
    ours = ("hub", "conductor", "writer", "closing", "opening", "rooms")
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(ours)] == []
