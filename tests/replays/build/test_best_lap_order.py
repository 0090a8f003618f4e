"""Qualifying and practice are ordered by the best laps so far."""

from datetime import UTC, datetime

import numpy as np
import pytest

from replays.build.best_lap_order import best_lap_standing, cars_through, segment_starts_ms
from replays.build.states import NONE
from seasons.records import RaceControlRecord, SessionStatusRecord
from tests.replays.build.sessions import lap, session


def timed(number, end_ms, lap_time_ms, **changes):
    return lap(number, 1, end_ms, lap_time_ms=lap_time_ms, start_ms=end_ms - 1_000, **changes)


def standing_of(laps, t_ms, *, numbers=("1", "2", "3"), kind="practice-1", **changes):
    data = session(numbers, tuple(laps), kind=kind, **changes)
    return best_lap_standing(data, np.array(t_ms, dtype=np.int64))


def test_who_was_faster_so_far_is_ahead_and_who_has_no_time_is_last():
    laps = [timed("2", 10_000, 90_500), timed("3", 20_000, 90_000), timed("2", 30_000, 89_900)]

    shown, _ = standing_of(laps, [9_999, 10_000, 20_000, 30_000])

    assert shown.position.tolist() == [[1, 2, 3], [2, 1, 3], [3, 2, 1], [3, 1, 2]]


def test_gaps_are_differences_of_best_laps():
    laps = [timed("1", 10_000, 90_000), timed("2", 10_000, 90_200), timed("3", 10_000, 90_900)]

    shown, best = standing_of(laps, [9_999, 10_000])

    assert shown.gap_ms.tolist() == [[NONE] * 3, [0, 200, 900]]
    assert shown.interval_ms.tolist() == [[NONE] * 3, [NONE, 200, 700]]
    assert best.tolist() == [[NONE] * 3, [90_000, 90_200, 90_900]]


def test_a_slower_lap_and_a_generated_one_change_nothing():
    laps = [timed("1", 10_000, 90_000), timed("1", 20_000, 95_000), timed("2", 20_000, 80_000, generated=True)]

    _, best = standing_of(laps, [30_000])

    assert best.tolist() == [[90_000, NONE, NONE]]


def test_a_lap_through_the_pits_gives_no_place():
    laps = [timed("1", 95_000, 80_000, pit_in_ms=94_000), timed("2", 95_000, 90_000)]

    shown, best = standing_of(laps, [100_000], numbers=("1", "2"))

    assert shown.position.tolist() == [[2, 1]]
    assert best.tolist() == [[NONE, 90_000]]


def test_a_lap_counts_until_it_is_deleted():
    second = lap("1", 2, 14_000, lap_time_ms=91_000, start_ms=13_000)
    laps = [timed("1", 10_000, 89_000), timed("2", 12_000, 90_000), second]
    told = "CAR 1 (ONE) TIME 1:29.000 DELETED - TRACK LIMITS AT TURN 1"
    deleted = (RaceControlRecord(20_000, datetime(2025, 5, 4, tzinfo=UTC), "Other", told),)

    shown, best = standing_of(laps, [19_999, 20_000], numbers=("1", "2"), race_control=deleted)

    assert shown.position.tolist() == [[1, 2], [2, 1]]
    assert best.tolist() == [[89_000, 90_000], [91_000, 90_000]]


@pytest.mark.parametrize(
    ("entries", "through"), [(20, [20, 15, 10]), (19, [19, 15, 10]), (22, [22, 16, 10]), (18, [18, 14, 10])]
)
def test_half_of_those_beyond_ten_leave_after_each_segment(entries, through):
    assert [cars_through(entries, segment) for segment in range(3)] == through


STATUS = tuple(
    SessionStatusRecord(t_ms, status)
    for t_ms, status in [
        (100, "Started"),
        (200, "Aborted"),
        (300, "Started"),
        (10_000, "Finished"),
        (20_000, "Started"),
        (30_000, "Finished"),
        (40_000, "Started"),
        (50_000, "Finished"),
    ]
)


def test_a_segment_begins_with_a_start_after_a_finish_and_not_with_a_restart():
    assert segment_starts_ms(session(("1",), (), kind="qualifying", session_status=STATUS)) == [0, 20_000, 40_000]
    assert segment_starts_ms(session(("1",), (), kind="practice-1", session_status=STATUS)) == [0]


def test_in_the_second_segment_its_own_times_count_and_those_out_stay_behind():
    """Twelve cars: eleven go on; the twelfth stays last though it is the only one with a time like that."""
    numbers = tuple(str(n) for n in range(1, 13))
    laps = [timed(number, 5_000, 90_000 + int(number)) for number in numbers]
    laps += [timed("11", 25_000, 89_000), timed("2", 26_000, 89_500)]

    shown, best = standing_of(
        laps, [19_999, 20_000, 27_000], numbers=numbers, kind="qualifying", session_status=STATUS[:5]
    )

    assert shown.position[0].tolist() == list(range(1, 13))
    assert shown.position[1].tolist() == list(range(1, 13))
    assert best[1].tolist() == [NONE] * 12
    assert np.argsort(shown.position[2])[:3].tolist() == [10, 1, 0]
    assert shown.position[2, 11] == 12


def test_a_lap_that_is_reinstated_counts_again():
    laps = [timed("1", 10_000, 89_000), timed("2", 12_000, 90_000)]
    told = ((20_000, "CAR 1 (ONE) TIME 1:29.000 DELETED"), (30_000, "CAR 1 (ONE) TIME 1:29.000 REINSTATED"))
    control = tuple(RaceControlRecord(t, datetime(2025, 5, 4, tzinfo=UTC), "Other", text) for t, text in told)

    shown, _ = standing_of(laps, [19_999, 20_000, 29_999, 30_000], numbers=("1", "2"), race_control=control)

    assert shown.position.tolist() == [[1, 2], [2, 1], [2, 1], [1, 2]]


@pytest.mark.parametrize("kind", ["practice-1", "qualifying"])
def test_of_two_with_the_same_time_the_first_to_drive_it_is_ahead(kind):
    laps = [timed("1", 30_000, 90_000), timed("2", 20_000, 90_000)]
    words = (SessionStatusRecord(100, "Started"),)

    shown, _ = standing_of(laps, [40_000], numbers=("1", "2"), kind=kind, session_status=words)

    assert shown.position.tolist() == [[2, 1]]


def test_the_first_to_drive_a_time_is_ahead_in_later_segments_too():
    slower = [timed("1", 5_000, 90_000), timed("2", 6_000, 91_000)]
    laps = [*slower, timed("2", 24_000, 89_000), timed("1", 25_000, 89_000)]

    shown, _ = standing_of(laps, [30_000], numbers=("1", "2"), kind="qualifying", session_status=STATUS[:5])

    assert shown.position.tolist() == [[2, 1]]
