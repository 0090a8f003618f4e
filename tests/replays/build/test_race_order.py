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
    points, progress, passed, seen = scores(ways, held, slots or range(len(ways)), finishes or {}, t_ms)
    order = np.argsort(-points, axis=1, kind="stable")
    racing = (held != RETIRED) & (held != GRID) & ~np.isnan(progress)
    return order.tolist(), standing(order, progress, passed, seen, ways, racing)


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


SECONDS_MS = np.arange(0, 31_000, 1_000, dtype=np.int64)


def driven(*until_s):
    """A car that is seen each second and drives a hundredth of a lap in each, but stands from one to the other."""
    stands = sum((np.clip(SECONDS_MS, 1_000 * begin, 1_000 * end) - 1_000 * begin for begin, end in until_s), 0)
    return way(*(SECONDS_MS - stands) / 100_000, t_ms=SECONDS_MS)


def behind(*, leader=(), car=()):
    """The gap of a car, in seconds at each second, that drives 2 s behind the leader and stands where it does."""
    ahead = driven(*leader)
    follows = replace(driven(*car), progress=driven(*car).progress - 0.02)
    _, shown = order_of([ahead, follows], t_ms=SECONDS_MS)
    assert (shown.interval_ms[:, 1] == shown.gap_ms[:, 1]).all()
    return (shown.gap_ms[:, 1] / 1_000).tolist()


def test_a_gap_grows_while_a_car_that_is_seen_stands():
    assert behind(car=[(10, 20)])[5:] == [2.0] * 6 + [2.0 + n for n in range(1, 11)] + [12.0] * 10


def test_while_the_leader_stands_too_it_does_not():
    """As of all cars during a red flag."""
    told = behind(leader=[(8, 28)], car=[(10, 30)])

    assert told[5:28] == [2.0] * 23


def test_of_a_car_that_only_timing_lines_tell_of_it_stays_from_line_to_line():
    t_ms = np.arange(0, 300_000, 10_000, dtype=np.int64)
    ways = [
        way(0, 1, 2, 3, t_ms=[0, 90_000, 180_000, 270_000]),
        way(0, 1, 2, 3, t_ms=[2_000, 93_000, 185_000, 275_000]),
    ]

    _, shown = order_of(ways, t_ms=t_ms)

    assert shown.gap_ms[10:18, 1].tolist() == [3_000] * 8


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
