"""Laps end so far apart as the timing feed says, whatever FastF1 made of their messages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.loading.lap_ends import MIN_AGREEING, with_official_gaps
from seasons.records import LapRecord
from tests.replays.build.sessions import lap

CARS = ("4", "81", "1", "63")
LAPS = 8
GRID_MS = 1_300
START_MS = 60_000

TIMES = st.lists(st.integers(80_000, 95_000), min_size=LAPS, max_size=LAPS)
RACES = st.lists(TIMES, min_size=len(CARS), max_size=len(CARS))


def true_laps(times_ms) -> list[LapRecord]:
    """Cars that start one behind the other and drive such laps; with the places at which they end each."""
    ends = {
        (number, n): START_MS + row * GRID_MS + sum(times_ms[row][:n])
        for row, number in enumerate(CARS)
        for n in range(LAPS + 1)
    }
    return [
        lap(
            number,
            n,
            ends[number, n],
            start_ms=ends[number, n - 1],
            lap_time_ms=times_ms[row][n - 1],
            sector_end_ms=(ends[number, n] - 50_000, ends[number, n] - 25_000, ends[number, n]),
            position=1 + sum(ends[other, n] < ends[number, n] for other in CARS),
        )
        for row, number in enumerate(CARS)
        for n in range(1, LAPS + 1)
    ]


def told_gaps(laps, late_ms=300):
    """As the feed sends them after each crossing, among others."""
    leader_ms = {n: min(one.end_ms for one in laps if one.lap_number == n) for n in range(1, LAPS + 1)}
    gaps: dict[str, list[tuple[int, int]]] = {}
    for one in laps:
        gap_ms = one.end_ms - leader_ms[one.lap_number]
        if gap_ms:
            gaps.setdefault(one.number, []).extend(
                [
                    (one.end_ms - 1_000, gap_ms + 17 * one.lap_number),
                    (one.end_ms + late_ms, gap_ms),
                    (one.end_ms + 3_000, gap_ms + 40 + one.lap_number),
                ]
            )
    return gaps


def off(laps, number, *, by_ms, since=1):
    """What FastF1 makes of a lap without a time: it and all after it are off by the same."""
    return [
        one
        if one.number != number or one.lap_number < since
        else replace(
            one,
            start_ms=one.start_ms + (by_ms if one.lap_number > since else 0),
            end_ms=one.end_ms + by_ms,
            lap_time_ms=None if one.lap_number == since else one.lap_time_ms,
            sector_end_ms=tuple(end_ms + by_ms for end_ms in one.sector_end_ms),
        )
        for one in laps
    ]


def ends(laps):
    return [(one.number, one.lap_number, one.start_ms, one.end_ms, one.sector_end_ms, one.position) for one in laps]


RACE = true_laps([[90_000 + 70 * row + 11 * n for n in range(LAPS)] for row in range(len(CARS))])


@pytest.mark.parametrize("number", CARS[1:])
@pytest.mark.parametrize("by_ms", [-300, -24, 3, 104, 545])
@pytest.mark.parametrize("since", [1, 3, LAPS - MIN_AGREEING + 1])
def test_a_car_that_is_off_is_put_where_its_gaps_are(number, by_ms, since):
    told = off(RACE, number, by_ms=by_ms, since=since)

    assert ends(with_official_gaps(told, told_gaps(RACE))) == ends(RACE)


@given(RACES)
def test_laps_that_agree_with_the_feed_stay(times_ms):
    laps = true_laps(times_ms)

    assert with_official_gaps(laps, told_gaps(laps)) == tuple(laps)


def test_a_leader_that_was_off_before_it_led_moves_nobody_else():
    """Car 81 is off by -24 since lap 2, and passes car 4 after lap 5."""
    times_ms = [[90_000 + 70 * row + 11 * n for n in range(LAPS)] for row in range(len(CARS))]
    times_ms[1][5] -= 5_000
    laps = true_laps(times_ms)

    assert ends(with_official_gaps(off(laps, "81", by_ms=-24, since=2), told_gaps(laps))) == ends(laps)


def test_cars_that_were_ranked_by_times_that_are_off_change_places():
    told = off(RACE, "4", by_ms=0)
    told = [
        replace(one, position={"63": 3, "1": 4}.get(one.number, one.position)) for one in off(told, "63", by_ms=-1_500)
    ]

    assert ends(with_official_gaps(told, told_gaps(RACE))) == ends(RACE)


@pytest.mark.parametrize(
    "gaps",
    [
        pytest.param({}, id="no gaps"),
        pytest.param({"81": told_gaps(RACE)["81"][: 3 * (MIN_AGREEING - 1)]}, id="too few"),
        pytest.param({"81": [(t_ms + 60_000, gap_ms) for t_ms, gap_ms in told_gaps(RACE)["81"]]}, id="not at the line"),
        pytest.param({"99": told_gaps(RACE)["81"]}, id="of nobody"),
    ],
)
def test_without_gaps_that_agree_laps_stay(gaps):
    told = off(RACE, "81", by_ms=104)

    assert with_official_gaps(told, gaps) == tuple(told)


def test_laps_that_have_no_end_or_were_made_up_stay():
    told = off(RACE, "81", by_ms=104, since=4)
    told[LAPS] = replace(told[LAPS], end_ms=None)
    told[2 * LAPS - 1] = replace(told[2 * LAPS - 1], generated=True)

    found = with_official_gaps(told, told_gaps(RACE))

    assert (found[LAPS].end_ms, found[2 * LAPS - 1].end_ms) == (None, told[2 * LAPS - 1].end_ms)
    assert found[LAPS + 4].end_ms == RACE[LAPS + 4].end_ms
