"""The timing feed, through the build of a whole replay."""

from dataclasses import replace

import numpy as np
import pytest

from replays.build.assemble import build_replay
from replays.build.timing import stored_progress
from replays.columns import STATUSES
from tests.replays.build.sessions import LAP_MS, START_MS, entry, lap, laps, positions, race_with_positions, session
from tests.replays.made_feeds import timeline, value

END_MS = START_MS + 3 * LAP_MS


def race_by_timing(**changes):
    return session(("1", "2"), (*laps("1", 3), *laps("2", 3, late_ms=1_500)), **changes)


@pytest.mark.parametrize("data", [race_by_timing(), race_with_positions(3, late_ms=(0, 1_500))], ids=["timing", "all"])
def test_at_the_line_lap_position_and_gap_are_those_of_the_timing(data):
    played = timeline(build_replay(data))

    for lap_number in (1, 2):
        line_ms = START_MS + lap_number * LAP_MS + 1_500
        before, at = played.sample(line_ms - 1), played.sample(line_ms)
        assert [value(before, "lap", 1), value(at, "lap", 1)] == [lap_number, lap_number + 1]
        assert [value(at, "position", car) for car in (0, 1)] == [1, 2]
        assert value(at, "gap", 1) == 1_500
        assert value(at, "interval", 1) == 1_500
        assert value(at, "gap", 0) == 0
        assert value(at, "interval", 0) is None


def test_gaps_are_told_at_least_once_a_second():
    timing = build_replay(race_with_positions()).feeds[-1]

    assert timing.name == "timing"
    assert np.diff(timing.t_ms).max() <= 1_000


def test_an_overtake_between_the_lines_shows_when_it_happens():
    """Car 2 starts 2 s behind and drives half the first lap faster."""
    t_ms = np.arange(0, START_MS + 2 * LAP_MS + 5_000, 250)
    leader = (np.maximum(t_ms, START_MS) - START_MS) / LAP_MS
    hunter = leader - 0.02 + np.clip((t_ms - START_MS - 30_000) / 10_000, 0, 1) * 0.04
    data = session(
        ("1", "2"), (*laps("1", 2), *laps("2", 2, late_ms=-2_000)), positions=positions(t_ms, leader, hunter)
    )
    played = timeline(build_replay(data))

    order = [value(played.sample(START_MS + s * 1_000), "position", 1) for s in (10, 33, 37, 50)]

    assert order == [2, 2, 1, 1]


def test_at_the_end_the_order_is_the_classification_whatever_the_road_said():
    data = race_with_positions(3, late_ms=(0, 1_500))
    penalised = replace(data, entries=(entry("1", grid=1, position=2), entry("2", grid=2, position=1)))
    played = timeline(build_replay(penalised))

    assert value(played.sample(END_MS + 1_499), "position", 0) == 1
    assert value(played.sample(END_MS + 1_500), "position", 0) == 2


@pytest.mark.parametrize("data", [race_by_timing(), race_with_positions(3, late_ms=(0, 1_500))], ids=["timing", "all"])
def test_at_the_end_the_gaps_are_the_classifications_penalties_included(data):
    """Car 1 was first on the road and has 5 s added."""
    entries = (
        entry("1", grid=1, position=2, race_time_ms=3_500),
        entry("2", grid=2, position=1, race_time_ms=3 * LAP_MS + 1_500),
    )
    played = timeline(build_replay(replace(data, entries=entries)))

    on_the_road, classified = played.sample(END_MS + 1_499), played.sample(END_MS + 1_500)
    assert [value(on_the_road, "gap", car) for car in (0, 1)] == [0, pytest.approx(1_500, abs=20)]
    assert [value(classified, "gap", car) for car in (0, 1)] == [3_500, 0]
    assert [value(classified, "interval", car) for car in (0, 1)] == [3_500, None]


def test_where_the_classification_has_no_time_the_gap_is_that_of_the_line():
    entries = (entry("1", grid=1, position=1, race_time_ms=3 * LAP_MS), entry("2", grid=2, position=2))
    played = timeline(build_replay(race_by_timing(entries=entries)))

    assert value(played.sample(END_MS + 1_500), "gap", 1) == 1_500
    assert value(played.sample(END_MS + 1_500), "interval", 1) == 1_500


def test_without_positions_progress_comes_from_the_timing_lines():
    replay = build_replay(race_by_timing())
    played = timeline(replay)

    assert [feed.name for feed in replay.feeds] == ["timing"]
    assert value(played.sample(START_MS + LAP_MS - 1), "progress", 0) == pytest.approx(66_660, abs=10)
    assert value(played.sample(START_MS + LAP_MS), "progress", 0) == 100_000
    assert replay.header["capabilities"]["positions"] is False


def test_before_and_after_the_race_the_statuses_are_grid_and_finished():
    played = timeline(build_replay(race_by_timing()))

    shown = [
        [STATUSES[status] for status in played.sample(t)["status"]] for t in (START_MS - 1, START_MS, END_MS + 1_500)
    ]

    assert shown == [["grid"] * 2, ["on_track"] * 2, ["finished"] * 2]


def test_a_practice_is_ordered_by_best_laps_and_has_no_progress():
    data = session(
        ("1", "2"),
        (lap("1", 1, START_MS + LAP_MS), lap("2", 1, START_MS + LAP_MS, lap_time_ms=99_000)),
        kind="practice-1",
    )
    replay = build_replay(data)
    played = timeline(replay)

    assert [value(played.sample(START_MS + LAP_MS), "position", car) for car in (0, 1)] == [2, 1]
    assert value(played.sample(START_MS + LAP_MS), "gap", 0) == 1_000
    assert "progress" not in [column.name for feed in replay.feeds for column in feed.columns]
    assert replay.header["lights_out_ms"] is None


def test_stored_progress_is_rounded_down_so_that_no_line_is_reached_early():
    assert stored_progress(np.array([0.99999, 1.0, -0.00251, 1 / 3])).tolist() == [9_999, 10_000, -26, 3_333]


def test_a_session_without_a_moment_is_no_replay():
    with pytest.raises(ValueError, match="no moment to play"):
        build_replay(replace(session(("1",), ()), positions=positions([START_MS], [0.0])))
