"""Where the outline comes near itself, a car is on the part it drives on, not on the one that is nearest."""

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from replays.build.closed_line import closed_line
from replays.build.outline import build_outline, position_m
from replays.build.passages import progress_at_phases
from replays.build.places import places_of
from replays.build.projection import followed_phases
from replays.loading.session_data import MISSING
from tests.replays.build.near_circuits import (
    Drive,
    drive_race,
    figure_eight,
    hairpin,
    parallel_straights,
    two_rounds,
)
from tests.replays.build.sessions import START_MS, race_with_positions

CIRCUITS = [figure_eight, hairpin, parallel_straights, two_rounds]
RIGHT_M = 5.0
NOISE_M = (1.0, 2.0)
BACK_BY_NOISE_M = 2 * NOISE_M[1] + 0.5
"""Two samples may each be wrong by the noise; the feed's decimetres and the line's points add a little."""

EXAMPLES = 50


@cache
def circuit_and_line(make):
    circuit = make()
    return circuit, closed_line(circuit.xy_m[::20])


def progress_m(make, drives, **feed):
    """Progress and true progress of the cars since lights-out, in metres, (instants, cars)."""
    circuit, line = circuit_and_line(make)
    data, truth = drive_race(circuit, drives, **feed)
    since = data.positions.t_ms >= START_MS
    progress = progress_at_phases(data, data.positions, places_of(data.positions, line).phase)
    return progress[since] * circuit.length_m, truth[since] * circuit.length_m


def lap_errors_m(phase, truth, circuit):
    return np.abs((phase - truth + 0.5) % 1.0 - 0.5) * circuit.length_m


@pytest.mark.parametrize("make", CIRCUITS)
@given(seed=st.integers(0, 2**32 - 2), beside_m=st.floats(0.0, 5.5), hole_ms=st.sampled_from([0, 1_000, 4_000]))
@example(seed=3, beside_m=5.5, hole_ms=0)
@settings(max_examples=EXAMPLES, deadline=None)
def test_progress_is_right_at_every_sample_and_goes_back_by_no_more_than_noise(make, seed, beside_m, hole_ms):
    drives = [Drive(seed, 3, beside_m, NOISE_M), Drive(seed + 1, 3, beside_m, NOISE_M)]

    progress, truth = progress_m(make, drives, hole_ms=hole_ms)

    assert np.abs(progress - truth).max() <= RIGHT_M
    assert (np.maximum.accumulate(progress, axis=0) - progress).max() <= BACK_BY_NOISE_M


@pytest.mark.parametrize("make", CIRCUITS)
@given(
    seed=st.integers(0, 2**32 - 2),
    short_of_m=st.floats(-30.0, 30.0),
    hole_ms=st.sampled_from([0, 1_000, 12_000]),
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_car_that_stands_where_another_part_is_near_stays_on_its_own(make, seed, short_of_m, hole_ms):
    circuit, _ = circuit_and_line(make)
    drive = Drive(seed, 3, 3.0, NOISE_M, stops_m=circuit.doubt_m - short_of_m)

    progress, truth = progress_m(make, [drive], hole_ms=hole_ms)

    assert np.abs(progress - truth).max() <= RIGHT_M


@pytest.mark.parametrize("make", [figure_eight, hairpin, two_rounds])
def test_the_nearest_place_would_be_wrong_by_hundreds_of_metres(make):
    """So these circuits do test what they are for."""
    circuit, line = circuit_and_line(make)
    data, truth = drive_race(circuit, [Drive(3, 6, 5.5, NOISE_M)])

    nearest, _ = line.phases(position_m(data.positions)[:, 0])

    assert lap_errors_m(nearest, truth[:, 0], circuit).max() > 100


@pytest.mark.parametrize("off_m", [-14.0, 14.0])
def test_a_car_that_drives_nearer_to_the_other_straight_is_still_on_its_own(off_m):
    """As a pit lane between two straights is."""
    circuit, line = circuit_and_line(parallel_straights)
    t_ms = np.arange(0, 60_000, 240)
    driven_m = np.interp(
        t_ms, [0, 20_000, 40_000, 60_000], [0, circuit.doubt_m, circuit.doubt_m, 0.8 * circuit.length_m]
    )
    beside_m = off_m * np.clip(1.5 - np.abs(driven_m - circuit.doubt_m) / 100, 0, 1)

    phase, _ = followed_phases(line, np.zeros_like(t_ms), t_ms, circuit.at(driven_m, beside_m))

    assert lap_errors_m(phase, driven_m / circuit.length_m, circuit).max() <= RIGHT_M


def test_a_car_whose_feed_begins_and_ends_in_doubt_is_on_the_part_whose_way_it_goes():
    circuit, line = circuit_and_line(parallel_straights)
    t_ms = np.arange(0, 6_000, 240)
    driven_m = circuit.doubt_m + 0.05 * t_ms

    phase, _ = followed_phases(line, np.zeros_like(t_ms), t_ms, circuit.at(driven_m, 7.0))

    assert lap_errors_m(phase, driven_m / circuit.length_m, circuit).max() <= RIGHT_M


def test_each_car_has_a_way_of_its_own():
    circuit, line = circuit_and_line(figure_eight)
    drives = [Drive(seed, 2, 3.0, NOISE_M) for seed in (1, 2)]
    data, _ = drive_race(circuit, drives)
    feed = data.positions
    xy_m = position_m(feed)

    together = places_of(feed, line)

    for car in (0, 1):
        phase, away_m = followed_phases(line, np.zeros_like(feed.t_ms), feed.t_ms, xy_m[:, car])
        assert together.phase[:, car].tolist() == phase.tolist()
        assert together.away_m[:, car].tolist() == away_m.tolist()


def test_on_a_circuit_that_keeps_away_from_itself_the_place_is_the_nearest():
    data = race_with_positions(2)
    outline = build_outline(data)

    places = places_of(data.positions, outline)

    nearest, away_m = outline.phases(position_m(data.positions).reshape(-1, 2))
    assert places.phase.ravel().tolist() == nearest.tolist()
    assert places.away_m.ravel().tolist() == away_m.tolist()


def test_a_car_that_sends_nothing_has_no_place():
    circuit, line = circuit_and_line(figure_eight)
    data, _ = drive_race(circuit, [Drive(1, 2), Drive(2, 2)])
    data.positions.x_dm[:, 1] = MISSING

    places = places_of(data.positions, line)

    assert np.isnan(places.phase[:, 1]).all()
    assert np.isnan(places.away_m[:, 1]).all()
    assert not np.isnan(places.phase[:, 0]).any()


@pytest.mark.parametrize("make", CIRCUITS)
def test_the_outline_of_clean_laps_is_not_smeared_where_it_comes_near_itself(make):
    circuit, line = circuit_and_line(make)
    data, _ = drive_race(circuit, [Drive(seed, 5, 2.0, NOISE_M) for seed in range(4)])

    outline = build_outline(data)

    assert outline.length_m == pytest.approx(circuit.length_m, rel=0.01)
    assert line.phases(outline.xy_m)[1].max() <= RIGHT_M
