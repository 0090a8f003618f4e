import numpy as np
import pytest

from replays.simulator.circuit import PIT_LANE_OFFSET_M, demo_circuit
from replays.simulator.speed_profile import GRIP_LEVELS, speed_profiles


@pytest.fixture(scope="module")
def circuit():
    return demo_circuit()


@pytest.fixture(scope="module")
def profiles(circuit):
    return speed_profiles(circuit)


def test_it_is_about_as_long_as_real_ones(circuit):
    assert 5000 < circuit.length_m < 5800


def test_the_line_is_closed_and_evenly_spaced(circuit):
    x, y = np.append(circuit.x_m, circuit.x_m[0]), np.append(circuit.y_m, circuit.y_m[0])
    steps = np.hypot(np.diff(x), np.diff(y))

    assert np.abs(steps - circuit.step_m).max() < 0.01


def test_it_goes_round_once_clockwise(circuit):
    assert circuit.curvature.sum() * circuit.step_m == pytest.approx(-2 * np.pi, abs=1e-3)


def test_the_track_never_comes_near_itself(circuit):
    x, y = circuit.x_m[::10], circuit.y_m[::10]
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    along = np.abs(np.arange(len(x))[:, None] - np.arange(len(x)))
    along = np.minimum(along, len(x) - along)

    assert apart[along > 12].min() > 25.0


def test_it_has_long_straights_a_hairpin_and_fast_corners(circuit):
    straight = np.abs(circuit.curvature) < 1e-4
    ends = np.flatnonzero(np.diff(np.concatenate([[False], straight, [False]]).astype(int)))
    lengths = np.diff(ends)[::2] * circuit.step_m

    assert (lengths > 400).sum() >= 3
    assert np.abs(circuit.curvature).max() > 1 / 20
    assert len(circuit.corners) == 15


def test_the_pit_lane_runs_beside_the_main_straight(circuit):
    x, y = circuit.pit_path()

    assert circuit.pit_offset(0.0) == PIT_LANE_OFFSET_M
    assert np.hypot(np.diff(x), np.diff(y)).max() < 6.0
    assert abs(circuit.pit_offset(-330.0)) < 0.01


def test_places_are_the_same_a_lap_later(circuit):
    s_m = np.array([12.3, 2500.0, 5000.0])

    assert np.allclose(circuit.place(s_m, 1.5), circuit.place(s_m + 3 * circuit.length_m, 1.5), atol=1e-6)


def test_a_lap_has_the_speeds_of_a_formula_1_car(circuit, profiles):
    dry = profiles.closed[2] * 3.6

    assert 55 < dry.min() < 85
    assert 300 < dry.max() < 335
    assert 80 < (circuit.step_m / profiles.closed[2]).sum() < 100


def test_everyone_brakes_for_the_tightest_corner(circuit, profiles):
    tightest = int(np.argmax(np.abs(circuit.curvature)))

    for speed in profiles.closed:
        assert speed[tightest] < 0.5 * speed[tightest - 250]


def test_less_grip_is_slower_everywhere(profiles):
    assert len(profiles.closed) == len(GRIP_LEVELS)
    assert (np.diff(profiles.closed, axis=0) >= -1e-6).all()


def test_less_drag_is_faster_on_straights_and_nowhere_slower(profiles):
    gain = profiles.helped - profiles.closed

    assert gain.min() > -1e-6
    assert 2.0 < gain.max() < 9.0
