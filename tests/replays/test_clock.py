import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.clock import ENDED, MAX_SPEED, MIN_SPEED, PAUSED, PLAYING, Clock

START_MS, END_MS = 10_000, 7_210_000

moments = st.floats(0, 5_000)
speeds = st.floats(MIN_SPEED, MAX_SPEED)
targets = st.floats(-1e6, 1e8)
steps = st.lists(
    st.tuples(st.floats(0, 100), st.sampled_from(["play", "pause", "seek", "speed"]), targets, speeds), max_size=30
)


def fresh(now_s: float = 0.0) -> Clock:
    return Clock(START_MS, END_MS, START_MS, now_s)


def moved(clock: Clock, now_s: float, what: str, target: float, speed: float) -> Clock:
    match what:
        case "play":
            return clock.play(now_s)
        case "pause":
            return clock.pause(now_s)
        case "seek":
            return clock.seek(now_s, target)
    return clock.at_speed(now_s, speed)


@given(steps)
def test_it_never_leaves_the_replay_and_each_move_is_a_generation(moves):
    clock, now_s = fresh(), 0.0

    for wait_s, what, target, speed in moves:
        now_s += wait_s
        before = clock
        clock = moved(clock, now_s, what, target, speed)
        assert clock.generation == before.generation + 1
        assert START_MS <= clock.position_ms(now_s) <= END_MS
        assert START_MS <= clock.position_ms(now_s + 1e6) <= END_MS


@given(steps)
def test_only_a_seek_and_a_play_after_the_end_make_it_jump(moves):
    clock, now_s = fresh(), 0.0

    for wait_s, what, target, speed in moves:
        now_s += wait_s
        at_ms = clock.position_ms(now_s)
        clock = moved(clock, now_s, what, target, speed)
        if what == "seek":
            assert clock.position_ms(now_s) == min(max(target, START_MS), END_MS)
        else:
            assert clock.position_ms(now_s) == pytest.approx(at_ms, abs=1e-6)


@given(moments, st.floats(0, 100), st.floats(0, 100), speeds)
def test_media_time_never_runs_backwards_while_nothing_moves_it(begin_s, first_s, then_s, speed):
    clock = fresh().at_speed(begin_s, speed).play(begin_s)

    assert clock.position_ms(begin_s + first_s) <= clock.position_ms(begin_s + first_s + then_s)


def test_after_an_hour_at_normal_speed_it_has_not_drifted():
    clock = fresh().play(1_000_000.123)

    assert clock.position_ms(1_000_000.123 + 3_600) == pytest.approx(START_MS + 3_600_000, abs=0.01)


def test_a_paused_clock_stands_still_and_stays_paused_when_sought():
    clock = fresh().play(0.0).pause(3.0)

    assert clock.status == PAUSED
    assert clock.position_ms(3.0) == clock.position_ms(999.0) == START_MS + 3_000
    assert clock.seek(4.0, 60_000).status == PAUSED


def test_one_that_has_ended_plays_on_after_a_seek_and_from_the_start_after_play():
    ended = fresh().play(0.0).end(1.0)

    assert ended.status == ENDED
    assert ended.seek(2.0, 50_000).status == PLAYING
    assert ended.play(2.0).position_ms(2.0) == START_MS


@pytest.mark.parametrize("speed", [0.0, -1.0, 0.2, 64.5, float("nan"), float("inf")])
def test_a_speed_that_cannot_be_played_is_refused(speed):
    with pytest.raises(ValueError, match=r"0\.25 to 64"):
        fresh().at_speed(0.0, speed)
