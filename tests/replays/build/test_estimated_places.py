"""Without positions cars are where the timing has them at its lines, and in between where they are expected to be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replays.build.estimated_places import STEP_MS, estimated_positions
from replays.build.expected_pace import RED_DRIVES_HOME_MS
from replays.build.outline import build_outline
from replays.build.timing_moments import Kind, timing_moments
from replays.loading.session_data import MISSING, CarFeed
from seasons.records import CarFlagRecord, CircuitRecord, TrackStatusRecord
from tests.replays.build.cutting import known_at
from tests.replays.build.sessions import LAP_MS, LENGTH_M, START_MS, lap, laps, on_circle, session

LOOKS_AHEAD_MS = 2_000
THIRDS = (1 / 3, 2 / 3)
ROUND = CircuitRecord(*(tuple(axis.tolist()) for axis in on_circle(np.arange(0, 1, 0.005))), rotation_deg=0.0)
OUTLINE = build_outline(session(("1",), (), circuit=ROUND))


def estimated(data):
    found = estimated_positions(data, OUTLINE, THIRDS)
    assert found is not None
    return found


def progress_at(data, car, *times_ms):
    feed, progress = estimated(data)
    return progress[np.searchsorted(feed.t_ms, times_ms), car]


def speeds(data, car, begin_ms, end_ms):
    """In m/s, over each step between the two moments."""
    feed, progress = estimated(data)
    rows = slice(*np.searchsorted(feed.t_ms, (begin_ms, end_ms)))
    return np.diff(progress[rows, car]) * LENGTH_M * 1000 / STEP_MS


@st.composite
def lap_tables(draw, kind="race", whole_steps=False):
    """Two or three cars with laps of any length, with pit stops, lines that were missed, flags and cars that stop.

    The first sector of a first lap has no time, as in the feed.
    """
    unit_ms = STEP_MS if whole_steps else 1
    sector = st.integers(15_000 // unit_ms, 60_000 // unit_ms).map(lambda steps: steps * unit_ms)
    numbers = ("1", "2", "3")[: draw(st.integers(2, 3))]
    made = []
    for number in numbers:
        t_ms = START_MS
        out = None if kind == "race" else draw(st.integers(START_MS, START_MS + 20_000))
        t_ms = t_ms if out is None else out
        for lap_number in range(1, draw(st.integers(1, 5)) + 1):
            sectors = tuple(draw(sector) for _ in range(3))
            ends = tuple(int(t_ms + sum(sectors[: nth + 1])) for nth in range(3))
            told = tuple(None if draw(st.integers(0, 9)) == 0 else end for end in ends[:2])
            if lap_number == 1:
                told = (None, told[1])
            comes_in = draw(st.booleans()) and draw(st.booleans())
            pit_in = ends[2] - draw(st.integers(1, 12_000)) if comes_in else None
            made.append(
                lap(
                    number,
                    lap_number,
                    ends[2],
                    start_ms=t_ms,
                    lap_time_ms=ends[2] - t_ms,
                    sector_ms=sectors,
                    sector_end_ms=(*told, ends[2]),
                    pit_in_ms=pit_in,
                    pit_out_ms=out,
                )
            )
            out = ends[2] + draw(st.integers(1_000, 14_000)) if comes_in else None
            t_ms = ends[2]
    end_ms = max(one.end_ms for one in made)
    moment = st.integers(START_MS, end_ms)
    statuses = draw(st.lists(st.tuples(moment, st.sampled_from("124567")), max_size=6, unique_by=lambda pair: pair[0]))
    stops = draw(st.lists(st.tuples(moment, st.sampled_from(numbers), st.booleans()), max_size=3))
    return session(
        numbers,
        tuple(made),
        kind,
        track_status=tuple(TrackStatusRecord(*pair) for pair in sorted(statuses)),
        car_flags=tuple(CarFlagRecord(t_ms, number, "stopped", value) for t_ms, number, value in sorted(stops)),
    )


def lines_told(data):
    return [
        (moment.car, moment.line // 3 + (0, *THIRDS)[moment.line % 3], moment.t_ms)
        for moment in timing_moments(data)
        if moment.kind == Kind.LINE
    ]


@given(data=lap_tables())
@settings(max_examples=80, deadline=None)
def test_no_line_is_passed_before_its_time_and_each_is_then(data):
    feed, progress = estimated(data)

    for car, line, t_ms in lines_told(data):
        before, since = progress[feed.t_ms < t_ms, car], progress[feed.t_ms >= t_ms, car]
        assert not (before >= line - 1e-9).any()
        assert not (since < line - 1e-9).any()


@given(data=lap_tables())
@settings(max_examples=80, deadline=None)
def test_progress_never_falls(data):
    _, progress = estimated(data)

    for way in progress.T:
        assert (np.diff(way[~np.isnan(way)]) >= -1e-9).all()


@given(data=lap_tables(whole_steps=True))
@settings(max_examples=30, deadline=None)
def test_at_its_line_a_car_is_on_it(data):
    feed, progress = estimated(data)

    for car, line, t_ms in lines_told(data):
        there = progress[np.searchsorted(feed.t_ms, t_ms), car]
        assert np.isnan(there) or there == pytest.approx(line, abs=1e-9)


@given(data=st.one_of(lap_tables(), lap_tables(kind="practice-1")), share=st.floats(0.01, 1))
@settings(max_examples=150, deadline=None)
def test_nothing_depends_on_what_timing_says_more_than_two_seconds_later(data, share):
    last_ms = max(one.end_ms for one in data.laps)
    cut_ms = START_MS + round(share * (last_ms - START_MS))
    then = estimated_positions(known_at(data, cut_ms), OUTLINE, THIRDS)
    if then is None:
        return

    feed, progress = estimated(data)
    rows = int(np.searchsorted(then[0].t_ms, cut_ms - LOOKS_AHEAD_MS))
    whole = int(np.searchsorted(feed.t_ms, then[0].t_ms[0])) if rows else 0

    np.testing.assert_array_equal(then[1][:rows], progress[whole : whole + rows])
    np.testing.assert_array_equal(then[0].x_dm[:rows], feed.x_dm[whole : whole + rows])


def test_the_cars_are_on_the_outline():
    feed, _ = estimated(session(("1", "2"), laps("1", 3) + laps("2", 3, late_ms=2_000)))

    x_m, y_m = feed.x_dm[feed.x_dm != MISSING] / 10, feed.y_dm[feed.y_dm != MISSING] / 10
    assert np.abs(np.hypot(x_m, y_m) - LENGTH_M / 2 / np.pi).max() < 1.0


def test_before_lights_out_they_stand_on_the_grid_in_its_order():
    data = session(("1", "2", "3"), laps("1", 2) + laps("2", 2) + laps("3", 2))
    feed, progress = estimated(data)
    waiting = progress[feed.t_ms <= START_MS]

    assert (waiting == waiting[0]).all()
    assert np.diff(waiting[0]) * LENGTH_M == pytest.approx(-8.0, abs=0.1)
    assert waiting[0, 0] < 0


def test_a_first_sector_that_is_timed_after_all_takes_no_car_back():
    timed = lap("1", 1, START_MS + LAP_MS + 40_000, start_ms=START_MS, sector_end_ms=(START_MS + 60_000, None, None))
    _, progress = estimated(session(("1",), (timed, lap("1", 2, START_MS + 2 * LAP_MS + 40_000))))

    known = progress[~np.isnan(progress)]
    assert (np.diff(known) >= 0).all()


def test_an_even_race_is_driven_evenly_once_its_pace_is_known():
    shown = speeds(session(("1",), laps("1", 6)), 0, START_MS + 2 * LAP_MS, START_MS + 6 * LAP_MS)

    assert np.abs(shown - LENGTH_M * 1000 / LAP_MS).max() < 0.35 * LENGTH_M * 1000 / LAP_MS


def test_a_late_car_waits_before_its_line_and_an_early_one_hurries_to_it():
    late = (*laps("1", 3), lap("1", 4, START_MS + 3 * LAP_MS + 160_000, sector_end_ms=(None, None, None)))
    line_ms = START_MS + 3 * LAP_MS

    shown = speeds(session(("1",), late), 0, line_ms + 60_000, line_ms + 150_000)

    assert shown[0] < 3.0
    assert (shown[60:] < 0.2).all()


def test_under_a_red_flag_cars_drive_slowly_and_then_stand():
    red_ms = START_MS + 2 * LAP_MS + 5_000
    end_ms = red_ms + RED_DRIVES_HOME_MS + 200_000
    data = session(
        ("1",),
        (*laps("1", 2), lap("1", 3, end_ms, start_ms=START_MS + 2 * LAP_MS, sector_end_ms=(None, None, None))),
        track_status=(TrackStatusRecord(red_ms, "5"),),
    )

    assert speeds(data, 0, red_ms + 1_000, red_ms + 20_000).max() < 0.6 * LENGTH_M * 1000 / LAP_MS
    assert (speeds(data, 0, red_ms + RED_DRIVES_HOME_MS + 500, end_ms - LOOKS_AHEAD_MS) == 0).all()


def test_in_the_pits_a_car_keeps_to_the_limit_until_it_leaves():
    comes_in = lap("1", 3, START_MS + 3 * LAP_MS, pit_in_ms=START_MS + 3 * LAP_MS - 4_000)
    goes_out = lap("1", 4, START_MS + 4 * LAP_MS + 20_000, pit_out_ms=START_MS + 3 * LAP_MS + 20_000)
    shown = speeds(
        session(("1",), (*laps("1", 2), comes_in, goes_out)), 0, START_MS + 3 * LAP_MS, goes_out.pit_out_ms - 2_000
    )

    assert shown.max() <= 80 / 3.6 + 0.1
    assert shown[-1] < 1.0


def test_a_car_that_stopped_stands_and_is_taken_away_a_minute_after_it_retired():
    stopped_ms = START_MS + 2 * LAP_MS + 10_000
    data = session(
        ("1", "2"),
        laps("1", 6) + laps("2", 2),
        car_flags=(CarFlagRecord(stopped_ms, "2", "stopped", True),),
    )
    feed, progress = estimated(data)
    since = progress[(feed.t_ms >= stopped_ms) & (feed.t_ms < stopped_ms + 120_000), 1]

    assert (since == since[0]).all()
    assert np.isnan(progress[feed.t_ms >= stopped_ms + 120_000, 1]).all()


def test_in_practice_a_car_is_nowhere_until_it_leaves_the_garage_and_soon_after_it_is_back():
    out_ms, in_ms = START_MS + 50_000, START_MS + 2 * LAP_MS - 4_000
    data = session(
        ("1",),
        (
            lap("1", 1, START_MS + LAP_MS, pit_out_ms=out_ms, start_ms=out_ms, sector_end_ms=(None, None, None)),
            lap("1", 2, START_MS + 2 * LAP_MS, pit_in_ms=in_ms),
            lap("1", 3, START_MS + 6 * LAP_MS, pit_out_ms=START_MS + 5 * LAP_MS),
        ),
        "practice-1",
    )

    seen = ~np.isnan(progress_at(data, 0, out_ms - 500, out_ms, in_ms, START_MS + 3 * LAP_MS, START_MS + 5 * LAP_MS))

    assert seen.tolist() == [False, True, True, False, True]


def test_a_car_that_sends_its_speed_goes_by_it():
    t_ms = np.arange(0, START_MS + 4 * LAP_MS, 250)
    kmh = np.where(t_ms % 20_000 < 10_000, 72, 144).astype(np.int32)[:, None]
    none = np.zeros_like(kmh)
    data = session(("1",), laps("1", 4), cars=CarFeed(t_ms, kmh, none, none, none, none, none))

    slow = speeds(data, 0, START_MS + 2 * LAP_MS + 1_000, START_MS + 2 * LAP_MS + 9_000)
    fast = speeds(data, 0, START_MS + 2 * LAP_MS + 11_000, START_MS + 2 * LAP_MS + 19_000)

    assert slow == pytest.approx(20.0, abs=0.1)
    assert fast == pytest.approx(40.0, abs=0.1)


def test_without_laps_nothing_is_estimated():
    data = session(("1",), ())

    assert estimated_positions(replace(data, circuit=ROUND), OUTLINE, THIRDS) is None
