"""A car that was early at its last crossings is taken back by that, little by little, and by nothing yet to come."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from replays.build.outline import build_outline
from replays.build.places import Places, places_of
from replays.build.places_at_lines import COUNTS_AFTER_MS, CROSSINGS, MOST_MS, SETTLES_IN_MS, ahead_at_lines_m
from replays.loading.session_data import MISSING, SessionData
from tests.replays.build.cutting import known_at
from tests.replays.build.sessions import LAP_MS, RADIUS_M, START_MS, race_with_positions

SECTORS = (LAP_MS // 3 / LAP_MS, 2 * (LAP_MS // 3) / LAP_MS)
LAPS = 6
RACE = race_with_positions(LAPS)
OUTLINE = build_outline(RACE)
SPEED_M_PER_MS = 2 * np.pi * RADIUS_M / LAP_MS
GRAIN_M = 0.2
CAR = 1
LOOKS_AHEAD_MS = 2_000


def told(early_ms, number="2") -> SessionData:
    """The race with the official times of a car later by `early_ms` of a crossing: so early it is on the line."""
    laps, crossing = [], 0
    for lap in RACE.laps:
        if lap.number == number:
            ends = tuple(end_ms + round(early_ms(crossing + n)) for n, end_ms in enumerate(lap.sector_end_ms))
            lap, crossing = replace(lap, sector_end_ms=ends, end_ms=ends[-1]), crossing + 3
        laps.append(lap)
    return replace(RACE, laps=tuple(laps))


def ahead_m(data: SessionData, places: Places | None = None):
    places = places or places_of(data.positions, OUTLINE)
    return ahead_at_lines_m(data, OUTLINE, places, np.zeros_like(places.phase), SECTORS)


def crossings_ms(data: SessionData, number="2"):
    return [end_ms for lap in data.laps if lap.number == number for end_ms in lap.sector_end_ms]


@given(st.floats(-200, 200))
def test_who_is_always_early_is_taken_back_and_nobody_else(early_ms):
    data = told(lambda crossing: early_ms)

    found = ahead_m(data)

    settled = RACE.positions.t_ms >= crossings_ms(data)[0] + COUNTS_AFTER_MS + SETTLES_IN_MS
    driving = settled & (RACE.positions.t_ms <= crossings_ms(data)[-1])
    assert found[driving, CAR] == pytest.approx(early_ms * SPEED_M_PER_MS, abs=GRAIN_M)
    assert np.abs(found[:, 1 - CAR]).max() <= GRAIN_M
    assert (found[RACE.positions.t_ms <= crossings_ms(data)[0] + COUNTS_AFTER_MS, CAR] == 0).all()


@given(st.lists(st.floats(-250, 250), min_size=3 * LAPS, max_size=3 * LAPS))
def test_it_changes_so_little_by_little_that_nobody_sees_it(early_ms):
    found = ahead_m(told(early_ms.__getitem__))

    steps_m = np.abs(np.diff(found[:, CAR])) / np.diff(RACE.positions.t_ms)
    moving = RACE.positions.t_ms[1:] <= max(lap.end_ms for lap in RACE.laps) - 2_000
    most = 2 * 250 / SETTLES_IN_MS  # the share of its speed
    starting = RACE.positions.t_ms[1:] <= START_MS + 5_000
    assert steps_m[moving & ~starting].max() <= 1.05 * most * SPEED_M_PER_MS


def test_one_crossing_that_is_off_changes_hardly_anything():
    found = ahead_m(told(lambda crossing: 200 if crossing == CROSSINGS else 0))

    assert np.abs(found).max() <= GRAIN_M


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(-250, 250), min_size=3 * LAPS, max_size=3 * LAPS),
    st.integers(2, 3 * LAPS - 2),
    st.integers(-4_000, 4_000),
)
@example(early_ms=[10 * n for n in range(3 * LAPS)], crossing=8, after_ms=-1)
@example(early_ms=[10 * n for n in range(3 * LAPS)], crossing=8, after_ms=999)
def test_nothing_is_taken_from_what_comes_later_than_motion_may_look_ahead(early_ms, crossing, after_ms):
    data = told(early_ms.__getitem__)
    cut_ms = crossings_ms(data)[crossing] + after_ms
    then = known_at(data, cut_ms)

    whole, known = ahead_m(data), ahead_m(then)

    settled = then.positions.t_ms <= cut_ms - LOOKS_AHEAD_MS
    assert np.array_equal(whole[: len(known)][settled], known[settled])


def off_track(data: SessionData) -> SessionData:
    x_dm = data.positions.x_dm.copy()
    x_dm[:, CAR] += 300
    return replace(data, positions=replace(data.positions, x_dm=x_dm))


def unseen_at_lines(data: SessionData) -> SessionData:
    x_dm = data.positions.x_dm.copy()
    for crossed_ms in crossings_ms(data):
        x_dm[np.abs(data.positions.t_ms - crossed_ms) < 1_000, CAR] = MISSING
    return replace(data, positions=replace(data.positions, x_dm=x_dm))


EARLY = told(lambda crossing: 100)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(off_track(EARLY), id="it was off the track"),
        pytest.param(unseen_at_lines(EARLY), id="it was not seen there"),
        pytest.param(told(lambda crossing: MOST_MS + 200), id="it was somewhere else"),
        pytest.param(
            replace(EARLY, laps=tuple(replace(lap, generated=True) for lap in EARLY.laps)), id="nobody timed it"
        ),
        pytest.param(replace(EARLY, laps=()), id="there are no laps"),
        pytest.param(
            replace(EARLY, positions=replace(EARLY.positions, x_dm=np.full_like(EARLY.positions.x_dm, MISSING))),
            id="nobody is seen",
        ),
    ],
)
def test_where_nothing_tells_it_cars_stay(data):
    assert np.abs(ahead_m(data)[:, CAR]).max() <= GRAIN_M


def test_a_car_that_stands_stays():
    data = told(lambda crossing: 100)
    p = data.positions
    stands = p.t_ms >= START_MS + 4.5 * LAP_MS
    x_dm, y_dm = p.x_dm.copy(), p.y_dm.copy()
    first = int(np.flatnonzero(stands)[0])
    x_dm[stands, CAR], y_dm[stands, CAR] = x_dm[first, CAR], y_dm[first, CAR]
    stopped = replace(data, positions=replace(p, x_dm=x_dm, y_dm=y_dm))

    found = ahead_m(stopped)

    assert found[first - 20, CAR] == pytest.approx(100 * SPEED_M_PER_MS, abs=GRAIN_M)
    assert np.abs(found[p.t_ms >= p.t_ms[first] + 2_000, CAR]).max() <= 1e-9
