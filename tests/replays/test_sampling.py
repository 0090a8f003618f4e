"""A frame depends on its time alone, and says of a car only what was known about then."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replays.artefact.model import CHUNK_MS, MAX_GAP_MS, NULL_RAW, Feed
from replays.columns import BY_NAME
from tests.replays.made_feeds import column, feed, replay, telemetry, timeline, value

SPEED_SCALE = BY_NAME["speed"].scale
LOOKS_AHEAD_MS = 2_000

moments = st.integers(0, 3 * CHUNK_MS)


def speed_of(*rows, t_ms):
    return timeline(replay(feed(t_ms, column("speed", rows))))


@given(telemetry())
def test_at_the_instant_of_a_sample_the_frame_is_the_sample(samples):
    played = timeline(replay(samples))

    for row, t_ms in enumerate(samples.t_ms.tolist()):
        frame = played.sample(t_ms)
        for stored in samples.columns:
            for car, raw in enumerate(stored.raw[row].tolist()):
                if raw != NULL_RAW:
                    assert value(frame, stored.name, car) == raw * BY_NAME[stored.name].scale


@given(telemetry(), moments)
def test_between_two_samples_a_continuous_value_lies_on_the_line_between_them(samples, t_ms):
    played = timeline(replay(samples, t_end_ms=3 * CHUNK_MS))
    frame = played.sample(t_ms)

    for car in range(2):
        expected = expected_speed(samples, car, t_ms)
        found = value(frame, "speed", car)
        assert (found is None) == (expected is None)
        assert expected is None or abs(found / SPEED_SCALE - expected) <= 0.5 / SPEED_SCALE + 1e-9


def expected_speed(samples: Feed, car: int, t_ms: int) -> float | None:
    """By the rule of `docs/replay-format.md`, written the slow way."""
    clock, speed = samples.t_ms.tolist(), samples.columns[0].raw[:, car].tolist()
    rows = [row for row, raw in enumerate(speed) if raw != NULL_RAW]
    before = max((row for row in rows if clock[row] <= t_ms), default=None)
    if before is None:
        return None
    if clock[before] == t_ms:
        return speed[before]
    after = min((row for row in rows if clock[row] > t_ms), default=None)
    if after is None:
        ended = before == len(clock) - 1 and t_ms - clock[before] <= MAX_GAP_MS
        return speed[before] if ended else None
    step_ms = clock[after] - clock[before]
    if step_ms > MAX_GAP_MS:
        return None
    return speed[before] + (speed[after] - speed[before]) * (t_ms - clock[before]) / step_ms


@given(telemetry(), moments)
def test_a_held_value_is_the_last_sample_and_nothing_between(samples, t_ms):
    played = timeline(replay(samples, t_end_ms=3 * CHUNK_MS))
    gears = samples.columns[1].raw
    frame = played.sample(t_ms)

    for car in range(2):
        found = value(frame, "gear", car)
        before = [raw for raw, t in zip(gears[:, car].tolist(), samples.t_ms, strict=True) if t <= t_ms]
        assert found is None or found == [raw for raw in before if raw != NULL_RAW][-1]


def test_nothing_is_known_inside_a_gap_of_more_than_a_second():
    played = speed_of([100, 50], [200, 60], t_ms=[0, 1_001])

    assert [value(played.sample(t), "speed") for t in (0, 1, 500, 1_000, 1_001)] == [1000, None, None, None, 2000]


def test_a_gap_of_exactly_a_second_is_bridged():
    played = speed_of([100], [200], t_ms=[0, 1_000])

    assert value(played.sample(500), "speed") == 1500


def test_a_gap_longer_than_a_chunk_is_empty():
    played = speed_of([100], [200], t_ms=[0, 25_000])

    assert value(played.sample(12_000), "speed") is None
    assert value(played.sample(24_999), "speed") is None


def test_a_car_that_misses_samples_for_less_than_a_second_is_bridged_and_for_longer_is_not():
    rows = [[0, 0], [None, None], [None, None], [30, None], [40, None], [50, 50]]
    played = timeline(replay(feed(range(0, 1_800, 300), column("speed", rows), column("gear", rows, continuous=False))))

    assert [value(played.sample(t), "speed", 0) for t in (300, 450, 600)] == [100, 150, 200]
    assert [value(played.sample(t), "gear", 0) for t in (300, 600, 899)] == [0, 0, 0]
    assert [value(played.sample(t), "speed", 1) for t in (1, 300, 900, 1_499)] == [None] * 4
    assert [value(played.sample(t), "gear", 1) for t in (300, 900, 1_200)] == [None] * 3


def test_before_its_first_sample_nothing_is_known_of_a_car():
    played = speed_of([None, 10], [None, 20], [100, 30], t_ms=[0, 300, 600])

    assert [value(played.sample(t), "speed", 0) for t in (0, 300, 599, 600)] == [None, None, None, 1000]


def test_after_a_feeds_last_sample_its_values_hold_for_a_second():
    samples = feed([0, 300], column("speed", [[100], [130]]))
    played = timeline(replay(samples, t_end_ms=5_000))

    assert [value(played.sample(t), "speed") for t in (300, 1_300, 1_301, 5_000)] == [1300, 1300, None, None]


def test_without_a_longest_gap_a_value_holds_until_the_next_and_null_is_a_value():
    gaps = column("gap", [[1_500], [None], [1_700]], continuous=False, decimals=3)
    played = timeline(replay(feed([0, 4_000, 9_000], gaps, name="timing", max_gap_ms=None), t_end_ms=12_000))

    assert [value(played.sample(t), "gap") for t in (0, 3_999, 4_000, 8_999, 9_000, 12_000)] == [
        1500,
        1500,
        None,
        None,
        1700,
        1700,
    ]


def test_a_held_value_is_told_with_the_decimals_of_its_column_however_it_is_stored():
    """Without positions progress is held, and stored with a decimal less than frames have."""
    progress = column("progress", [[12_345]], continuous=False, decimals=4)
    played = timeline(replay(feed([0], progress, name="timing", max_gap_ms=None), t_end_ms=1_000))

    assert value(played.sample(500), "progress") == 123_450


def test_a_moment_outside_the_replay_is_its_first_or_last():
    played = speed_of([100], [200], t_ms=[0, 800])

    assert played.sample(-5).tobytes() == played.sample(0).tobytes()
    assert played.sample(9_999_999).tobytes() == played.sample(800).tobytes()


@given(telemetry(), st.lists(moments, min_size=1, max_size=12), st.randoms())
def test_the_order_of_questions_does_not_matter(samples, asked, random):
    whole = replay(samples, t_end_ms=3 * CHUNK_MS)
    played, shuffled = timeline(whole), timeline(whole)
    in_order = {t_ms: played.sample(t_ms).tobytes() for t_ms in sorted(asked)}

    random.shuffle(asked)

    assert {t_ms: shuffled.sample(t_ms).tobytes() for t_ms in asked} == in_order


@given(telemetry(), moments)
def test_seek_equals_play(samples, t_ms):
    whole = replay(samples, t_end_ms=3 * CHUNK_MS)
    played = timeline(whole)
    for passed in range(0, t_ms, 900):
        played.sample(passed)

    assert played.sample(t_ms).tobytes() == timeline(whole).sample(t_ms).tobytes()


@given(telemetry(), moments, st.integers(1, 350))
def test_no_frame_depends_on_what_comes_more_than_two_seconds_later(samples, t_ms, other):
    """The last sample stays: that a feed has ended is said by its manifest."""
    later = samples.t_ms > t_ms + LOOKS_AHEAD_MS
    columns = tuple(
        column(one.name, np.where(later[:, None], other % 8, one.raw).tolist(), continuous=one.continuous)
        for one in samples.columns
    )
    changed = Feed(samples.name, samples.t_ms, columns, samples.max_gap_ms)
    end = 3 * CHUNK_MS

    before = timeline(replay(samples, t_end_ms=end)).sample(t_ms)
    after = timeline(replay(changed, t_end_ms=end)).sample(t_ms)

    assert before.tobytes() == after.tobytes()


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=60),
    st.lists(moments, min_size=2, max_size=20),
    st.integers(0, 9),
)
def test_progress_that_never_falls_is_sampled_so(steps, asked, hole):
    rows = [[total] for total in np.cumsum(steps).tolist()]
    rows[hole % len(rows)] = [None]
    played = timeline(
        replay(feed(range(0, 240 * len(rows), 240), column("progress", rows, decimals=4), name="position"))
    )

    seen = [value(played.sample(t_ms), "progress") for t_ms in sorted(asked)]

    known = [progress for progress in seen if progress is not None]
    assert known == sorted(known)


def test_the_leaders_lap_is_that_of_the_car_in_first_place():
    position = column("position", [[2, 1], [1, 2]], continuous=False)
    lap = column("lap", [[4, 5], [6, 5]], continuous=False)
    played = timeline(replay(feed([0, 1_000], position, lap, name="timing", max_gap_ms=None)))

    laps = [played.window_at(t).leader_lap(played.sample(t)) for t in (0, 999, 1_000)]

    assert laps == [5, 5, 6]


def test_without_a_standing_nobody_leads():
    played = speed_of([100], [100], t_ms=[0, 100])

    assert played.window_at(0).leader_lap(played.sample(0)) is None
