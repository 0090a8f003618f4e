"""What crosses in a room: beats, leases, commands and leave-takings that are under way at the same time."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from replays.playing import layer_messages
from replays.playing.registry import Beat, RegistryAway, Role
from tests.replays.playing.room_stage import (
    BATCH,
    END_MS,
    FPS,
    LAP_2_MS,
    SOURCE,
    START_MS,
    Guest,
    House,
    JumpingLoop,
    Standing,
    jumping_time,
)

Scenario = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def play() -> Iterator[Scenario]:
    """Runs a coroutine to its end in a loop whose time jumps."""
    with jumping_time() as loop:
        yield loop.run_until_complete


def conductors() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("conductor")]


def answers(guest: Guest, request_id: str) -> list[dict[str, Any]]:
    return [message for message in guest.seen if message.get("request_id") == request_id]


def last(guest: Guest, kind: str) -> dict[str, Any]:
    return next(message for message in reversed(guest.seen) if message["type"] == kind)


def test_a_beat_that_is_under_way_while_its_room_ends_conducts_nothing(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        staying, leaving = [await process.join(await house.make()) for _ in range(2)]
        beat = house.registry.beat

        async def slow(name: str, room_ids: list[str]) -> Any:
            told = await beat(name, room_ids)
            await asyncio.sleep(0.1)
            return told

        monkeypatch.setattr(house.registry, "beat", slow)
        process.beat_at_once()
        await asyncio.sleep(0.05)
        await leaving.leave()
        await asyncio.sleep(5)
        assert conductors() == [f"conductor {staying.room.id}"]
        assert list(process.subscription._conductors) == [staying.room.id]
        await staying.leave()

    play(scenario())


def test_two_beats_at_once_make_one_conductor(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        guest = await house.processes[0].join(await house.make())
        await asyncio.sleep(0.1)
        await guest.room.stop_conducting()
        read = house.registry.read

        async def slow(room_id: str) -> Any:
            await asyncio.sleep(0.02)
            return await read(room_id)

        monkeypatch.setattr(house.registry, "read", slow)
        held = Beat(Role.CONDUCTS, epoch=1)
        await asyncio.gather(*(guest.room.heed(held, asyncio.get_running_loop().time()) for _ in range(3)))
        assert len(conductors()) == 1
        await guest.leave()
        assert conductors() == []

    play(scenario())


def test_who_takes_over_after_a_seek_whose_frames_were_lost_goes_on_from_where_was_sought(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make(t_ms=5_000_000)
        at_a, at_b = await a.join(record), await b.join(record)
        await asyncio.sleep(1)
        group_send = house.layer.group_send

        async def without_frames(group: str, message: dict[str, Any]) -> None:
            if message["type"] != layer_messages.FRAMES:
                await group_send(group, message)

        monkeypatch.setattr(house.layer, "group_send", without_frames)
        await at_a.say("1", type="seek", t=100)
        await asyncio.sleep(0.05)
        late = await b.join(record)
        assert 100 <= late.seen[0]["t"] < 101, "the snapshot is of where was sought"

        monkeypatch.setattr(house.layer, "group_send", group_send)
        await house.kill(a)
        await asyncio.sleep(1)
        for guest in (at_b, late):
            assert 100 <= last(guest, "frames")["frames"][-1]["t"] < 103
        await late.leave()
        await at_b.leave()

    play(scenario())


def test_a_lease_that_others_had_meanwhile_is_taken_up_where_they_left_the_room(play):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        await asyncio.sleep(1)

        # A is frozen; B conducts, does much and dies; A goes on, and has noticed nothing.
        conductor = at_a.room.conductor
        assert conductor is not None
        conductor.held_until_s = 0.0
        entry = house.registry._entries[record.id]
        clock = replace(entry.record.clock, generation=40, status="paused", anchor_ms=4_000_000.0)
        entry.record = replace(entry.record, clock=clock, epoch=entry.record.epoch + 1)
        entry.holder = ""
        a.beat_at_once()
        await asyncio.sleep(2)

        told = last(at_b, "state")
        assert (told["status"], told["t"], told["generation"] > 40) == ("paused", 4_000.0, True)
        assert len(conductors()) == 1
        await at_a.say("1", type="play")
        await asyncio.sleep(1)
        assert [answer["status"] for answer in answers(at_a, "1")] == ["playing"]
        assert last(at_b, "frames")["frames"][-1]["t"] > 4_000
        for guest in (at_a, at_b):
            await guest.leave()

    play(scenario())


def test_a_lease_that_ran_out_and_was_nobody_elses_goes_on_with_its_conductor(play):
    async def scenario() -> None:
        house = House("a")
        record = await house.make()
        guest = await house.processes[0].join(record)
        await asyncio.sleep(1)
        conductor = guest.room.conductor
        await house.registry.release(record.id, "a")
        await asyncio.sleep(1)
        assert guest.room.conductor is conductor
        assert last(guest, "frames")["frames"][-1]["t"] > 11
        await guest.leave()

    play(scenario())


def test_an_answer_that_is_there_before_the_command_has_left_is_the_answer(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        guest = await house.processes[0].join(await house.make())
        send = house.layer.send

        async def slow(channel: str, message: dict[str, Any]) -> None:
            await send(channel, message)
            await asyncio.sleep(0.1)

        monkeypatch.setattr(house.layer, "send", slow)
        await guest.say("1", type="pause")
        await asyncio.sleep(10)
        assert [answer["type"] for answer in answers(guest, "1")] == ["state"]
        await guest.leave()

    play(scenario())


def test_a_command_that_could_not_be_sent_is_not_answered_once_more(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        guest = await house.processes[0].join(await house.make())

        async def broken(channel: str, message: dict[str, Any]) -> None:
            raise ConnectionError

        monkeypatch.setattr(house.layer, "send", broken)
        with pytest.raises(Exception, match="ConnectionError"):  # which the consumer tells
            await guest.say("1", type="pause")
        await asyncio.sleep(10)
        assert answers(guest, "1") == []
        await guest.leave()

    play(scenario())


def test_who_could_not_be_signed_off_is_not_the_host_of_those_who_come_later(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        record = await house.make()
        synced: list[set[str]] = []

        async def away(*_: Any) -> Any:
            raise RegistryAway

        async def sync(room_id: str, name: str, viewers: dict[str, float]) -> None:
            synced.append(set(viewers))

        first = await process.join(record)
        with monkeypatch.context() as patched:
            patched.setattr(house.registry, "leave", away)
            await first.leave()
        monkeypatch.setattr(house.registry, "sync", sync)
        second = await process.join(record)
        await asyncio.sleep(1)
        assert synced == [{second.viewer.id}], "told who is here, once"
        await second.leave()

    play(scenario())


def test_who_comes_and_goes_while_others_are_told_of_is_told_of_as_well(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        record = await house.make()
        staying = await process.join(record)
        leaving = await process.join(record)
        await asyncio.sleep(1)
        synced: list[set[str]] = []

        async def slow(room_id: str, name: str, viewers: dict[str, float]) -> None:
            synced.append(set(viewers))
            await asyncio.sleep(0.1)

        monkeypatch.setattr(house.registry, "sync", slow)
        staying.room.forget_failed_leave()
        process.beat_at_once()
        await asyncio.sleep(0.05)
        await leaving.leave()
        await asyncio.sleep(1)
        assert synced == [{staying.viewer.id, leaving.viewer.id}, {staying.viewer.id}]
        await staying.leave()

    play(scenario())


def test_a_replay_that_cannot_be_read_in_time_stops_the_clock_and_not_the_room(play, monkeypatch):
    go_on = threading.Event()

    class Hanging:
        is_there = True

        def ready_window(self, t_ms: int) -> Standing | None:
            return Standing() if self.is_there else None

        def window_at(self, t_ms: int) -> Standing:
            go_on.wait(60)
            return Standing()

    hanging = Hanging()

    async def scenario() -> None:
        house = House("a")
        guest = await house.processes[0].join(await house.make())
        conductor = guest.room.conductor
        assert conductor is not None
        conductor._timeline = SimpleNamespace(  # type: ignore[assignment]
            manifest=SOURCE.timeline.manifest, ready_window=hanging.ready_window, window_at=hanging.window_at
        )
        hanging.is_there = False
        await asyncio.sleep(30)
        assert last(guest, "error")["code"] == "unreadable_replay"
        assert last(guest, "state")["status"] == "paused"
        hanging.is_there = True
        await guest.say("1", type="seek", t=100)
        await guest.say("2", type="play")
        await asyncio.sleep(1)
        assert [answer["type"] for answer in answers(guest, "2")] == ["state"]
        assert last(guest, "frames")["frames"][-1]["t"] > 100
        go_on.set()
        await guest.leave()

    play(scenario())


def test_a_message_that_comes_twice_or_late_shows_no_frame_again(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        group_send = house.layer.group_send
        sent: list[tuple[str, dict[str, Any]]] = []

        async def often(group: str, message: dict[str, Any]) -> None:
            sent.append((group, message))
            for again in (sent[-1], *sent[-4:]):
                await group_send(*again)

        monkeypatch.setattr(house.layer, "group_send", often)
        for command in ({"type": "pause"}, {"type": "seek", "t": 100}, {"type": "play"}, {"type": "seek", "t": 20}):
            await at_a.say(str(command), **command)
            await asyncio.sleep(1)
        for guest in (at_a, at_b):
            frames = [(m["generation"], f["t"]) for m in guest.seen if m["type"] == "frames" for f in m["frames"]]
            assert frames == sorted(set(frames))
            states = [message["generation"] for message in guest.seen if message["type"] == "state"]
            assert states == sorted(set(states))
            await guest.leave()

    play(scenario())


def test_who_is_about_to_enter_and_is_cancelled_leaves_no_room_behind(play, monkeypatch):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        record = await house.make()
        group_add = house.layer.group_add

        async def slow(group: str, channel: str) -> None:
            await asyncio.sleep(0.1)
            await group_add(group, channel)

        monkeypatch.setattr(house.layer, "group_add", slow)
        entering = asyncio.create_task(process.rooms.enter(record, SOURCE))
        await asyncio.sleep(0.05)
        entering.cancel()
        await asyncio.sleep(5)
        assert process.here == {}
        assert dict(house.layer.groups) == {}

    play(scenario())


def test_a_process_that_says_goodbye_takes_no_lease_again(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make()
        at_a, at_b = await a.join(record), await b.join(record)
        await asyncio.sleep(1)
        goodbye = asyncio.create_task(a.rooms.say_goodbye())
        await asyncio.sleep(0.01)
        late = await a.join(record)  # was on the way in
        await asyncio.sleep(2)
        assert house.holder(record) == "b"
        assert conductors() == [f"conductor {record.id}"]
        for guest in (at_a, late, at_b):
            await guest.leave()
        await goodbye

    play(scenario())


def test_the_loop_jumps_and_does_not_wait():
    loop = JumpingLoop()
    loop.run_until_complete(asyncio.sleep(3_600))
    assert loop.now_s == pytest.approx(4_600)
    loop.close()


def test_a_room_that_one_process_has_alone_goes_by_no_layer_until_another_one_comes(play, monkeypatch):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make(t_ms=5_000_000)
        group_send, sent = house.layer.group_send, []

        async def noted(group: str, message: dict[str, Any]) -> None:
            sent.append(message["type"])
            await group_send(group, message)

        monkeypatch.setattr(house.layer, "group_send", noted)
        at_a = await a.join(record)
        await asyncio.sleep(2)
        assert (sent, len(frames_of(at_a))) == ([], pytest.approx(2 * FPS, abs=2 * BATCH))

        at_b = await b.join(record)
        await asyncio.sleep(2)
        shown = frames_of(at_b)
        assert shown == frames_of(at_a)[-len(shown) :]
        assert len(shown) == pytest.approx(2 * FPS, abs=2 * BATCH)
        await at_b.leave()
        await asyncio.sleep(2)
        sent.clear()
        await asyncio.sleep(2)
        assert sent == []
        await at_a.leave()

    play(scenario())


@pytest.mark.parametrize("after_s", [step / 20 for step in range(12)])
def test_who_comes_by_another_process_is_told_of_every_event(play, after_s):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make(t_ms=LAP_2_MS - 300)
        at_a = await a.join(record)
        await asyncio.sleep(after_s)
        at_b = await b.join(record)
        await asyncio.sleep(2)
        told = [message for message in at_b.seen if message["type"] == "event"]
        added_up = [message for message in at_b.seen if message["type"] == "snapshot" and message["laps"]]
        assert len(told) + len(added_up) > 0
        assert len(told) <= 1
        await at_b.leave()
        await at_a.leave()

    play(scenario())


@pytest.mark.parametrize("kind", ["pause", "speed"])
@pytest.mark.parametrize("after_s", [step / 20 for step in range(8)])
def test_who_comes_after_the_clock_was_moved_knows_of_what_had_been_told_ahead_of_it(play, after_s, kind):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        record = await house.make(t_ms=LAP_2_MS - 300)
        host = await process.join(record)
        await asyncio.sleep(after_s)
        await host.say("1", type=kind, **({"speed": 0.5} if kind == "speed" else {}))
        await asyncio.sleep(0.01)
        late = await process.join(record)
        shown = last(late, "snapshot")["t"]
        assert kind == "speed" or shown == late.joined["t"], "the moment, and not what was told ahead of it"
        await host.say("2", type="play")
        await asyncio.sleep(2)
        told = [message for message in late.seen if message["type"] == "event"]
        added_up = [message for message in late.seen if message["type"] == "snapshot" and message["laps"]]
        assert len(told) + len(added_up) == 1
        assert [message["type"] for message in host.seen].count("event") == 1
        await late.leave()
        await host.leave()

    play(scenario())


def test_who_takes_a_paused_room_over_tells_nothing_a_second_time(play):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make(t_ms=LAP_2_MS - 1300)
        at_a = await a.join(record)
        at_b = await b.join(record)
        await asyncio.sleep(1.15)
        assert [message["type"] for message in at_b.seen].count("event") == 1
        await at_a.say("1", type="pause")
        await asyncio.sleep(0.5)
        await house.kill(a)
        await asyncio.sleep(2)
        assert house.holder(record) == b.name
        await at_b.say("2", type="play")
        await asyncio.sleep(2)
        assert frames_of(at_b)[-1] > LAP_2_MS / 1000
        assert [message["type"] for message in at_b.seen].count("event") == 1
        await at_b.leave()

    play(scenario())


def test_who_plays_again_after_the_end_is_told_how_things_stood_at_the_start(play):
    async def scenario() -> None:
        house = House("a", "b")
        a, b = house.processes
        record = await house.make(t_ms=END_MS - 500)
        host = await a.join(record)
        guest = await b.join(record)
        await asyncio.sleep(2)
        assert last(guest, "state")["status"] == "ended"
        await host.say("1", type="play")
        await asyncio.sleep(1)
        for watcher in (host, guest):
            snapshot = last(watcher, "snapshot")
            assert (snapshot["generation"], snapshot["t"]) == (last(watcher, "state")["generation"], START_MS / 1000)
            assert snapshot["laps"] == {}
        await host.leave()
        await guest.leave()

    play(scenario())


def frames_of(guest: Guest) -> list[float]:
    return [frame["t"] for message in guest.seen if message["type"] == "frames" for frame in message["frames"]]


@pytest.mark.parametrize("after_s", [1 + step / 20 for step in range(8)])
def test_who_comes_sees_the_moment_at_once_and_every_frame_from_then_on(play, after_s):
    async def scenario() -> None:
        house = House("a")
        process = house.processes[0]
        record = await house.make(t_ms=5_000_000)
        first = await process.join(record)
        await asyncio.sleep(after_s)
        late = await process.join(record)
        assert frames_of(late)[0] == pytest.approx(5_000 + after_s, abs=0.2)
        await asyncio.sleep(1)
        shown = frames_of(late)
        assert shown == frames_of(first)[-len(shown) :]
        await late.leave()
        await first.leave()

    play(scenario())
