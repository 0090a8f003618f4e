"""Counting by minutes: in the process, in Redis, and in the process while Redis is away."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import outage
from core.outage import REST_S, Outage
from core.rate_limits import WINDOW_S, LocalWindows, Tally
from core.rate_limits_in_redis import PATIENCE_S, SharedWindows

STEPS = st.lists(st.tuples(st.floats(0, 40), st.sampled_from("ab")), max_size=60)


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@given(STEPS)
def test_a_window_begins_with_what_is_counted_first_and_lasts_a_minute(steps):
    clock = Clock()
    windows = LocalWindows(clock)
    began, counted = {}, {}
    for wait_s, key in steps:
        clock.now_s += wait_s
        if key not in began or clock.now_s >= began[key] + WINDOW_S:
            began[key], counted[key] = clock.now_s, 0
        counted[key] += 1

        tally = windows.count(key)

        assert tally.count == counted[key]
        assert tally.left_s == pytest.approx(began[key] + WINDOW_S - clock.now_s)


@given(st.floats(0, 1e9))
@example(494.1499782538612)
def test_a_window_is_never_told_to_last_longer_than_it_does(now_s):
    assert LocalWindows(lambda: now_s).count("a").left_s <= WINDOW_S


def test_windows_that_have_ended_take_no_memory():
    clock = Clock()
    windows = LocalWindows(clock)
    for number in range(100):
        windows.count(str(number))
    clock.now_s += WINDOW_S
    windows.count("new")
    assert len(windows) == 1


def test_of_too_many_windows_the_oldest_is_forgotten():
    clock = Clock()
    windows = LocalWindows(clock, max_keys=3)
    for key in "abcd":
        windows.count(key)
        clock.now_s += 1
    assert len(windows) == 3
    assert [windows.count(key).count for key in "bcd"] == [2, 2, 2]
    assert windows.count("a").count == 1


def test_threads_miss_nothing():
    windows = LocalWindows()
    with ThreadPoolExecutor(8) as threads:
        tallies = list(threads.map(lambda _: windows.count("key"), range(2000)))
    assert sorted(tally.count for tally in tallies) == list(range(1, 2001))


@pytest.fixture
def away():
    return Outage("Redis", "each for itself")


@pytest.fixture
def shared(redis_server, away):
    return SharedWindows(redis_server.url, "test:", away)


async def test_all_processes_count_in_one_window(redis_server, away):
    processes = [SharedWindows(redis_server.url, "test:", away) for _ in range(4)]

    tallies = await asyncio.gather(*(windows.count_async("key") for windows in processes for _ in range(50)))

    assert sorted(tally.count for tally in tallies) == list(range(1, 201))
    assert all(0 < tally.left_s <= WINDOW_S for tally in tallies)
    with redis_server.client() as client:
        assert client.keys() == [b"test:key"]
        assert 0 < client.pttl("test:key") <= WINDOW_S * 1000


def test_threads_count_in_the_same_window(shared, redis_server):
    with ThreadPoolExecutor(4) as threads:
        tallies = list(threads.map(lambda _: shared.count("key"), range(100)))
    assert sorted(tally.count for tally in tallies) == list(range(1, 101))
    assert asyncio.run(shared.count_async("key")).count == 101


async def test_each_key_of_a_batch_gets_its_own_tally(shared):
    keys = [str(number % 7) for number in range(70)]
    tallies = await asyncio.gather(*(shared.count_async(key) for key in keys))
    by_key = {key: [tally.count for k, tally in zip(keys, tallies, strict=True) if k == key] for key in keys}
    assert all(sorted(counts) == list(range(1, 11)) for counts in by_key.values())


async def test_the_window_ends_when_it_said_and_begins_anew(shared, redis_server):
    await shared.count_async("key")
    with redis_server.client() as client:
        client.pexpire("test:key", 1)
        while client.exists("test:key"):
            pass
    tally = await shared.count_async("key")
    assert tally.count == 1
    assert tally.left_s > WINDOW_S - 10


async def test_a_window_that_has_lost_its_end_gets_one(shared, redis_server):
    with redis_server.client() as client:
        client.set("test:key", 41)
        assert await shared.count_async("key") == Tally(42, WINDOW_S)
        assert client.pttl("test:key") > 0


async def test_who_goes_away_takes_no_count_from_the_others(shared):
    asked = [asyncio.create_task(shared.count_async("key")) for _ in range(5)]
    await asyncio.sleep(0)
    asked[0].cancel()
    tallies = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(tallies[0], asyncio.CancelledError)
    assert [tally.count for tally in tallies[1:]] == [2, 3, 4, 5]


async def count_all(windows, way, number):
    """So many counts of one key, in the loop or in threads."""
    if way == "loop":
        return await asyncio.gather(*(windows.count_async("key") for _ in range(number)))
    return await asyncio.gather(*(asyncio.to_thread(windows.count, "key") for _ in range(number)))


@pytest.mark.parametrize("way", ["loop", "threads"])
async def test_while_redis_is_away_each_process_counts_and_then_all_together_again(
    shared, redis_server, away, caplog, monkeypatch, way
):
    clock = Clock()
    monkeypatch.setattr(outage, "time", SimpleNamespace(monotonic=clock))
    with caplog.at_level(logging.INFO):
        await count_all(shared, way, 3)
        redis_server.kill()
        alone = [await count_all(shared, way, 10) for _ in range(3)]
        clock.now_s += REST_S
        alone.append(await count_all(shared, way, 10))  # one of them asks in vain
        redis_server.start()
        clock.now_s += REST_S
        again = await count_all(shared, way, 20)
        more = await count_all(shared, way, 20)

    counts = sorted(tally.count for tallies in alone for tally in tallies)
    assert counts == list(range(1, 41))
    assert 1 in {tally.count for tally in again}  # the new one has forgotten
    assert len({tally.count for tally in more}) == 20
    with redis_server.client() as client:
        assert int(client.get("test:key")) == max(tally.count for tally in more)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_redis_that_hangs_is_given_up_by_all_who_wait_for_it(shared, redis_server, away, caplog):
    await shared.count_async("key")
    redis_server.hang()
    try:
        tallies = await count_all(shared, "loop", 50)
        assert away.is_away
        assert sorted(tally.count for tally in tallies) == list(range(1, 51))
        assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1
    finally:
        redis_server.go_on()


async def test_a_loop_that_was_busy_for_long_is_no_outage(shared, redis_server, away):
    await shared.count_async("key")
    asked = asyncio.create_task(shared.count_async("key"))
    with redis_server.client() as client:
        while int(client.get("test:key")) < 2:  # noqa: ASYNC110  Redis has no event for it
            await asyncio.sleep(0)
    time.sleep(1.5 * PATIENCE_S)  # noqa: ASYNC251  the answer is there before the loop looks

    assert (await asked).count == 2
    assert not away.is_away


async def test_a_connection_that_redis_has_closed_is_no_outage(shared, redis_server, caplog):
    await shared.count_async("key")
    shared.count("key")
    with redis_server.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert (await shared.count_async("key")).count == 3
    assert shared.count("key").count == 4
    assert caplog.records == []


async def test_a_redis_that_answers_nonsense_is_away(redis_server, away):
    windows = SharedWindows(redis_server.url, "test:", away)
    with redis_server.client() as client:
        client.config_set("requirepass", "other")
    assert (await windows.count_async("key")).count == 1
    assert away.is_away
