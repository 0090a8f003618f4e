"""A room in two processes does what a simple model of it says, whatever comes in whatever order.

Ten thousand random sequences of joins, commands, hand-overs and deaths; each ends with everybody leaving, and then
nothing may be left.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from replays.clock import Clock
from replays.playing.conductor import BATCHES_PER_SECOND, LEAD_S
from replays.playing.registry import RoomRecord
from tests.replays.playing.room_stage import (
    END_MS,
    LAP_2_MS,
    START_MS,
    Guest,
    House,
    JumpingLoop,
    Process,
    cancel_all,
    jumping_time,
)

SEQUENCES = 10_000
SOON_S = 0.03
"""Enough for what was said to be done: nothing takes time in this house but waiting."""
BEAT_S = 0.3
"""Who is in the room, and who may control it, other processes learn by their next beat."""
LATER_S = 0.7
AHEAD_S = LEAD_S + 1 / BATCHES_PER_SECOND
ENDS_WITHIN_S = 0.35
"""The last frame is shown before the clock says that it has ended."""
NEARLY_MS = 1.0
"""Viewers are told of media time in whole milliseconds."""

Move = tuple[str, Any]

JOINS: list[Move] = [("join", 0), ("join", 1)]
COMMANDS: list[Move] = [
    ("play", {}),
    ("pause", {}),
    ("speed", {"speed": 0.25}),
    ("speed", {"speed": 7.0}),
    ("speed", {"speed": 64.0}),
    ("speed", {"speed": 65.0}),
    ("seek", {"t": 30}),
    ("seek", {"t": 5_000}),
    ("seek", {"t": 7_209}),
    ("seek", {"t": 1}),
    ("seek", {"t": None, "lap": 2}),
    ("seek", {"t": None, "lap": 99}),
    ("control", "everyone"),
    ("control", "host"),
]
OTHERS: list[Move] = [("leave", None), ("hand over", None), ("die", None), ("wait", 0.13), ("wait", 0.9), ("wait", 2.5)]

MOVES = [(move, whose) for move in [*JOINS, *COMMANDS, *COMMANDS, *OTHERS] for whose in range(4)]
"""Each with whose move it is, counted round the people there."""


@dataclass
class Model:
    """What a room is: who is in it, in order, who may control it, and where its clock is."""

    now_s: float
    people: list[Guest] = field(default_factory=list)
    control: str = "host"
    status: str = "playing"
    at_ms: float = START_MS
    speed: float = 1.0
    at_end_since_s: float = 0.0

    def go_on(self, now_s: float) -> None:
        if self.status == "playing" and self.at_ms < END_MS:
            reached_ms = self.at_ms + (now_s - self.now_s) * self.speed * 1000
            self.at_end_since_s = now_s - max(reached_ms - END_MS, 0.0) / 1000 / self.speed
            self.at_ms = min(reached_ms, END_MS)
        self.now_s = now_s

    def heed_end(self, status: str) -> None:
        """The clock may say for a moment that it plays at the end."""
        if self.at_ms < END_MS or self.status != "playing":
            self.at_end_since_s = self.now_s
        elif status == "ended":
            self.status = "ended"
        else:
            assert self.now_s - self.at_end_since_s < ENDS_WITHIN_S

    def may_control(self, guest: Guest) -> bool:
        return self.control == "everyone" or guest is self.people[0]

    def obey(self, guest: Guest, kind: str, fields: Any) -> str:
        """What the answer is: `state`, or the error's code."""
        if kind == "control":
            if guest is not self.people[0]:
                return "not_allowed"
            self.control = fields
            return "state"
        if not self.may_control(guest):
            return "not_allowed"
        if fields.get("speed", 1.0) > 64 or fields.get("lap", 2) != 2:
            return "bad_value"
        if kind == "play":
            if self.status == "ended":
                self.at_ms = START_MS
            self.status = "playing"
        elif kind == "pause":
            self.status = "ended" if self.status == "ended" else "paused"
        elif kind == "speed":
            self.speed = fields["speed"]
        else:
            target_ms = LAP_2_MS if fields["t"] is None else fields["t"] * 1000
            self.at_ms = min(max(target_ms, START_MS), END_MS)
            self.status = "paused" if self.status == "paused" else "playing"
        return "state"


