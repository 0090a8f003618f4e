"""Stints, pit stops and track periods, on laps as they come and on any that could."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seasons.derived_rows import StintRecord, TrackPeriod, pit_stops_of, stints_of, track_periods
from seasons.records import LapRecord, TrackStatusRecord
from tests.seasons.records import lap


def driven(*stints: int | None) -> list[LapRecord]:
    """A car's laps with these stint numbers."""
    return [lap("4", n, stint=stint) for n, stint in enumerate(stints, start=1)]


def spans(laps: list[LapRecord]) -> list[tuple[int, int, int]]:
    return [(stint.number, stint.first_lap, stint.last_lap) for stint in stints_of(laps)]


def stops(laps: list[LapRecord]) -> list[tuple[int, int, int | None]]:
    return [(stop.lap_number, stop.pit_in_ms, stop.pit_out_ms) for stop in pit_stops_of(laps)]


def test_a_stint_says_what_was_fitted_and_how_long_it_lasted():
    laps = [
        lap("4", 1, compound="SOFT", tyre_life=4, fresh_tyre=False),
        lap("4", 2, compound="SOFT", tyre_life=5, fresh_tyre=False),
        lap("4", 3, compound="HARD", tyre_life=1, stint=2),
    ]

    assert stints_of(laps) == (
        StintRecord(1, "SOFT", False, 3, 1, 2),
        StintRecord(2, "HARD", True, 0, 3, 3),
    )


@pytest.mark.parametrize(
    ("stints", "expected"),
    [
        ((1, 1, 2, 2), [(1, 1, 2), (2, 3, 4)]),
        ((None, 1, 1), [(1, 1, 3)]),
        ((1, None, 2), [(1, 1, 2), (2, 3, 3)]),
        ((1, 3, 3), [(1, 1, 1), (3, 2, 3)]),
        ((1, 2, 1, 2), [(1, 1, 1), (2, 2, 4)]),
        ((None, None), []),
        ((), []),
    ],
)
def test_a_lap_of_no_known_stint_belongs_to_a_neighbour_and_numbers_only_grow(stints, expected):
    assert spans(driven(*stints)) == expected


def test_what_is_known_late_in_a_stint_holds_for_all_of_it():
    unknown = {"compound": None, "tyre_life": None, "fresh_tyre": None}
    laps = [lap("4", 1, **unknown), lap("4", 2, **unknown), lap("4", 3, tyre_life=7)]

    assert stints_of(laps) == (StintRecord(1, "MEDIUM", True, 4, 1, 3),)


def test_tyre_life_counts_from_the_first_lap_that_the_timing_puts_in_the_stint():
    laps = [lap("4", 1, stint=None, tyre_life=None), lap("4", 2, tyre_life=6)]

    assert stints_of(laps)[0].tyre_life_at_start == 5


@given(st.lists(st.none() | st.integers(1, 9), max_size=30))
def test_every_lap_is_in_exactly_one_stint(stints):
    found = stints_of(driven(*stints))

    laps_in = [n for stint in found for n in range(stint.first_lap, stint.last_lap + 1)]
    assert laps_in == ([] if all(stint is None for stint in stints) else list(range(1, len(stints) + 1)))
    numbers = [stint.number for stint in found]
    assert numbers == sorted(set(numbers))


def test_a_stop_begins_on_one_lap_and_ends_on_the_next():
    laps = [lap("4", 1), lap("4", 2, pit_in_ms=3_770_000), lap("4", 3, pit_out_ms=3_790_000)]

    (stop,) = pit_stops_of(laps)
    assert (stop.number, stop.lap_number, stop.duration_ms) == (1, 2, 20_000)


def test_a_drive_through_a_stop_and_a_red_flag_are_three_visits():
    laps = [
        lap("4", 1, pit_in_ms=1_000),
        lap("4", 2, pit_out_ms=13_000, pit_in_ms=90_000),
        lap("4", 3, pit_out_ms=110_000, pit_in_ms=180_000),
        lap("4", 4, pit_out_ms=1_980_000),
    ]

    assert [(stop.number, stop.duration_ms) for stop in pit_stops_of(laps)] == [
        (1, 12_000),
        (2, 20_000),
        (3, 1_800_000),
    ]


def test_a_start_from_the_pit_lane_is_no_stop():
    assert stops([lap("4", 1, pit_out_ms=500), lap("4", 2)]) == []


def test_a_car_that_retires_in_the_pits_never_comes_out():
    assert stops([lap("4", 1), lap("4", 2, pit_in_ms=1_000)]) == [(2, 1_000, None)]


def test_an_out_of_which_the_lap_before_is_missing_ends_no_stop():
    assert stops([lap("4", 1, pit_in_ms=1_000), lap("4", 3, pit_out_ms=200_000)]) == [(1, 1_000, None)]


def test_a_pit_lane_that_begins_after_the_line_is_passed_within_a_lap():
    assert stops([lap("4", 1, pit_in_ms=1_000, pit_out_ms=21_000), lap("4", 2)]) == [(1, 1_000, 21_000)]


@given(
    st.lists(st.tuples(st.none() | st.integers(-5_000, 20_000), st.none() | st.integers(60_000, 95_000)), max_size=20)
)
def test_stops_alternate_and_never_end_before_they_begin(passages):
    laps = [
        lap("4", n, pit_out_ms=out and n * 90_000 + out, pit_in_ms=into and n * 90_000 + into)
        for n, (out, into) in enumerate(passages)
        if n >= 1
    ]

    found = pit_stops_of(laps)

    assert [stop.number for stop in found] == list(range(1, len(found) + 1))
    assert [stop.pit_in_ms for stop in found] == [lap.pit_in_ms for lap in laps if lap.pit_in_ms is not None]
    instants = [t for stop in found for t in (stop.pit_in_ms, stop.pit_out_ms) if t is not None]
    assert instants == sorted(instants)
    assert all(stop.duration_ms is None or stop.duration_ms >= 0 for stop in found)


def test_track_status_becomes_periods_with_ends():
    changes = [TrackStatusRecord(0, "1"), TrackStatusRecord(500, "4"), TrackStatusRecord(900, "1")]

    assert track_periods(changes) == (TrackPeriod(0, 500, "1"), TrackPeriod(500, 900, "4"), TrackPeriod(900, None, "1"))


def test_equal_codes_are_one_period_and_the_last_of_an_instant_counts():
    changes = [TrackStatusRecord(0, "1"), TrackStatusRecord(500, "4"), TrackStatusRecord(500, "1")]

    assert track_periods(changes) == (TrackPeriod(0, None, "1"),)
    assert track_periods([]) == ()


@given(st.lists(st.builds(TrackStatusRecord, st.integers(0, 50), st.sampled_from("1245")), max_size=30))
def test_periods_follow_each_other_without_gap_and_tell_the_status_of_every_moment(changes):
    periods = track_periods(changes)

    assert all(before.end_ms == after.start_ms for before, after in pairwise(periods))
    assert all(before.code != after.code for before, after in pairwise(periods))
    in_order = sorted(changes, key=lambda change: change.t_ms)
    for t_ms in {change.t_ms for change in changes}:
        last_word = [change for change in in_order if change.t_ms <= t_ms][-1]
        (period,) = (p for p in periods if p.start_ms <= t_ms and (p.end_ms is None or t_ms < p.end_ms))
        assert period.code == last_word.code
