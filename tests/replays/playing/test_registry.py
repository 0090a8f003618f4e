"""What is known of rooms across processes: by one registry in memory, and by Redis."""

import asyncio
import secrets
from dataclasses import replace

import pytest

from replays.playing import local_registry, redis_registry
from replays.playing.local_registry import LocalRegistry
from replays.playing.redis_registry import RedisRegistry
from replays.playing.registry import ClockRecord, NoRoomLeft, RegistryAway, Role, RoomRecord

CLOCK = ClockRecord(1, "playing", 115_355.123, 1_795_000_000.123456, 1.5)
ROOM = RoomRecord("room", "replay", 30, CLOCK)
A, B = "process-a", "process-b"
PATIENCE_S = 10


@pytest.fixture
def prefix() -> str:
    return f"test-{secrets.token_hex(6)}:"


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def registry(request, prefix):
    if request.param == "memory":
        yield LocalRegistry()
        return
    made = RedisRegistry(request.getfixturevalue("redis_url"), prefix)
    yield made
    for key in await keys_of(made, prefix):
        await made._redis.delete(key)
    await made.aclose()


@pytest.fixture
async def shared(redis_url, prefix):
    made = RedisRegistry(redis_url, prefix)
    yield made
    for key in await keys_of(made, prefix):
        assert await made._redis.pttl(key) > 0, f"{key} would stay for ever"
        await made._redis.delete(key)
    await made.aclose()


async def keys_of(shared: RedisRegistry, prefix: str) -> list[str]:
    return sorted([key async for key in shared._redis.scan_iter(f"{prefix}*")])


@pytest.fixture
def hasty(monkeypatch):
    """Leases, processes and rooms that do not last."""
    for name, milliseconds in (("LEASE_MS", 50), ("ALIVE_MS", 100), ("ROOM_LIVES_MS", 150)):
        monkeypatch.setattr(redis_registry, name, milliseconds)
    monkeypatch.setattr(local_registry, "ROOM_LIVES_S", 0.15)


async def test_a_room_is_kept_to_the_last_digit(registry):
    await registry.open(ROOM, limit=5)
    record, people = await registry.read("room")
    assert record == ROOM
    assert (people.viewers, people.host, people.control) == (0, "", "host")
    assert await registry.read("another") is None
    assert await registry.join("another", A, "v") is None


async def test_who_came_first_is_host_and_then_who_came_next(registry):
    await registry.open(ROOM, limit=5)
    seen = [(await registry.join("room", A, viewer))[1] for viewer in ("first", "second", "third")]
    assert [people.viewers for people in seen] == [1, 2, 3]
    assert {people.host for people in seen} == {"first"}

    left = [await registry.leave("room", A, viewer) for viewer in ("first", "third", "first")]
    assert [(people.viewers, people.host) for people in left] == [(2, "second"), (1, "second"), (0, "")]
    versions = [people.version for people in [*seen, *left[:2]]]
    assert versions == sorted(set(versions))


async def test_only_the_host_says_who_controls(registry):
    await registry.open(ROOM, limit=5)
    for viewer in ("first", "second"):
        await registry.join("room", A, viewer)
    assert await registry.control("room", "second", "everyone") is None
    assert (await registry.control("room", "first", "everyone")).control == "everyone"
    assert (await registry.read("room"))[1].control == "everyone"
    assert await registry.control("nothing", "first", "everyone") is None


async def test_the_limit_is_for_rooms_that_somebody_is_in_or_about_to_be(registry):
    for room in ("one", "two"):
        await registry.open(replace(ROOM, id=room), limit=2)
        await registry.join(room, A, room)
    with pytest.raises(NoRoomLeft):
        await registry.open(replace(ROOM, id="three"), limit=2)
    await registry.leave("one", A, "one")
    await registry.open(replace(ROOM, id="three"), limit=2)
    assert await registry.read("one") is None
    with pytest.raises(NoRoomLeft):  # made, and not yet joined
        await registry.open(replace(ROOM, id="four"), limit=2)
    await registry.close("three")
    await registry.open(replace(ROOM, id="four"), limit=2)


async def test_a_room_that_nobody_is_in_ends_and_one_that_is_kept_alive_does_not(registry, hasty):
    for room in ("left", "kept"):
        await registry.open(replace(ROOM, id=room), limit=2)
        await registry.join(room, A, "v")
    await registry.leave("left", A, "v")
    for _ in range(8):
        await asyncio.sleep(0.03)
        await registry.beat(A, ["kept"])
    assert await registry.read("left") is None
    assert await registry.read("kept") is not None
    await registry.open(replace(ROOM, id="new"), limit=2)


