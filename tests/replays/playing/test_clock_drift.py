"""An hour of a room, by a loop whose time jumps: what is published, and when, stays with the clock."""

import asyncio
from typing import Any

import pytest

from replays.playing import layer_messages
from tests.replays.playing.room_stage import BATCH, FPS, START_MS, House, jumping_time

HOUR_S = 3_600
FRAME_S = 1 / FPS
BUSY_S = 0.09
"""The loop is busy with something else for so long, now and then: as long as a batch is ahead of its time."""


def hour_of(speed: float, *, hours: float = 1.0, busy_s: float = 0.0) -> list[tuple[float, dict[str, Any]]]:
    """What a room publishes at this speed, each message with when it was published, in the loop's seconds."""
    published: list[tuple[float, dict[str, Any]]] = []

    async def scenario() -> None:
        house = House("a")
        subscription = house.processes[0].subscription
        hear_here = subscription.hear_here

        def noted(message: dict[str, Any]) -> None:
            published.append((loop.now_s, message))
            loop.now_s += busy_s if len(published) % 7 == 0 else 0.0
            hear_here(message)

        subscription.hear_here = noted  # type: ignore[method-assign]
        guest = await house.processes[0].join(await house.make(t_ms=START_MS, speed=speed))
        await asyncio.sleep(hours * HOUR_S)
        await guest.leave()

    with jumping_time() as loop:
        loop.run_until_complete(scenario())
    return published


@pytest.mark.parametrize(("speed", "busy_s"), [(1.0, 0.0), (1.0, BUSY_S), (1.7, BUSY_S)])
def test_in_an_hour_no_frame_is_left_out_or_late_or_a_frame_away_from_the_clock(speed, busy_s):
    published = hour_of(speed, busy_s=busy_s)

    states = [message["state"] for _, message in published if message["type"] == layer_messages.STATE]
    frames = [(at_s, message) for at_s, message in published if message["type"] == layer_messages.FRAMES]
    (state,) = states
    assert len(frames) * BATCH == pytest.approx(HOUR_S * FPS, abs=2 * BATCH)
    expected = 0
    for at_s, message in frames:
        assert message["first"] == expected, "one after the other, and none twice"
        assert message["due_s"] >= at_s - FRAME_S, "it leaves before it is due"
        for place, t_ms in enumerate(message["t_ms"]):
            due_s = message["due_s"] + place / FPS
            clock_ms = START_MS + (due_s - state["server_time"]) * speed * 1000
            assert abs(t_ms - clock_ms) <= 1, "a frame is of the moment at which it is due"
            assert abs(due_s - state["server_time"] - (expected + place) * FRAME_S) < FRAME_S / 1_000
        expected += len(message["t_ms"])


def test_at_the_highest_speed_it_ends_at_the_end_and_when_it_should():
    published = hour_of(64.0, hours=0.1)

    frames = [message for _, message in published if message["type"] == layer_messages.FRAMES]
    ended_s, ended = next(
        (at_s, message["state"])
        for at_s, message in published
        if message["type"] == layer_messages.STATE and message["state"]["status"] == "ended"
    )
    started = next(message["state"] for _, message in published if message["type"] == layer_messages.STATE)
    assert frames[-1]["t_ms"][-1] == round(ended["t"] * 1000)
    plays_s = (ended["t"] * 1000 - START_MS) / 64_000
    assert 0 <= ended_s - started["server_time"] - plays_s <= 2 * FRAME_S