class Game:
    """One sequence of moves, in the house and in the model."""

    def __init__(self, loop: JumpingLoop, house: House, record: RoomRecord) -> None:
        self.loop = loop
        self.house = house
        self.record = record
        self.model = Model(loop.now_s)
        self.gone: list[Guest] = []
        self.asked = 0

    async def move(self, kind: str, what: Any, whose: int) -> None:
        match kind:
            case "join":
                await self.join(self.house.processes[what])
            case "wait":
                await asyncio.sleep(what)
            case "leave" if len(self.model.people) > 1:
                await self.leave(self.model.people[whose % len(self.model.people)])
            case "hand over" if self.others():
                await self.hand_over()
            case "die" if self.others():
                await self.die()
            case "play" | "pause" | "speed" | "seek" | "control":
                await self.command(self.model.people[whose % len(self.model.people)], kind, what)
        await asyncio.sleep(SOON_S)
        self.compare()

    async def join(self, process: Process) -> None:
        begins = not self.model.people
        guest = await process.join(self.record)
        if begins:
            self.model.now_s = self.loop.now_s
        self.model.people.append(guest)
        await self.others_know()

    async def leave(self, guest: Guest) -> None:
        await guest.leave()
        await self.others_know()
        self.model.people.remove(guest)
        self.gone.append(guest)

    async def others_know(self) -> None:
        if len({guest.process for guest in self.model.people}) > 1:
            await asyncio.sleep(BEAT_S)

    def others(self) -> list[Process]:
        """The processes that take part and do not conduct."""
        holder = self.house.holder(self.record)
        return [process for process in self.house.processes if process.name != holder and process.here]

    async def hand_over(self) -> None:
        await self.house.lose_lease(self.record)
        for process in self.others():
            process.beat_at_once()
        await asyncio.sleep(LATER_S)

    async def die(self) -> None:
        holder = self.house.holder(self.record)
        dying = next(process for process in self.house.processes if process.name == holder)
        self.gone += [guest for guest in self.model.people if guest.process is dying]
        self.model.people = [guest for guest in self.model.people if guest.process is not dying]
        await self.house.kill(dying)
        await asyncio.sleep(LATER_S)

    async def command(self, guest: Guest, kind: str, fields: Any) -> None:
        self.asked += 1
        request_id = str(self.asked)
        self.model.go_on(self.loop.now_s)
        self.model.heed_end(self.clock().status)
        answer = self.model.obey(guest, kind, fields)
        if kind == "control":
            assert await guest.change_control(fields) is (answer == "state")
            await self.others_know()
            return
        assert guest.may_control() is (answer != "not_allowed")
        if answer == "not_allowed":
            return
        since = len(guest.seen)
        await guest.say(request_id, type=kind, **fields)
        await asyncio.sleep(SOON_S)
        answers = [m for each in self.everybody() for m in each.seen if m.get("request_id") == request_id]
        assert [answer.get("code", answer["type"]) for answer in answers] == [answer]
        if answer == "state":
            self.check_answer(guest, kind, answers[0], since)

    def check_answer(self, guest: Guest, kind: str, told: dict[str, Any], since: int) -> None:
        assert told in guest.seen[since:]
        assert (told["status"], told["speed"]) == (self.model.status, self.model.speed)
        assert abs(told["t"] * 1000 - self.model.at_ms) <= NEARLY_MS
        for each in self.model.people:
            told_here = next(m for m in reversed(each.seen) if m["type"] == "state")
            assert told_here["generation"] == told["generation"]
            if kind == "seek":
                after = each.seen[each.seen.index(told_here) + 1]
                assert (after["type"], after["generation"], after["t"]) == ("snapshot", told["generation"], told["t"])

    def everybody(self) -> list[Guest]:
        return self.model.people + self.gone

    def clock(self) -> Clock:
        room = self.house.conducting(self.record)
        assert room is not None
        assert room.conductor is not None
        return room.conductor.clock

    def compare(self) -> None:
        """The room as it is and as each of its viewers sees it, with the model."""
        model, clock = self.model, self.clock()
        model.go_on(self.loop.now_s)
        model.heed_end(clock.status)
        ahead_s = max(clock.anchored_at_s - self.loop.now_s, 0.0)
        assert ahead_s <= AHEAD_S, "who took over shows first what was sent ahead"
        if ahead_s == 0:
            assert abs(clock.position_ms(self.loop.now_s) - model.at_ms) <= NEARLY_MS
        assert (clock.status, clock.speed) == (model.status, model.speed)
        running = [t.get_name() for t in asyncio.all_tasks() if t.get_name().startswith("conductor")]
        assert running == [f"conductor {self.record.id}"]
        for guest in model.people:
            state = guest.room.hub.state
            assert state is not None
            assert (state["generation"], state["status"], state["speed"]) == (
                clock.generation,
                clock.status,
                clock.speed,
            )
            assert guest.room.hub.people.host == model.people[0].viewer.id
            assert guest.room.hub.people.control == model.control

    async def end(self) -> None:
        await asyncio.sleep(LATER_S)
        self.compare()
        for place, guest in enumerate(self.model.people):
            told = next(message for message in reversed(guest.seen) if message["type"] == "room")
            assert told == {
                "type": "room",
                "viewers": len(self.model.people),
                "host": place == 0,
                "control": self.model.control,
            }
        for guest in self.everybody():
            check_transcript(guest)
        for guest in self.model.people:
            await guest.leave()
        await self.house.registry.close(self.record.id)
        assert [process.here for process in self.house.processes] == [{}, {}]
        assert dict(self.house.layer.groups) == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}


