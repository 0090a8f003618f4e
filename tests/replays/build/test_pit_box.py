"""When a car stands, by its speed or else by its places."""

from math import inf

import numpy as np
import pytest

from replays.build.pit_box import standstill
from replays.loading.session_data import MISSING, PositionFeed
from tests.replays.build.sessions import car_feed, laps, session

SECOND_MS = 1_000


def race(**feeds):
    return session(("1", "2"), (*laps("1", 1), *laps("2", 1)), **feeds)


def by_speed(*speeds_kmh):
    """Car 2 with a sample a second; car 1 stands."""
    t_ms = np.arange(len(speeds_kmh)) * SECOND_MS
    return standstill(race(cars=car_feed(t_ms, [(0, speed) for speed in speeds_kmh])), "2")


def at(x_dm, *, step_ms=250):
    """The feed of car 2, which is there at each step; car 1 sends nothing."""
    x = np.array([(MISSING, one) for one in x_dm], dtype=np.int32)
    return PositionFeed(np.arange(len(x_dm), dtype=np.int64) * step_ms, x, np.where(x == MISSING, MISSING, 7))


def test_a_car_stands_from_its_first_sample_without_speed_to_the_next_with_some():
    assert list(by_speed(80, 1, 0, 0, 30, 80, 0).changes(0, inf)) == [(1_000, True), (4_000, False), (6_000, True)]


def test_only_the_samples_of_the_visit_count():
    still = by_speed(0, 0, 0, 50, 0)

    assert list(still.changes(1_500, 4_000)) == [(2_000, True), (3_000, False)]
    assert list(still.changes(2_001, 3_000)) == []


def test_a_feed_that_falls_silent_says_no_more():
    assert list(by_speed(80, 0, MISSING, MISSING, 0, 60).changes(0, inf)) == [(1_000, True), (5_000, False)]


def test_without_car_data_a_car_stands_a_second_after_it_came_to_its_place():
    still = standstill(race(positions=at([0, 40, 80, 120, 121, 120, 121, 120, 121, 180, 240])), "2")

    assert list(still.changes(0, inf)) == [(7 * 250, True), (9 * 250, False)]


def test_places_far_apart_in_time_tell_nothing():
    assert list(standstill(race(positions=at([5, 5, 5], step_ms=3_000)), "2").changes(0, inf)) == []


@pytest.mark.parametrize("feeds", [{}, {"positions": at([0] * 9)}, {"cars": car_feed([0, 1], [(MISSING, 0)] * 2)}])
def test_of_a_car_without_feeds_nothing_is_told(feeds):
    assert list(standstill(race(**feeds), "1").changes(0, inf)) == []


def test_a_car_without_speeds_is_judged_by_its_places():
    data = race(cars=car_feed([0, 1], [(80, MISSING)] * 2), positions=at([0] * 9))

    assert list(standstill(data, "2").changes(0, inf)) == [(1_000, True)]
