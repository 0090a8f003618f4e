"""States that the channel layer has dropped: whoever missed one is told, and nobody asks where none is missing."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from replays.playing import layer_messages
from tests.replays.playing.room_stage import Guest, House, jumping_time

ENDLESS = 100

Scenario = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def play() -> Iterator[Scenario]:
    """Runs a coroutine to its end in a loop whose time jumps."""
    with jumping_time() as loop:
        yield loop.run_until_complete


def of_kind(guest: Guest, kind: str) -> list[dict[str, Any]]:
    return [message for message in guest.seen if message["type"] == kind]


def test_a_state_that_was_dropped_comes_later_and_once(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        await asyncio.sleep(1)
        group_send = house.layer.group_send

        async def without_states(group: str, message: dict[str, Any]) -> None:
            if message["type"] != layer_messages.STATE:
                await group_send(group, message)

        with monkeypatch.context() as patched:
            patched.setattr(house.layer, "group_send", without_states)
            await at_b.say("1", type="pause")
            await asyncio.sleep(0.1)
        assert not [state for state in of_kind(at_b, "state") if state["status"] == "paused"]

        await asyncio.sleep(5)
        for guest in (at_a, at_b):
            paused = [state for state in of_kind(guest, "state") if state["status"] == "paused"]
            assert len(paused) == 1
        still = of_kind(at_b, "frames")[-1]
        assert (still["generation"], still["frames"][-1]["t"]) == (paused[0]["generation"], paused[0]["t"])
        assert [message["code"] for message in at_b.seen if message.get("request_id") == "1"] == ["unavailable"]
        await at_a.leave()
        await at_b.leave()

    play(scenario())


def test_a_registry_that_came_back_with_an_older_memory_is_followed(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        await asyncio.sleep(1)
        entry = house.registry._entries[record.id]
        older = entry.record
        for _ in range(2):
            await house.lose_lease(record)
            await asyncio.sleep(2)
        assert entry.record.epoch == older.epoch + 2
        entry.record = older
        send, asked = house.layer.send, []

        async def noted(channel: str, message: dict[str, Any]) -> None:
            asked.append(message["type"])
            if len(asked) < ENDLESS:
                await send(channel, message)

        monkeypatch.setattr(house.layer, "send", noted)
        await at_a.say("1", type="pause")
        await at_a.say("2", type="seek", t=100)
        await asyncio.sleep(5)
        for guest in (at_a, at_b):
            told = of_kind(guest, "state")[-1]
            assert (told["status"], told["t"]) == ("paused", 100)
        assert len(asked) < ENDLESS, "asked and answered in a circle"
        await at_a.leave()
        await at_b.leave()

    play(scenario())


def test_where_nothing_is_missing_nobody_asks(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        send, sent = house.layer.send, []

        async def noted(channel: str, message: dict[str, Any]) -> None:
            sent.append(message["command"]["type"])
            await send(channel, message)

        monkeypatch.setattr(house.layer, "send", noted)
        for number in range(300):
            await at_a.say(str(number), type=("pause", "play")[number % 2])
            await asyncio.sleep(0.11)
        assert set(sent) == {"pause", "play"}
        await at_a.leave()
        await asyncio.sleep(5)
        assert set(sent) == {"pause", "play"}
        await at_b.leave()

    play(scenario())
