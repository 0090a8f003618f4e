"""Between two samples a car drives a curve at its own pace, and is never where it cannot have been."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.motion import EVENLY, Motion, Odometer, share_of_way

RADIUS_M = 60.0
MAX_GAP_MS = 1_000
KMH = 3.6


def odometer(t_ms, *speeds_kmh):
    return Odometer(np.array(t_ms), np.array(speeds_kmh, dtype=float).T)


def metres(one, begin_ms, end_ms):
    return one.read(np.array([end_ms])).metres_since(one.read(np.array([begin_ms])))[0]


def motion(t_ms, xy_m, speeds=None):
    """Of one car."""
    return Motion(np.array(t_ms), np.array(xy_m, dtype=float)[:, None, :], speeds, MAX_GAP_MS)


def at(moved, t_ms, moment):
    row = np.array([int(np.searchsorted(t_ms, moment, side="right")) - 1])
    return moved.place(row, moved.share(row, np.array([moment])))[0, 0]


def test_the_way_driven_is_the_area_under_the_speed():
    one = odometer([0, 1_000, 2_000], [36, 72, 72])

    assert metres(one, 0, 1_000)[0] == pytest.approx(15)
    assert metres(one, 500, 1_500)[0] == pytest.approx((15 + 20) / 2 / 2 + 10)


def test_nothing_is_known_of_the_way_across_a_speed_that_is_missing_or_silent_for_long():
    missing = odometer([0, 240, 480, 720], [100, np.nan, 100, 100])
    silent = odometer([0, 2_000, 4_001, 4_241], [100, 100, 100, 100])

    assert np.isnan(metres(missing, 100, 300))
    assert not np.isnan(metres(missing, 500, 700))
    assert metres(silent, 0, 2_000)[0] == pytest.approx(2 * 100 / KMH)
    assert np.isnan(metres(silent, 1_900, 2_100))
    assert np.isnan(metres(silent, 4_100, 4_300))


@given(
    st.lists(st.integers(0, 350), min_size=3, max_size=30),
    st.integers(0, 10_000),
    st.lists(st.integers(1, 7_000), min_size=2, max_size=2, unique=True),
)
def test_the_way_does_not_depend_on_what_was_before(speeds, shift, moments):
    """Bit by bit: a frame is the same however one got there."""
    t_ms = np.arange(len(speeds)) * 240
    begin, end = (min(moment, int(t_ms[-1])) for moment in sorted(moments))
    longer = Odometer(
        np.concatenate([[0], t_ms + 300 + shift]), np.concatenate([[300.0], speeds]).astype(float)[:, None]
    )

    own = metres(odometer(t_ms, speeds), begin, end)
    among_more = metres(longer, begin + 300 + shift, end + 300 + shift)

    assert own.tobytes() == among_more.tobytes()


@given(st.floats(0.5, 1.5), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_car_never_goes_back_on_its_way(pace, driven):
    share = share_of_way(np.sort(driven), np.full(len(driven), pace))

    assert (np.diff(share) >= -1e-12).all()
    assert (share >= -1e-12).all()
    assert (share <= 1 + 1e-12).all()


@given(st.floats(0.01, 3.0))
def test_the_way_begins_and_ends_at_the_samples(pace):
    assert share_of_way(np.array([0.0, 1.0]), np.full(2, pace)).tolist() == pytest.approx([0, 1])


@given(st.floats(1 - EVENLY, 1 + EVENLY), st.floats(0.0, 1.0))
def test_a_step_that_is_a_little_long_or_short_is_driven_evenly(pace, driven):
    assert share_of_way(np.array([driven]), np.array([pace])) == pytest.approx(driven)


@pytest.mark.parametrize(("pace", "share"), [(0.9, 0.25 * 0.93 + 0.07 / 28), (1.1, 0.25 * 1.07 - 0.07 / 28)])
def test_what_is_more_is_made_up_for_midway(pace, share):
    """A quarter of the way: 1/64 to 27/64 make 1/28."""
    assert share_of_way(np.array([0.25]), np.array([pace])) == pytest.approx(share)


def test_in_a_bend_a_car_stays_on_it():
    """Samples 25 m apart on a circle of 60 m: a chord cuts the corner by 1.3 m."""
    angle = np.arange(6) * 25 / RADIUS_M
    t_ms = np.arange(6) * 500
    moved = motion(t_ms, RADIUS_M * np.column_stack([np.cos(angle), np.sin(angle)]))

    for moment in (1_100, 1_250, 1_400):
        assert np.linalg.norm(at(moved, t_ms, moment)) == pytest.approx(RADIUS_M, abs=0.1)


def test_a_braking_car_is_where_its_speed_has_it_and_not_half_way():
    """From 80 to 20 m/s within a second and 50 m: half of the time is 65 % of the way."""
    t_ms = [0, 1_000, 2_000]
    slowing = odometer([0, 1_000, 2_000], [80 * KMH, 20 * KMH, 20 * KMH])
    moved = motion(t_ms, [[0, 0], [50, 0], [70, 0]], slowing)

    x, y = at(moved, t_ms, 500)

    assert (x, y) == pytest.approx((32.5, 0), abs=0.01)


def test_without_speeds_it_passes_evenly():
    t_ms = [0, 1_000, 2_000]

    assert at(motion(t_ms, [[0, 0], [50, 0], [100, 0]]), t_ms, 250) == pytest.approx((12.5, 0))


def test_a_speed_that_cannot_be_of_this_way_only_shares_it_out():
    t_ms = [0, 1_000, 2_000]
    fast = odometer([0, 1_000, 2_000], [300, 300, 300])
    moved = motion(t_ms, [[0, 0], [20, 0], [40, 0]], fast)

    assert at(moved, t_ms, 250) == pytest.approx((5, 0), abs=0.01)


def test_a_car_that_stops_in_its_box_does_not_roll_beyond_it():
    t_ms = np.arange(8) * 240
    x_m = np.array([0.0, 10, 16, 19, 20, 20, 20.1, 20])
    speeds = odometer(t_ms, [180, 120, 70, 30, 0, 0, 0, 0])
    moved = motion(t_ms, np.column_stack([x_m, np.zeros(8)]), speeds)

    seen = [at(moved, t_ms, moment)[0] for moment in range(0, 1_680, 40)]

    assert max(seen) <= 20.1 + 1e-9
    assert (np.diff(seen[:24]) >= -1e-9).all()


def test_across_a_gap_nothing_is_known():
    t_ms = [0, 1_001, 2_000]
    moved = motion(t_ms, [[0, 0], [50, 0], [100, 0]])

    assert np.isnan(at(moved, t_ms, 500)).all()
    assert not np.isnan(at(moved, t_ms, 1_500)).any()


@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), min_size=4, max_size=8),
    st.floats(0, 1),
)
def test_no_place_is_further_from_both_samples_than_they_are_from_each_other(steps, share):
    xy_m = np.cumsum(steps, axis=0)
    moved = motion(np.arange(len(xy_m)) * 240, xy_m)
    row = np.array([1])

    place = moved.place(row, np.array([[share]]))[0, 0]

    apart_m = np.linalg.norm(xy_m[2] - xy_m[1])
    assert min(np.linalg.norm(place - xy_m[1]), np.linalg.norm(place - xy_m[2])) <= apart_m + 1e-9
