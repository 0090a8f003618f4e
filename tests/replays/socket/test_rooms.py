"""Several sockets of one room."""

import asyncio

import pytest

from replays.socket.consumer import BAD_CLIENT, NOT_FOUND


@pytest.fixture
def path(replay):
    return f"/ws/v1/replays/{replay.public_id}/"


@pytest.fixture
async def joined(connect, layer, path):
    """A host, a guest, and the room's path."""
    host = await connect(path)
    hello = await host.until("hello")
    room = f"/ws/v1/rooms/{hello['room']}/"
    guest = await connect(room)
    await guest.until("hello", role="viewer", room=hello["room"])
    return host, guest, room


async def test_who_joins_sees_the_same_moment_by_the_same_clock(joined):
    host, guest, _room = joined
    state = host.seen[0]["state"]
    assert guest.seen[0]["role"] == "viewer"
    assert guest.seen[0]["state"]["generation"] >= state["generation"]
    assert (await guest.receive())["type"] == "snapshot"
    assert await guest.receive() == {"type": "room", "viewers": 2, "host": False, "control": "host"}
    assert (await host.until("room", viewers=2))["host"]

    await host.say("seek", t=110)
    states = [await client.until("state", t=110.0) for client in (host, guest)]
    frames = [
        await client.until("frames", generation=state["generation"])
        for client, state in zip((host, guest), states, strict=True)
    ]
    assert frames[0] == frames[1]


async def test_a_late_comer_has_the_events_of_before_in_its_snapshot_and_the_later_ones_after(joined, connect):
    host, _guest, room = joined
    await host.say("seek", t=110)
    await host.until("state", t=110.0)
    await host.until("frames")

    late = await connect(room)
    snapshot = await late.until("snapshot")
    assert snapshot["t"] >= 110
    shown = (await late.until("frames"))["frames"][0]["t"]
    assert 110 <= shown <= snapshot["t"], "what the others see, whose next events it knows as they do"


async def test_who_comes_while_the_clock_stands_still_sees_where(joined, connect, subprotocol):
    host, _guest, room = joined
    await host.say("pause")
    await host.until("state", status="paused")
    await host.say("seek", t=107)
    await host.until("state", t=107.0)
    late = await connect(room, subprotocols=[subprotocol])
    assert (await late.until("hello"))["state"]["status"] == "paused"
    message = await late.until("frames")
    assert [frame["t"] for frame in message["frames"]] == [107.0]
    assert message == await host.until("frames", generation=message["generation"])


async def test_only_the_host_controls_until_it_lets_everyone(joined):
    host, guest, _room = joined
    for kind, fields in [("play", {}), ("pause", {}), ("seek", {"t": 107}), ("speed", {"speed": 2})]:
        await guest.say(kind, **fields, request_id="1")
        assert (await guest.until("error", request_id="1"))["code"] == "not_allowed"
    await guest.say("control", control="everyone", request_id="2")
    assert (await guest.until("error", request_id="2"))["code"] == "not_allowed"

    await host.say("control", control="everyone", request_id="3")
    await host.until("state", request_id="3")
    await guest.until("room", control="everyone", host=False)
    await guest.say("speed", speed=2, request_id="4")
    assert (await guest.until("state", request_id="4"))["speed"] == 2.0
    assert (await host.until("state", speed=2.0))["request_id"] is None


async def test_when_the_host_leaves_who_came_next_is_host(joined, connect):
    host, guest, room = joined
    third = await connect(room)
    await third.until("room", host=False, viewers=3)
    await host.communicator.disconnect()
    assert (await guest.until("room", host=True))["viewers"] == 2
    await third.until("room", viewers=2, host=False)

    await guest.say("pause", request_id="1")
    await guest.until("state", request_id="1", status="paused")


async def test_a_room_that_was_left_goes_on_for_whoever_comes_back(joined, connect):
    host, guest, room = joined
    await host.until("frames")
    left_at = host.seen[-1]["frames"][-1]["t"]
    for client in (host, guest):
        await client.communicator.disconnect()
    await asyncio.sleep(0.5)

    back = await connect(room)
    assert (await back.until("hello"))["role"] == "host"
    assert (await back.until("frames"))["frames"][0]["t"] > left_at + 0.3


async def test_who_comes_while_the_last_one_leaves_finds_the_room(joined, connect):
    host, guest, room = joined
    await guest.communicator.disconnect()
    for _ in range(5):
        leaving = asyncio.create_task(host.communicator.disconnect())
        host = await connect(room)
        await leaving
        await host.until("hello")
        generation = host.seen[-1]["state"]["generation"]
        while (await host.until("frames"))["generation"] < generation:
            pass


@pytest.mark.parametrize("room", ["nothing", "a" * 200, "%00", "..", "' or 1"])
async def test_a_room_that_is_not_there_is_told_and_closed(connect, layer, replay, room):
    client = await connect(f"/ws/v1/rooms/{room}/")
    assert (await client.receive())["code"] == "not_found"
    assert await client.receive() == {"type": "close", "code": NOT_FOUND}


@pytest.mark.parametrize("query", ["t=5", "speed=2", "paused=1"])
async def test_who_joins_does_not_say_how_the_room_begins(joined, connect, query):
    client = await connect(f"{joined[2]}?{query}")
    assert query.partition("=")[0] in (await client.receive())["detail"]
    assert await client.receive() == {"type": "close", "code": BAD_CLIENT}


async def test_the_room_of_a_hidden_session_lets_nobody_in(joined, connect, replay):
    from channels.db import database_sync_to_async

    await database_sync_to_async(type(replay.session).objects.update)(published=False)
    client = await connect(joined[2])
    assert (await client.receive())["code"] == "not_found"
