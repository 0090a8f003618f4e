"""A car that the feed sets right, forwards or back, is led there; whatever else the feed says of it stands."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.artefact.model import MAX_GAP_MS
from replays.build.closed_line import closed_line
from replays.build.moved_places import moved_places
from replays.build.outline import DM_PER_M
from replays.build.places import ON_TRACK_M, places_of
from replays.build.steadied_places import AROUND_MS, MOST_M, steadied_m
from replays.loading.session_data import MISSING, CarFeed, PositionFeed

RADIUS_M = 800.0
ANGLE = np.linspace(0, 2 * np.pi, 600, endpoint=False)
LINE = closed_line(RADIUS_M * np.column_stack([np.cos(ANGLE), np.sin(ANGLE)]))
STEP_MS = 240
SAMPLES = 60
JUMPS_AT = 30
GRAIN_M = 0.08
"""What rounding to decimetres may be off by, in both axes."""


def speeds(kmh, until_ms):
    """A car feed of that speed, or of a speed a sample."""
    t_ms = np.arange(0, until_ms + STEP_MS, STEP_MS)
    column = np.broadcast_to(np.array(kmh, dtype=np.int32).reshape(-1, 1), (len(t_ms), 1))
    return CarFeed(t_ms, *([column] * (len(CarFeed.__slots__) - 1)))


def along(way_m, beside_m=0.0, step_ms=STEP_MS):
    """A feed of one car that was so far along the line, and beside it."""
    angle, radius_m = np.array(way_m, dtype=float) / RADIUS_M, RADIUS_M + beside_m
    axes = (radius_m * np.cos(angle), radius_m * np.sin(angle))
    x_dm, y_dm = (np.rint(axis * DM_PER_M).astype(np.int32)[:, None] for axis in axes)
    return PositionFeed(np.arange(len(angle)) * step_ms, x_dm, y_dm)


def set_right(kmh, by_m, at=JUMPS_AT, **where):
    """Places by that speed, which from the sample `at` on are `by_m` ahead."""
    step_m = kmh / 3.6 * STEP_MS / 1000
    return along([step_m * row + (by_m if row >= at else 0) for row in range(SAMPLES)], **where)


def steadied(feed, cars):
    places = places_of(feed, LINE)
    return moved_places(feed, LINE, places, steadied_m(feed, cars, LINE, places))


def ways_m(feed):
    """How far along the line each sample is."""
    return np.unwrap(np.arctan2(feed.y_dm[:, 0], feed.x_dm[:, 0])) * RADIUS_M


@given(st.integers(80, 340), st.floats(-30.0, 30.0))
def test_a_car_that_is_set_right_is_led_there_in_four_seconds(kmh, by_m):
    feed = set_right(kmh, by_m)

    found = steadied(feed, speeds(kmh, feed.t_ms[-1]))

    own_m = kmh / 3.6 * STEP_MS / 1000
    more_m = np.diff(ways_m(found.feed)) - own_m
    most_m = abs(by_m) * STEP_MS / (2 * AROUND_MS)
    assert np.abs(more_m).max() <= most_m + 2 * GRAIN_M
    assert more_m.sum() == pytest.approx(by_m, abs=2 * GRAIN_M)
    away_ms = np.abs(feed.t_ms - feed.t_ms[JUMPS_AT])
    stays = away_ms > AROUND_MS + STEP_MS
    assert np.abs(found.moved_m[stays]).max() < GRAIN_M
    assert np.array_equal(found.feed.t_ms, feed.t_ms)


@given(st.integers(80, 340), st.floats(-30.0, 30.0), st.floats(-ON_TRACK_M + 1, ON_TRACK_M - 1))
def test_it_is_led_along_the_line_and_keeps_beside_it(kmh, by_m, beside_m):
    feed = set_right(kmh, by_m, beside_m=beside_m)

    found = steadied(feed, speeds(kmh, feed.t_ms[-1]))

    radius_m = np.hypot(found.feed.x_dm, found.feed.y_dm) / DM_PER_M
    assert np.abs(radius_m - RADIUS_M - beside_m).max() <= 0.6  # by the line's chord the way round is a little shorter
    phase = places_of(found.feed, LINE).phase
    off = (found.places.phase - phase + 0.5) % 1.0 - 0.5
    assert np.abs(off * LINE.length_m).max() <= 0.6


@given(st.integers(80, 300), st.floats(0.97, 1.03))
def test_a_speed_that_is_wrong_by_a_share_moves_nothing(kmh, share):
    feed = set_right(kmh * share, by_m=0.0)

    found = steadied(feed, speeds(kmh, feed.t_ms[-1]))

    assert np.abs(found.moved_m).max() <= 2 * GRAIN_M


@given(st.integers(60, 340), st.lists(st.tuples(st.integers(1, SAMPLES - 1), st.floats(-55.0, 55.0)), max_size=6))
def test_a_car_that_drives_never_goes_back_however_often_it_is_set_right(kmh, jumps):
    step_m = np.full(SAMPLES - 1, kmh / 3.6 * STEP_MS / 1000)
    more_m = np.zeros(SAMPLES - 1)
    for at, by_m in jumps:
        more_m[at - 1] += by_m
    feed = along(np.concatenate([[0.0], np.cumsum(step_m + more_m)]))

    found = steadied(feed, speeds(kmh, feed.t_ms[-1]))

    led = np.abs(more_m) < MOST_M - 1
    assert (np.diff(ways_m(found.feed))[led] >= -2 * GRAIN_M).all()


@given(st.integers(AROUND_MS // STEP_MS + 4, SAMPLES - 2), st.floats(-30.0, 30.0))
def test_nothing_is_moved_by_what_comes_later_than_motion_may_look_ahead(rows, by_m):
    feed, cars = set_right(250, by_m), speeds(250, SAMPLES * STEP_MS)
    then = PositionFeed(feed.t_ms[:rows], feed.x_dm[:rows], feed.y_dm[:rows])

    whole, known = steadied(feed, cars).feed, steadied(then, cars).feed

    settled = then.t_ms + AROUND_MS <= then.t_ms[-1]
    assert settled.sum() >= 3
    assert np.array_equal(known.x_dm[settled], whole.x_dm[:rows][settled])
    assert np.array_equal(known.y_dm[settled], whole.y_dm[:rows][settled])


def test_samples_that_are_missing_stay_so_and_do_not_hinder():
    feed = set_right(300, by_m=-15.0)
    holes = feed.x_dm.copy()
    holes[[10, 29, 31, 33]] = MISSING
    holed = replace(feed, x_dm=holes, y_dm=np.where(holes == MISSING, MISSING, feed.y_dm))

    found = steadied(holed, speeds(300, feed.t_ms[-1])).feed

    assert np.flatnonzero(found.x_dm[:, 0] == MISSING).tolist() == [10, 29, 31, 33]
    assert np.array_equal(found.x_dm == MISSING, found.y_dm == MISSING)
    known = found.x_dm[:, 0] != MISSING
    way_m = ways_m(PositionFeed(found.t_ms[known], found.x_dm[known], found.y_dm[known]))
    assert (np.diff(way_m) / np.diff(found.t_ms[known]) * 3_600 > 250).all()


@pytest.mark.parametrize(
    ("feed", "kmh"),
    [
        pytest.param(along([0.0] * JUMPS_AT + [5.0] * 30), 0, id="it stands"),
        pytest.param(set_right(15, 5.0), 15, id="it creeps"),
        pytest.param(set_right(300, MOST_M + 20), 300, id="it was somewhere else"),
        pytest.param(set_right(300, 15.0, beside_m=ON_TRACK_M + 8), 300, id="it is off the track"),
        pytest.param(
            set_right(300, 15.0, step_ms=MAX_GAP_MS + 1), 300 * STEP_MS // (MAX_GAP_MS + 1), id="samples are rare"
        ),
        pytest.param(set_right(300, 15.0), int(MISSING), id="its speed is not known"),
    ],
)
def test_what_speeds_cannot_tell_stays_where_the_feed_has_it(feed, kmh):
    found = steadied(feed, speeds(kmh, feed.t_ms[-1]))

    assert np.abs(found.moved_m).max() <= GRAIN_M
    assert np.abs(found.feed.x_dm - feed.x_dm).max() <= 1
    assert np.abs(found.feed.y_dm - feed.y_dm).max() <= 1


def test_a_car_that_stops_is_not_led_past_where_it_stands():
    """It is set back as it comes to rest: what is left of the way is made on the way, and standing it does not move."""
    kmh = np.clip(200 - 10 * np.arange(SAMPLES), 0, None)
    way_m = np.concatenate([[0.0], np.cumsum((kmh[1:] + kmh[:-1]) / 2 / 3.6 * STEP_MS / 1000)])
    way_m[17:] -= 4.0
    feed = along(way_m)

    found = steadied(feed, speeds(kmh, feed.t_ms[-1])).feed

    standing = kmh == 0
    assert np.array_equal(found.x_dm[standing], feed.x_dm[standing])
    assert ways_m(found)[~standing].max() <= way_m[~standing].max() + GRAIN_M