async def test_who_has_the_lease_may_save_and_nobody_else(registry):
    await registry.open(ROOM, limit=5)
    await registry.join("room", A, "v")
    assert not await registry.save(replace(ROOM, epoch=1), A), "there is no lease yet"

    beat = (await registry.beat(A, ["room", "nothing"]))["room"]
    assert (beat.role, beat.epoch, beat.taken) == (Role.CONDUCTS, 1, replace(ROOM, epoch=1))
    assert (await registry.beat(A, ["nothing"]))["nothing"].role is Role.UNKNOWN
    assert (await registry.beat(A, ["room"]))["room"].taken is None

    moved = replace(ROOM, clock=replace(CLOCK, generation=2), has_begun=True, epoch=1, conductor="channel")
    assert await registry.save(moved, A)
    assert (await registry.read("room"))[0] == moved
    assert not await registry.save(replace(moved, epoch=7), A)
    assert not await registry.save(replace(moved, id="nothing"), A)


async def test_a_lease_that_was_given_back_is_the_next_ones(registry):
    await registry.open(ROOM, limit=5)
    await registry.join("room", A, "v")
    await registry.beat(A, ["room"])
    await registry.release("room", B)
    assert (await registry.beat(A, ["room"]))["room"].taken is None, "not by somebody else"
    assert (await registry.beat(B, ["room"]))["room"].role is Role.FOLLOWS
    await registry.release("room", A)
    assert not await registry.save(replace(ROOM, epoch=1), A), "not without a lease"
    beat = (await registry.beat(B, ["room"]))["room"]
    assert (beat.role, beat.epoch, beat.taken) == (Role.CONDUCTS, 2, replace(ROOM, epoch=2))
    assert not await registry.save(replace(ROOM, epoch=2), A)


@pytest.mark.redis
async def test_a_lease_that_ran_out_is_the_next_ones_under_a_new_epoch(shared, hasty):
    await shared.open(ROOM, limit=5)
    for process in (A, B):
        await shared.join("room", process, f"viewer of {process}")
    assert (await shared.beat(A, ["room"]))["room"].role is Role.CONDUCTS
    assert (await shared.beat(B, ["room"]))["room"].role is Role.FOLLOWS
    await asyncio.sleep(0.06)
    taken = (await shared.beat(B, ["room"]))["room"]
    assert (taken.role, taken.epoch) == (Role.CONDUCTS, 2)
    assert (await shared.beat(A, ["room"]))["room"].role is Role.FOLLOWS
    assert not await shared.save(replace(ROOM, epoch=1), A), "it was only frozen"
    assert await shared.save(replace(ROOM, epoch=2), B)


@pytest.mark.redis
async def test_the_viewers_of_a_dead_process_are_gone_and_come_back_in_their_place(shared, hasty):
    await shared.open(ROOM, limit=5)
    await shared.join("room", A, "first")
    await shared.join("room", B, "second")
    for _ in range(6):
        await asyncio.sleep(0.03)
        beat = (await shared.beat(B, ["room"]))["room"]
    assert (beat.people.viewers, beat.people.host) == (1, "second")

    assert not (await shared.beat(A, ["room"]))["room"].is_registered
    await shared.sync("room", A, {"first": 1.0, "another": 9e9})
    beat = (await shared.beat(A, ["room"]))["room"]
    assert (beat.is_registered, beat.people.viewers, beat.people.host) == (True, 3, "first")
    await shared.sync("room", A, {"another": 9e9})
    assert (await shared.beat(A, ["room"]))["room"].people.host == "second"


@pytest.mark.redis
async def test_a_room_that_redis_forgot_is_brought_back(shared, prefix):
    await shared.open(ROOM, limit=5)
    await shared.join("room", A, "v")
    await shared.beat(A, ["room"])
    await shared._redis.delete(*await keys_of(shared, prefix))
    assert (await shared.beat(A, ["room"]))["room"].role is Role.UNKNOWN

    moved = replace(ROOM, clock=replace(CLOCK, generation=9), has_begun=True, epoch=4)
    await shared.restore(moved, "everyone")
    await shared.restore(ROOM, "host")
    beat = (await shared.beat(A, ["room"]))["room"]
    assert (beat.role, beat.epoch, beat.is_registered) == (Role.CONDUCTS, 5, False)
    assert (beat.taken, beat.people.control) == (replace(moved, epoch=5), "everyone")
    assert beat.people.version > 1_000


