"""A hub over a channel layer in memory, with the test as its conductor."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import orjson
import pytest
from channels.layers import InMemoryChannelLayer

from replays.columns import frame_dtype
from replays.playing import layer_messages
from replays.playing.encoding import FrameBatch, Variant
from replays.playing.hub import Hub
from replays.playing.snapshot import EventLog
from replays.playing.viewer import Viewer

COLUMNS = ("x", "gear")
CONDUCTOR = "conductor-of-the-test"
PATIENCE_S = 5


class Stage:
    """A hub with one viewer, and the layer between it and whoever conducts."""

    def __init__(self) -> None:
        self.layer = InMemoryChannelLayer()
        self.hub = Hub("r", self.layer, CONDUCTOR, COLUMNS, EventLog([]))
        self.viewer = Viewer(Variant(30, 6, COLUMNS, (0,)), on_too_slow=lambda: None)
        self.hub.viewers[self.viewer.id] = self.viewer
        self.hub.state = state(1)

    async def publish(self, message: dict[str, Any]) -> None:
        await self.layer.group_send(layer_messages.group_of("r"), message)

    async def told(self) -> dict[str, Any]:
        return orjson.loads(await asyncio.wait_for(self.viewer.outbox.get(), PATIENCE_S))

    async def asked(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.layer.receive(CONDUCTOR), PATIENCE_S)


def state(generation: int, status: str = "playing") -> dict[str, Any]:
    return {"type": "state", "generation": generation, "status": status, "t": 5.0, "speed": 1.0, "server_time": 0.0}


def new_state(generation: int, status: str = "playing", *, seeked: bool = False) -> dict[str, Any]:
    return layer_messages.state_message(state(generation, status), seeked=seeked, asker="", request_id=None)


def frames(generation: int) -> dict[str, Any]:
    rows = np.zeros((2, 1), dtype=frame_dtype(COLUMNS))
    return layer_messages.frames_message(FrameBatch(generation, 0, 0.0, 30, (0, 33), (1, 1), rows), [])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    task = asyncio.create_task(stage.hub.run())
    await asyncio.wait_for(stage.hub.subscribed.wait(), PATIENCE_S)
    await stage.asked()  # it asks where the clock is whenever it subscribes
    yield stage
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_frames_follow_the_state_of_their_generation(stage):
    await stage.publish(new_state(2, seeked=True))
    await stage.publish(frames(2))

    kinds = [(await stage.told())["type"] for _ in range(3)]

    assert kinds == ["state", "snapshot", "frames"]


async def test_frames_of_a_past_generation_are_not_sent(stage):
    await stage.publish(new_state(3))
    await stage.publish(frames(2))
    await stage.publish(frames(3))

    assert (await stage.told())["type"] == "state"
    assert (await stage.told())["generation"] == 3


async def test_a_state_that_was_lost_is_asked_for_and_frames_wait_for_it(stage):
    await stage.publish(frames(4))
    assert (await stage.asked())["command"] == {"type": "tell"}

    await stage.publish(new_state(4))
    await stage.publish(frames(4))

    assert [(await stage.told())["type"] for _ in range(2)] == ["state", "frames"]


async def test_a_state_told_twice_is_sent_once(stage):
    await stage.publish(new_state(2))
    await stage.publish(new_state(2))
    await stage.publish(frames(2))

    assert [(await stage.told())["type"] for _ in range(2)] == ["state", "frames"]


async def test_only_the_asker_is_told_what_was_wrong_with_its_command(stage):
    other = Viewer(Variant(30, 6, COLUMNS, (0,)), on_too_slow=lambda: None)
    stage.hub.viewers[other.id] = other

    await stage.publish(layer_messages.refusal_message(other.id, "9", "bad_value", "no"))
    await stage.publish(new_state(2))

    assert (await stage.told())["type"] == "state"
    error = orjson.loads(await other.outbox.get())
    assert (error["type"], error["request_id"]) == ("error", "9")


async def test_a_subscription_that_breaks_is_taken_up_again_and_viewers_are_told(stage, monkeypatch):
    receive, broken = stage.layer.receive, [True]

    async def breaks_once(channel: str) -> dict[str, Any]:
        if channel != CONDUCTOR and broken:
            broken.clear()
            raise ConnectionError
        return await receive(channel)

    monkeypatch.setattr(stage.layer, "receive", breaks_once)
    await stage.publish(new_state(2))
    assert (await stage.told())["status"] == "playing"
    assert (await stage.told())["status"] == "buffering"
    assert (await stage.asked())["command"] == {"type": "tell"}

    await stage.publish(new_state(2))

    assert (await stage.told())["status"] == "playing"