def check_transcript(guest: Guest) -> None:
    """Generations rise; frames are of the one that was told last, and go forward in it, by the step of its speed."""
    state, t = guest.joined, -1.0
    answered: list[str] = []
    for message in guest.seen:
        match message["type"]:
            case "state" if message["generation"] == state["generation"]:
                assert message["request_id"] is not None, "nothing new, and no answer"
            case "state":
                assert message["generation"] > state["generation"]
                state, t = message, -1.0
            case "frames":
                assert message["generation"] == state["generation"]
                for frame in message["frames"]:
                    assert frame["t"] > t
                    t = frame["t"]
                assert t <= END_MS / 1000
            case "snapshot":
                assert message["generation"] == state["generation"]
            case "error":
                assert message["code"] == "bad_value"
        if message.get("request_id") is not None:
            answered.append(message["request_id"])
    assert len(answered) == len(set(answered))


class Table:
    """The house is the same for all games, which is three times as quick, until one fails."""

    def __init__(self, loop: JumpingLoop) -> None:
        self.loop = loop
        self.house: House | None = None

    async def play(self, moves: list[tuple[Move, int]]) -> None:
        self.house = self.house or House("a", "b")
        try:
            game = Game(self.loop, self.house, await self.house.make(t_ms=START_MS))
            await game.move("join", 0, 0)
            for (kind, what), whose in moves:
                await game.move(kind, what, whose)
            await game.end()
        except BaseException:
            self.house = None
            await cancel_all()
            raise


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with jumping_time() as loop:
        yield Table(loop)


@settings(
    max_examples=SEQUENCES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.sampled_from(MOVES), max_size=4))
def test_a_room_is_what_its_model_says(table: Table, moves: list[tuple[Move, int]]) -> None:
    table.loop.run_until_complete(table.play(moves))