@pytest.mark.redis
async def test_a_room_that_was_brought_back_leaves_nothing_behind_either(shared, prefix):
    await shared.restore(replace(ROOM, epoch=4), "host")
    await shared.sync("room", A, {"v": 1.0})
    assert len(await keys_of(shared, prefix)) == 4, "each with an end, as the fixture looks"


@pytest.mark.redis
async def test_where_nothing_changed_nobody_is_told_of_a_change(shared):
    await shared.open(ROOM, limit=5)
    before = (await shared.join("room", A, "v"))[1]
    await shared.sync("room", A, {"v": 1.0})
    assert (await shared.read("room"))[1] == before


@pytest.mark.redis
async def test_a_room_that_was_closed_leaves_nothing_behind(shared, prefix):
    await shared.open(ROOM, limit=5)
    for process in (A, B):
        await shared.join("room", process, f"viewer of {process}")
        await shared.beat(process, ["room"])
    await shared.close("room")
    assert await keys_of(shared, prefix) == []


@pytest.mark.redis
async def test_what_is_told_of_a_room_that_has_ended_makes_no_half_of_one(shared, prefix):
    await shared.open(ROOM, limit=5)
    await shared.join("room", A, "v")
    await shared._redis.delete(f"{prefix}room")  # as a Redis does that is short of memory
    assert await shared.control("room", "v", "everyone") is None
    assert (await shared.leave("room", A, "v")).version == 0
    await shared.sync("room", A, {"v": 1.0})
    assert not await shared.save(replace(ROOM, epoch=1), A)
    assert await shared.read("room") is None
    assert (await shared.beat(A, ["room"]))["room"].role is Role.UNKNOWN


@pytest.mark.redis
async def test_a_question_that_is_asked_again_because_its_answer_was_lost_gets_the_same_answer(shared):
    for room in ("one", "two"):
        await shared.open(replace(ROOM, id=room), limit=2)
        await shared.join(room, A, "v")
    await shared.open(replace(ROOM, id="two"), limit=2)
    assert (await shared.read("two"))[1].viewers == 1, "and nobody has lost a place by it"


@pytest.mark.redis
async def test_of_many_who_ask_at_once_exactly_as_many_get_a_room_as_there_are(shared, redis_url, prefix):
    registries = [RedisRegistry(redis_url, prefix) for _ in range(4)]

    async def opened(number: int) -> bool:
        try:
            await registries[number % 4].open(replace(ROOM, id=f"room-{number}"), limit=13)
        except NoRoomLeft:
            return False
        return True

    assert sum(await asyncio.gather(*(opened(number) for number in range(60)))) == 13
    for registry in registries:
        await registry.aclose()


async def test_redis_that_is_not_there_is_away_and_not_an_error_of_its_client():
    nowhere = RedisRegistry("redis://127.0.0.1:1/0", "test:")
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(RegistryAway):
            await nowhere.read("room")
    await nowhere.aclose()


@pytest.mark.redis
async def test_the_shared_clock_is_told_with_what_it_may_be_wrong_by(shared):
    import time

    offset_s, uncertain_s = await shared.clock_offset_s()
    assert abs(offset_s - (time.time() - time.monotonic())) < uncertain_s + 0.5
    assert 0 < uncertain_s < PATIENCE_S


async def test_a_beat_tells_whether_others_take_part(registry):
    await registry.open(ROOM, limit=5)
    await registry.join("room", A, "v")
    assert not (await registry.beat(A, ["room"]))["room"].has_company

    await registry.join("room", B, "w")
    assert [(await registry.beat(process, ["room"]))["room"].has_company for process in (A, B)] == [True, True]


@pytest.mark.redis
async def test_who_is_gone_is_no_company(shared, hasty):
    await shared.open(ROOM, limit=5)
    await shared.join("room", A, "v")
    await shared.join("room", B, "w")
    for _ in range(8):
        await asyncio.sleep(0.02)
        beat = (await shared.beat(A, ["room"]))["room"]
    assert (beat.has_company, beat.people.viewers) == (False, 1)
