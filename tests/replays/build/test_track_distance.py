"""Each sample's distance is that from the outline or the pit lane, whichever is nearer."""

import numpy as np
import pytest

from replays.build.outline import build_outline
from replays.build.pit_lane import MIN_PIT_SAMPLES, pit_lane_path
from replays.build.places import places_of
from replays.build.track_distance import FarSamples, far_samples, track_distances_m
from replays.loading.session_data import MISSING, PositionFeed
from tests.replays.build.sessions import RADIUS_M, START_MS, lap, on_circle, positions, race_with_positions, session


@pytest.fixture(scope="module")
def outline():
    return build_outline(race_with_positions())


def seen_at(*xy_m):
    """A feed of one instant and a car for each point."""
    x_dm, y_dm = np.rint(np.array([xy_m]) * 10).astype(np.int32).transpose(2, 0, 1)
    return PositionFeed(np.array([0]), x_dm, y_dm)


def distances(feed, outline, pit_lane):
    return track_distances_m(places_of(feed, outline), feed, pit_lane)


def test_without_a_pit_lane_it_is_the_distance_from_the_outline(outline):
    feed = seen_at((RADIUS_M, 0.0), (RADIUS_M - 30, 0.0), (0.0, RADIUS_M + 60))

    assert distances(feed, outline, None)[0].tolist() == pytest.approx([0.0, 30.0, 60.0], abs=1.0)


def test_a_car_in_the_pit_lane_is_near_it_also_between_its_samples(outline):
    lane = np.array([[RADIUS_M - 40, -60.0], [RADIUS_M - 40, 60.0]])
    feed = seen_at((RADIUS_M - 40, 0.0), (RADIUS_M - 70, 0.0), (-RADIUS_M + 40, 0.0))

    assert distances(feed, outline, lane)[0].tolist() == pytest.approx([0.0, 30.0, 40.0], abs=1.0)


def test_what_is_unknown_stays_so(outline):
    feed = seen_at((RADIUS_M, 0.0), (RADIUS_M, 0.0))
    feed.x_dm[0, 1] = MISSING

    distance_m = distances(feed, outline, np.array([[0.0, 0.0], [1.0, 0.0]]))

    assert np.isnan(distance_m[0]).tolist() == [False, True]


def test_samples_beyond_25_m_are_counted_among_the_known_ones():
    counted = far_samples(np.array([[0.0, 25.0], [25.1, np.nan], [90.0, 3.0]]))

    assert counted == FarSamples(known=5, far=2, furthest_m=90.0)
    assert counted.share == pytest.approx(0.4)


def test_of_nothing_known_nothing_is_far():
    counted = far_samples(np.full((2, 2), np.nan))

    assert counted == FarSamples(known=0, far=0, furthest_m=None)
    assert counted.share == 0.0


def pit_visit(in_ms, out_ms):
    """A car on the circle that stops at the pit entry `in_ms` and leaves `out_ms`, in laps 1 and 2."""
    end_ms = START_MS + 200_000
    t_ms = np.arange(START_MS, end_ms, 250)
    records = (lap("1", 1, START_MS + 100_000, pit_in_ms=in_ms), lap("1", 2, end_ms, pit_out_ms=out_ms))
    return session(("1",), records, positions=positions(t_ms, (t_ms - START_MS) / 100_000))


def test_the_pit_lane_is_the_way_from_entry_to_exit():
    data = pit_visit(START_MS + 90_000, START_MS + 110_000)

    path = pit_lane_path(data)

    assert path[0] == pytest.approx(np.array(on_circle(0.9)), abs=0.1)
    assert path[-1] == pytest.approx(np.array(on_circle(0.0975 + 1.0)), abs=10.0)
    assert len(path) >= MIN_PIT_SAMPLES


@pytest.mark.parametrize(("in_ms", "out_ms"), [(90_000, 91_000), (90_000, None), (None, 110_000), (10_000, 140_000)])
def test_without_a_whole_visit_of_plausible_length_there_is_no_pit_lane(in_ms, out_ms):
    since = [None if t_ms is None else START_MS + t_ms for t_ms in (in_ms, out_ms)]

    assert pit_lane_path(pit_visit(*since)) is None


def test_without_positions_there_is_no_pit_lane():
    assert pit_lane_path(session(("1",), ())) is None
