"""A sample to which a car would have had to leap is none."""

import numpy as np

from replays.build.outliers import without_outliers
from replays.loading.session_data import MISSING, PositionFeed


def feed(*x_m, step_ms=240):
    x_dm = np.array([[MISSING if x is None else round(x * 10)] for x in x_m], dtype=np.int32)
    return PositionFeed(np.arange(len(x_m)) * step_ms, x_dm, np.where(x_dm == MISSING, MISSING, 0).astype(np.int32))


def test_a_leap_and_back_is_left_out():
    kept, outliers = without_outliers(feed(0, 20, 400, 60, 80))

    assert outliers == 1
    assert kept.x_dm[:, 0].tolist() == [0, 200, MISSING, 600, 800]
    assert kept.y_dm[2, 0] == MISSING


def test_the_fastest_cars_and_the_worst_stamps_are_no_leaps():
    samples = feed(0, 45, 50, 97, 120)

    kept, outliers = without_outliers(samples)

    assert outliers == 0
    assert kept is samples


def test_a_car_that_is_taken_elsewhere_and_stays_there_has_not_leapt():
    _, outliers = without_outliers(feed(0, 20, 40, 5_000, 5_020, 5_040))

    assert outliers == 0


def test_samples_beside_a_hole_are_kept():
    _, outliers = without_outliers(feed(0, None, 500, None, 40))

    assert outliers == 0
