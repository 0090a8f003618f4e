"""Progress counts laps by the timing feed, and between lines follows the places."""

from dataclasses import replace

import numpy as np
import pytest

from replays.build.outline import build_outline
from replays.build.passages import (
    Passages,
    line_crossings,
    progress_at_phases,
    race_passages,
    running_maximum,
    sector_phases,
)
from replays.build.places import places_of
from tests.replays.build.sessions import (
    LAP_MS,
    START_MS,
    driven,
    lap,
    laps,
    positions,
    race_with_positions,
    session,
)


def progress_of(data):
    return progress_at_phases(data, data.positions, places_of(data.positions, build_outline(data)).phase)


def test_progress_is_the_laps_driven():
    data = race_with_positions(3, late_ms=(0, 2_000))
    t_ms = data.positions.t_ms
    racing = (t_ms >= START_MS + 10_000) & (t_ms < START_MS + 3 * LAP_MS)

    progress = progress_of(data)

    for car, late_ms in enumerate((0, 2_000)):
        assert progress[racing, car] == pytest.approx(driven(t_ms[racing], late_ms=late_ms), abs=0.005)


def test_before_lights_out_there_is_no_progress_and_on_the_grid_it_is_negative():
    data = race_with_positions(2, late_ms=(0, 2_000))
    t_ms = data.positions.t_ms

    progress = progress_of(data)

    assert np.isnan(progress[t_ms < START_MS]).all()
    assert progress[np.searchsorted(t_ms, START_MS), 1] == pytest.approx(-0.02, abs=0.005)


def test_a_car_has_a_lap_exactly_from_its_official_crossing_on():
    """The timing is half a second later than the places say."""
    data = race_with_positions(3, late_ms=(0,))
    later = tuple(replace(one, end_ms=one.end_ms + 500) for one in data.laps)
    data = replace(data, laps=later)
    t_ms = data.positions.t_ms

    progress = progress_of(data)[:, 0]

    for one in later:
        assert np.nanmax(progress[t_ms < one.end_ms]) < one.lap_number
        assert np.nanmin(progress[t_ms >= one.end_ms]) >= one.lap_number


def test_a_car_seen_a_little_back_where_the_middle_of_the_lap_begins_has_not_completed_it():
    t_ms = np.arange(0, START_MS + LAP_MS, 250)
    driven_laps = driven(t_ms, late_ms=1_000)
    rolls_back = np.where(np.arange(t_ms.size) % 2, 0.0, 0.008) * ((driven_laps > 0.28) & (driven_laps < 0.32))
    data = session(("1",), laps("1", 1, late_ms=1_000), positions=positions(t_ms, driven_laps - rolls_back))
    outline = build_outline(race_with_positions())

    progress = progress_at_phases(data, data.positions, places_of(data.positions, outline).phase)[:, 0]

    since = (t_ms >= START_MS) & (driven_laps < 0.99)
    assert progress[since] == pytest.approx(driven_laps[since], abs=0.01)


def test_a_car_that_waits_in_the_pit_lane_has_no_place_until_the_field_has_passed_it():
    t_ms = np.arange(0, START_MS + 2 * LAP_MS, 250)
    waits = np.where(t_ms < START_MS + 20_000, 0.05, (t_ms - START_MS - 15_000) / LAP_MS)
    data = session(
        ("1", "2"),
        (*laps("1", 2), *laps("2", 2, late_ms=15_000)),
        positions=positions(t_ms, driven(t_ms, late_ms=1_000), waits),
    )

    progress = progress_of(data)[:, 1]

    began = t_ms[np.flatnonzero(~np.isnan(progress))[0]]
    assert START_MS + 5_000 <= began <= START_MS + 7_500


def test_the_running_maximum_never_falls_and_keeps_what_is_unknown():
    rough = np.array([[1.0], [0.9], [np.nan], [1.2]])

    assert running_maximum(rough)[:, 0].tolist() == pytest.approx([1.0, 1.0, np.nan, 1.2], nan_ok=True)


def test_generated_laps_and_crossings_that_go_back_do_not_count():
    records = (
        lap("1", 1, 100),
        lap("1", 2, 150, generated=True),
        lap("1", 2, 90),
        lap("1", 2, 200),
        lap("1", 2, 201),
        lap("1", 3, None),
    )

    assert line_crossings(records) == {"1": [(1, 100), (2, 200)]}


def test_sectors_end_where_cars_are_at_their_times():
    data = race_with_positions()

    assert sector_phases(data, build_outline(data)) == pytest.approx((1 / 3, 2 / 3), abs=0.003)


def test_without_positions_sectors_share_the_lap_by_time_and_without_laps_evenly():
    quick_first = tuple(replace(one, sector_ms=(20_000, 30_000, 50_000)) for one in laps("1", 3))

    assert sector_phases(session(("1",), quick_first), None) == pytest.approx((0.2, 0.5))
    assert sector_phases(session(("1",), ()), None) == (1 / 3, 2 / 3)


def test_without_positions_a_car_passes_the_grid_the_sectors_and_the_lines():
    data = session(("1",), laps("1", 1))

    (way,) = race_passages(data, None, {"1": 0}, (0.25, 0.75), 4_000.0)

    assert way.t_ms.tolist() == [START_MS, START_MS + 33_333, START_MS + 66_666, START_MS + LAP_MS]
    assert way.progress.tolist() == pytest.approx([-0.002, 0.25, 0.75, 1.0])


def test_passages_say_where_a_car_was_and_when_it_was_somewhere():
    way = Passages(np.array([1_000, 2_000, 3_000]), np.array([0.0, 0.5, 0.5]))

    progress, when = way.at(np.array([999, 1_500, 2_500, 9_000]))

    assert np.isnan(progress[0])
    assert progress[1:].tolist() == [0.25, 0.5, 0.5]
    assert when.tolist() == [0, 1_500, 2_000, 2_000], "of one that stands, when it came there"
    assert way.when(np.array([0.25, 0.5, 0.6])).tolist() == pytest.approx([1_500, 2_000, np.nan], nan_ok=True)


def test_a_car_is_seen_between_places_at_most_a_second_apart():
    way = Passages(np.array([1_000, 2_000, 3_001, 3_500]), np.zeros(4))

    assert way.seen(np.array([999, 1_000, 1_999, 2_000, 3_000, 3_001, 3_499, 3_500])).tolist() == [
        *[False, True, True, False, False, True, True, False]
    ]
    assert not Passages(np.array([1_000]), np.zeros(1)).seen(np.array([1_000])).any()
    assert not Passages(np.array([], np.int64), np.zeros(0)).seen(np.array([1_000])).any()


def test_between_places_more_than_a_second_apart_the_last_one_counts():
    way = Passages(np.array([1_000, 2_001]), np.array([0.0, 0.5]))

    progress, when = way.at(np.array([2_000]))

    assert (progress.tolist(), when.tolist()) == ([0.0], [1_000])
