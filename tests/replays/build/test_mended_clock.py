"""The stamps of positions that are off are mended by what the cars drove, and only where that can be told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replays.build.mended_clock import BLOCK_MS, HORIZON_MS, MIN_CARS, mended_clock
from replays.loading.session_data import MISSING, CarFeed, PositionFeed

CARS = 8
STAMP_SD_MS = 50
LENGTH_M = 5_000.0


def driven_m(t_ms, car):
    """A car that goes faster and slower, each in its own time, by 30 to 70 m/s."""
    seconds = np.asarray(t_ms) / 1000
    return 50 * seconds - 20 * 12 * np.cos(seconds / 12 + car) + 40 * car


def speed_kmh(t_ms, car):
    return 3.6 * (50 + 20 * np.sin(np.asarray(t_ms) / 12_000 + car))


def circling(count, *, stamp_sd_ms=STAMP_SD_MS, lag_ms=0, cars=CARS, seed=1):
    """Feeds of cars on a round circuit, and when the positions were true."""
    chance = np.random.default_rng(seed)
    true_ms = np.cumsum(chance.integers(200, 300, count))
    stamps = np.maximum.accumulate(true_ms + np.rint(chance.normal(0, stamp_sd_ms, count)).astype(int))
    stamps = np.maximum(stamps, 0) + np.arange(count) - np.arange(count)
    stamps = np.maximum.accumulate(stamps - np.arange(count)) + np.arange(count)
    angle = np.column_stack([driven_m(true_ms, car) for car in range(cars)]) / LENGTH_M * 2 * np.pi
    radius_dm = LENGTH_M / (2 * np.pi) * 10
    positions = PositionFeed(
        stamps, np.rint(radius_dm * np.cos(angle)).astype(np.int32), np.rint(radius_dm * np.sin(angle)).astype(np.int32)
    )
    car_ms = np.arange(0, int(true_ms[-1]) + 1_000, 240)
    speeds = np.column_stack([speed_kmh(car_ms - lag_ms, car) for car in range(cars)])
    nothing = np.zeros_like(speeds, dtype=np.int32)
    return positions, CarFeed(car_ms, np.rint(speeds).astype(np.int32), *(nothing,) * 5), true_ms


def error_ms(clock, true_ms):
    """Of the steps between instants: where the whole clock stands is for its source to say."""
    return np.diff(clock.positions_ms) - np.diff(true_ms)


def test_stamps_that_are_off_are_mended_to_a_few_milliseconds():
    positions, cars, true_ms = circling(1_500)

    clock = mended_clock(positions, cars)

    assert clock.why_not == ""
    before = np.diff(positions.t_ms) - np.diff(true_ms)
    assert np.std(before) > 50
    assert np.std(error_ms(clock, true_ms)) < 3
    assert abs(np.mean(clock.positions_ms - true_ms)) < 10
    assert clock.spread_ms is not None
    assert clock.spread_ms[0] > 10 * clock.spread_ms[1]


@pytest.mark.parametrize("lag_ms", [0, 60, 120])
def test_speeds_that_are_told_late_are_taken_back(lag_ms):
    positions, cars, true_ms = circling(1_500, lag_ms=lag_ms)

    clock = mended_clock(positions, cars)

    assert clock.speed_lag_ms == pytest.approx(lag_ms, abs=10)
    assert clock.cars_ms.tolist() == (cars.t_ms - clock.speed_lag_ms).tolist()
    assert np.std(error_ms(clock, true_ms)) < 3


def test_an_even_clock_is_left_alone():
    positions, cars, _ = circling(1_000, stamp_sd_ms=0)

    clock = mended_clock(positions, cars)

    assert clock.why_not == "it is even"
    assert clock.positions_ms is positions.t_ms
    assert clock.cars_ms is cars.t_ms


def test_too_few_moving_cars_mend_nothing():
    positions, cars, _ = circling(1_000, cars=MIN_CARS - 1)

    clock = mended_clock(positions, cars)

    assert clock.why_not == "too few cars move at the same time"
    assert clock.positions_ms is positions.t_ms
    assert clock.spread_ms is None


def test_without_speeds_or_positions_there_is_nothing_to_mend():
    positions, cars, _ = circling(1_000)

    assert mended_clock(positions, None).why_not == "there are no speeds to mend it by"
    assert mended_clock(None, cars).why_not == "there are too few positions"
    assert mended_clock(None, None).positions_ms is None


def test_a_car_that_is_never_there_and_one_whose_speed_is_wrong_do_no_harm():
    positions, cars, true_ms = circling(1_500)
    positions.x_dm[:, 0] = MISSING
    positions.y_dm[:, 0] = MISSING
    cars.speed_kmh[:, 1] //= 2

    clock = mended_clock(positions, cars)

    assert np.std(error_ms(clock, true_ms)) < 3


def test_a_clock_that_jumps_stays_a_clock():
    """For some seconds all stamps are 300 ms late."""
    positions, cars, true_ms = circling(1_500)
    positions.t_ms[600:640] += 300
    stamps = np.maximum.accumulate(positions.t_ms - np.arange(1_500)) + np.arange(1_500)
    jumping = PositionFeed(stamps, positions.x_dm, positions.y_dm)

    clock = mended_clock(jumping, cars)

    assert (np.diff(clock.positions_ms) > 0).all()
    assert np.abs(error_ms(clock, true_ms))[:580].max() < 20
    assert np.abs(error_ms(clock, true_ms))[700:].max() < 20


@given(st.integers(600, 1_400))
@settings(max_examples=25, deadline=None)
def test_what_comes_later_than_the_horizon_changes_nothing(cut):
    positions, cars, _ = circling(1_500)
    whole = mended_clock(positions, cars)
    cut_ms = int(positions.t_ms[cut])
    cars_then = int(np.searchsorted(cars.t_ms, cut_ms))

    then = mended_clock(
        PositionFeed(*(getattr(positions, name)[:cut] for name in positions.__slots__)),
        CarFeed(*(getattr(cars, name)[:cars_then] for name in cars.__slots__)),
    )

    assert then.speed_lag_ms == whole.speed_lag_ms
    safe = positions.t_ms[:cut] < cut_ms - BLOCK_MS - HORIZON_MS - 1_000
    assert then.positions_ms[safe].tolist() == whole.positions_ms[:cut][safe].tolist()
