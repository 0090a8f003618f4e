"""A line comes near itself at crossings, hairpins and parallel straights, and nowhere else."""

import numpy as np
import pytest

from replays.build.closed_line import closed_line
from replays.build.near_parts import NO_PART, REACH_M, parts_beside
from tests.replays.build.near_circuits import figure_eight, hairpin, parallel_straights, two_rounds


def circle(radius_m):
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    return closed_line(radius_m * np.column_stack([np.cos(angle), np.sin(angle)]))


@pytest.mark.parametrize("radius_m", [60.0, 500.0])
def test_a_round_line_keeps_away_from_itself(radius_m):
    line = circle(radius_m)

    assert parts_beside(line).shape == (len(line.xy_m), 0)


def test_at_a_crossing_the_other_part_is_half_the_eight_away():
    circuit = figure_eight()
    line = closed_line(circuit.xy_m[::20])
    crossing = round(circuit.doubt_m / line.step_m)

    beside = parts_beside(line)[:, 0]

    assert beside[crossing] == pytest.approx((crossing + len(line.xy_m) // 2) % len(line.xy_m), abs=5)
    near = np.flatnonzero(beside != NO_PART)
    assert np.linalg.norm(line.xy_m[near], axis=1).max() < REACH_M + 5


@pytest.mark.parametrize(("make", "gap_m"), [(hairpin, 12.0), (parallel_straights, 15.0)])
def test_beside_a_straight_is_the_point_straight_across(make, gap_m):
    circuit = make()
    line = closed_line(circuit.xy_m[::20])
    place = round(circuit.doubt_m / line.step_m)

    across = parts_beside(line)[place, 0]

    assert np.linalg.norm(line.xy_m[place] - line.xy_m[across]) == pytest.approx(gap_m, abs=1.0)


@pytest.mark.parametrize("make", [figure_eight, hairpin, parallel_straights, two_rounds])
def test_every_part_named_is_within_reach_and_further_along_the_line_than_across(make):
    line = closed_line(make().xy_m[::20])
    beside = parts_beside(line)
    own, rank = np.nonzero(beside != NO_PART)
    far = beside[own, rank]

    across_m = np.linalg.norm(line.xy_m[own] - line.xy_m[far], axis=1)
    points = (far - own) % len(line.xy_m)
    along_m = np.minimum(points, len(line.xy_m) - points) * line.step_m

    assert own.size
    assert across_m.max() <= REACH_M + 3 * line.step_m
    assert (along_m > 1.5 * across_m).all()


def test_where_more_parts_meet_the_two_nearest_are_named():
    """A rosette of five petals: everything meets in the middle."""
    angle = np.linspace(0, np.pi, 20_000, endpoint=False)
    radius = 600 * np.sin(5 * angle)
    line = closed_line(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])[::20])

    beside = parts_beside(line)

    middle = np.linalg.norm(line.xy_m, axis=1) < 5
    assert beside.shape[1] == 2
    assert (beside[middle] != NO_PART).all()
