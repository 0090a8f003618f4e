"""A hub that hears its room by a channel layer in memory, with the test as its conductor."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import orjson
import pytest
from channels.layers import InMemoryChannelLayer

from replays.columns import frame_dtype
from replays.playing import hub, layer_messages
from replays.playing.encoding import FrameBatch, Variant
from replays.playing.hub import Hub
from replays.playing.outbox import Message
from replays.playing.registry import People
from replays.playing.snapshot import EventLog
from replays.playing.subscription import Subscription
from replays.playing.viewer import Viewer

COLUMNS = ("x", "gear")
CONDUCTOR = "conductor-of-the-test"
PATIENCE_S = 5


class Stage:
    """A hub with one viewer, and the layer between it and whoever conducts."""

    def __init__(self) -> None:
        self.layer = InMemoryChannelLayer()
        self.subscription = Subscription(self.layer)
        self.vacancies = 0
        self.hub = Hub("r", COLUMNS, EventLog([]), on_vacant=self.count_vacancy)
        self.viewer = new_viewer()
        self.hub.viewers[self.viewer.id] = self.viewer
        self.hub.heed_state(state(1), 1, CONDUCTOR)

    def count_vacancy(self) -> None:
        self.vacancies += 1

    async def publish(self, message: dict[str, Any]) -> None:
        await self.layer.group_send(layer_messages.group_of("r"), message)

    async def told(self) -> dict[str, Any]:
        return read(await next_of(self.viewer))

    async def asked(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.layer.receive(CONDUCTOR), PATIENCE_S)


async def next_of(viewer: Viewer) -> Message:
    while (message := viewer.outbox.take()) is None:
        await asyncio.wait_for(viewer.outbox.more(), PATIENCE_S)
    return message


def read(message: Message) -> dict[str, Any]:
    return orjson.loads(message["text"])


def new_viewer(**fields: Any) -> Viewer:
    return Viewer(Variant(30, 6, COLUMNS, (0,), **fields), on_too_slow=lambda: None, on_farewell=lambda: None)


def state(generation: int, status: str = "playing") -> dict[str, Any]:
    return {"type": "state", "generation": generation, "status": status, "t": 5.0, "speed": 1.0, "server_time": 0.0}


def new_state(
    generation: int, status: str = "playing", *, seeked: bool = False, asker: str = "", epoch: int = 1
) -> dict[str, Any]:
    return layer_messages.state_message(
        "r",
        state(generation, status),
        epoch=epoch,
        conductor=CONDUCTOR,
        seeked=seeked,
        asker=asker,
        request_id="7" if asker else None,
    )


def frames(generation: int) -> dict[str, Any]:
    rows = np.zeros((2, 1), dtype=frame_dtype(COLUMNS))
    return layer_messages.frames_message("r", FrameBatch(generation, 0, 0.0, 30, (0, 33), (1, 1), rows), [])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.subscription.add("r", stage.hub)
    yield stage
    stage.hub.end()
    await stage.subscription.remove("r")
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "subscription"]


async def test_frames_follow_the_state_of_their_generation(stage):
    await stage.publish(new_state(2, seeked=True))
    await stage.publish(frames(2))

    kinds = [(await stage.told())["type"] for _ in range(3)]

    assert kinds == ["state", "snapshot", "frames"]


async def test_viewers_of_one_variant_share_what_was_encoded_once_and_each_gets_its_own_kind(stage):
    binary = [new_viewer(binary=True) for _ in range(2)]
    stage.hub.viewers |= {viewer.id: viewer for viewer in binary}

    await stage.publish(frames(1))

    assert (await stage.told())["seq"] == 0
    first, second = [await next_of(viewer) for viewer in binary]
    assert isinstance(first["bytes"], bytes)
    assert first is second


async def test_frames_of_a_past_generation_are_not_sent(stage):
    await stage.publish(new_state(3))
    await stage.publish(frames(2))
    await stage.publish(frames(3))

    assert (await stage.told())["type"] == "state"
    assert (await stage.told())["generation"] == 3


async def test_a_state_that_was_lost_is_asked_for_and_frames_wait_for_it(stage):
    await stage.publish(frames(4))
    assert (await stage.asked())["command"] == {"type": "tell", "channel": stage.subscription.channel}

    await stage.publish(new_state(4))
    await stage.publish(frames(4))

    assert [(await stage.told())["type"] for _ in range(2)] == ["state", "frames"]


async def test_a_state_told_twice_is_sent_once(stage):
    await stage.publish(new_state(2))
    await stage.publish(new_state(2))
    await stage.publish(frames(2))

    assert [(await stage.told())["type"] for _ in range(2)] == ["state", "frames"]


async def test_only_the_asker_is_told_what_was_wrong_with_its_command(stage):
    other = new_viewer()
    stage.hub.viewers[other.id] = other
    stage.hub.expect_answer(other, "9")

    await stage.publish(layer_messages.refusal_message("r", other.id, "9", "bad_value", "no"))
    await stage.publish(new_state(2))

    assert (await stage.told())["type"] == "state"
    error = read(await next_of(other))
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
    assert (await stage.asked())["command"] == {"type": "tell", "channel": stage.subscription.channel}

    await stage.publish(new_state(2))

    assert (await stage.told())["status"] == "playing"


async def test_what_a_conductor_of_a_past_epoch_says_does_not_count(stage):
    await stage.publish(new_state(2, epoch=2))
    await stage.publish(new_state(3, epoch=1))
    await stage.publish(new_state(4, epoch=2))

    assert [(await stage.told())["generation"] for _ in range(2)] == [2, 4]


async def test_only_the_asker_has_its_request_id_in_the_state_and_only_once(stage):
    other = new_viewer()
    stage.hub.viewers[other.id] = other
    stage.hub.expect_answer(other, "7")

    for generation in (2, 3):
        await stage.publish(new_state(generation, asker=other.id))

    assert [(await stage.told()).get("request_id") for _ in range(2)] == [None, None]
    answers = [read(await next_of(other)) for _ in range(2)]
    assert [(answer["generation"], answer.get("request_id")) for answer in answers] == [(2, "7"), (3, None)]


async def test_a_command_that_nobody_answers_is_refused(stage, monkeypatch):
    monkeypatch.setattr(hub, "ANSWER_S", 0)
    stage.hub.expect_answer(stage.viewer, "9")
    stage.hub.refuse_unanswered()

    error = await stage.told()
    assert (error["code"], error["request_id"]) == ("unavailable", "9")


async def test_who_hears_that_the_conductor_has_gone_says_so(stage):
    await stage.publish(layer_messages.vacant_message("r"))
    await stage.publish(new_state(2))
    await stage.told()
    assert stage.vacancies == 1


async def test_each_viewer_is_told_who_is_in_the_room_and_counts_in_a_while(stage, monkeypatch):
    monkeypatch.setattr(hub, "COUNTS_EVERY_S", 0.01)
    stage.hub.heed_people(People(1, 1, stage.viewer.id))
    assert await stage.told() == {"type": "room", "viewers": 1, "host": True, "control": "host"}

    for version in range(2, 9):
        stage.hub.heed_people(People(version, version, stage.viewer.id))
    assert (await stage.told())["viewers"] == 8, "many changes are one message"

    stage.hub.heed_people(People(9, 7, "another"))
    assert (await stage.told())["host"] is False
    stage.hub.heed_people(People(8, 99, stage.viewer.id))
    stage.hub.heed_people(People(10, 7, "another", "everyone"))
    assert await stage.told() == {"type": "room", "viewers": 7, "host": False, "control": "everyone"}


async def test_what_was_heard_when_it_was_said_here_does_not_come_again_by_the_layer(stage):
    own = stage.subscription.channel
    stage.subscription.hear_here(new_state(2))
    await stage.publish(layer_messages.refusal_message("r", "", None, "internal_error", "no") | {"by": own})
    await stage.publish(new_state(3))

    assert [(await stage.told())["generation"] for _ in range(2)] == [2, 3]


async def test_who_has_missed_events_is_told_what_they_add_up_to_and_nobody_else(stage):
    again = new_state(1) | {"told_until_ms": 7_000}
    await stage.publish(again)
    snapshot = await stage.told()
    assert (snapshot["type"], snapshot["t"]) == ("snapshot", 7)

    await stage.publish(again)
    await stage.publish(new_state(2))
    assert (await stage.told())["type"] == "state"


async def test_frames_said_here_wait_while_the_others_are_not_heard(stage):
    assert stage.subscription.hears(frames(1))
    stage.hub.tell_buffering()
    assert not stage.subscription.hears(frames(1))
    assert stage.subscription.hears(new_state(2))
    stage.subscription.is_heard = False
    assert not stage.subscription.hears(new_state(2))
