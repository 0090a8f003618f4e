"""A process that has missed what was said in a room, because it was frozen longer than the channel layer keeps it."""

import signal

import pytest

from tests.replays.room_house import House, Watcher

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path, redis_server):
    house = House(tmp_path, REDIS_URL=redis_server.url)
    yield house
    house.stop()


def forget_messages(redis_server) -> None:
    """As the layer does after ten seconds, or where a process has more waiting than it may."""
    with redis_server.client() as client:
        waiting = list(client.scan_iter("*specific*"))
        assert waiting
        client.delete(*waiting)


async def test_who_missed_a_pause_is_told_of_it(house, redis_server):
    a, b = house.start(), house.start()
    at_a = await house.host(a)
    at_b = await house.guest(b, at_a)
    await at_b.next("frames")
    b.process.send_signal(signal.SIGSTOP)
    await at_a.next("frames")  # what waits for B is in Redis: its last request has been answered
    await at_a.say("seek", t=110)
    await at_a.say("pause", request_id="1")
    paused = await at_a.next("state", request_id="1")
    forget_messages(redis_server)
    frames_at_a = len(at_a.frames)
    b.process.send_signal(signal.SIGCONT)

    told = await at_b.next("state", generation=paused["generation"])
    assert (told["status"], told["t"]) == ("paused", paused["t"])
    still = await at_b.next("frames", since=told)
    assert [frame["t"] for frame in still["frames"]] == [paused["t"]]
    since = [message["type"] for message in at_b.seen if message.get("generation") == paused["generation"]]
    assert since == ["state", "snapshot", "frames"]
    assert len(at_a.frames) == frames_at_a, "who has missed nothing is not told again"


async def test_who_missed_that_another_conducts_follows_it(house, redis_server):
    a, b, c = [house.start() for _ in range(3)]
    at_a = await house.host(a)
    at_b, at_c = [await house.guest(server, at_a) for server in (b, c)]
    await at_b.next("frames")
    b.process.send_signal(signal.SIGSTOP)
    a.process.kill()
    state = await at_c.next("state", status="playing")
    await at_c.next("frames")
    forget_messages(redis_server)
    b.process.send_signal(signal.SIGCONT)

    told = await at_b.next("state", generation=state["generation"])
    assert (told["t"], told["server_time"]) == (state["t"], state["server_time"])
    frames = await at_b.next("frames")
    assert frames["generation"] == state["generation"]
    await at_c.next("frames")
    assert same_frames(at_b, at_c, state["generation"])


def same_frames(one: Watcher, other: Watcher, generation: int) -> bool:
    """Whether those that both have are the same, and there are some."""
    of_one, of_other = [
        {
            frame["t"]: frame
            for message in each.frames
            if message["generation"] == generation
            for frame in message["frames"]
        }
        for each in (one, other)
    ]
    both = of_one.keys() & of_other.keys()
    return bool(both) and all(of_one[t] == of_other[t] for t in both)
