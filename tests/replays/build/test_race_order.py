"""Order and gaps of a race, from the ways of its cars."""

from dataclasses import replace

import numpy as np

from replays.build.passages import Passages
from replays.build.race_order import grid_slots, official_order, scores, standing
from replays.build.states import GRID, NONE, ON_TRACK, RETIRED
from tests.replays.build.sessions import entry, session

T_MS = np.array([0, 10_000, 20_000, 30_000], dtype=np.int64)


def way(*progress, t_ms=T_MS):
    return Passages(np.array(t_ms, dtype=np.int64), np.array(progress, dtype=np.float64))


def order_of(ways, status=ON_TRACK, *, slots=None, finishes=None, t_ms=T_MS):
    """The cars from first to last at each time, and the standing."""
    held = np.broadcast_to(np.asarray(status, dtype=np.int32), (t_ms.size, len(ways)))
    points, progress, passed = scores(ways, held, slots or range(len(ways)), finishes or {}, t_ms)
    order = np.argsort(-points, axis=1, kind="stable")
    racing = (held != RETIRED) & (held != GRID) & ~np.isnan(progress)
    return order.tolist(), standing(order, progress, passed, ways, racing)


def test_who_is_further_along_is_ahead():
    order, _ = order_of([way(0, 0.2, 0.5, 0.9), way(0, 0.1, 0.6, 0.8)])

    assert order == [[0, 1], [0, 1], [1, 0], [0, 1]]


def test_of_two_cars_at_the_same_line_the_earlier_is_ahead():
    order, _ = order_of([way(0, 1, t_ms=[0, 9_999]), way(0, 1, t_ms=[0, 9_998])])

    assert order[1] == [1, 0]


def test_before_lights_out_the_order_is_the_grid():
    order, _ = order_of([way(0, 1, 2, 3), way(0, 0.9, 1.9, 2.9)], GRID, slots=[1, 0])

    assert order == [[1, 0]] * 4


def test_a_car_that_retired_is_behind_all_that_run_but_keeps_its_place_among_those_that_retired():
    ways = [way(0, 5, 5, 5), way(0, 3, 3, 3), way(0, 1, 2, 4)]

    order, shown = order_of(ways, [RETIRED, RETIRED, ON_TRACK])

    assert order[3] == [2, 0, 1]
    assert shown.gap_ms[3].tolist() == [NONE, NONE, 0]


def test_a_car_of_which_nothing_is_known_is_behind_those_on_track():
    order, _ = order_of([way(t_ms=[]), way(0, 1, 2, 3)])

    assert order == [[1, 0]] * 4


def test_a_car_at_the_flag_keeps_the_laps_and_the_time_it_had_there():
    ways = [way(0, 1, 2, 2.4), way(0, 0.9, 1.9, 2.6)]

    order, _ = order_of(ways, finishes={0: (2, 20_000), 1: (2, 25_000)})

    assert order[3] == [0, 1]


def test_a_gap_is_how_long_ago_the_leader_was_here():
    ways = [way(0, 1, 2, 3), way(-0.5, 0.5, 1.5, 2.5), way(-0.75, 0.25, 1.25, 2.25)]

    _, shown = order_of(ways)

    assert shown.position[2].tolist() == [1, 2, 3]
    assert shown.gap_ms[2].tolist() == [0, 5_000, 7_500]
    assert shown.interval_ms[2].tolist() == [NONE, 5_000, 2_500]


def test_where_the_leader_never_was_there_is_no_gap():
    _, shown = order_of([way(0, 1, 2, 3), way(-0.5, -0.5, -0.5, -0.5)])

    assert shown.gap_ms[0].tolist() == [0, NONE]


def test_the_grid_ends_with_those_whose_place_is_unknown_and_then_the_pit_lane():
    entries = (entry("1", grid=0), entry("2"), entry("3", grid=2), entry("4", grid=1))

    slots = grid_slots(replace(session((), ()), entries=entries))

    assert sorted(slots, key=slots.__getitem__) == ["4", "3", "2", "1"]


def test_the_official_order_is_the_classification_with_the_unplaced_last():
    entries = (entry("1"), entry("2", position=2), entry("3", position=1))

    assert official_order(replace(session((), ()), entries=entries)) == [2, 1, 0]
    assert official_order(session(("1",), ())) is None
