"""Where a position feed is silent for long, and only there, estimated places fill it."""

import numpy as np

from replays.build.silences import APART_MS, SILENCE_MS, fill_silences
from replays.loading.session_data import MISSING, PositionFeed

REAL, ESTIMATED = 1, 2


def feed(t_ms, value):
    t_ms = np.asarray(t_ms, dtype=np.int64)
    places = np.full((t_ms.size, 2), value, dtype=np.int32)
    return PositionFeed(t_ms, places, places.copy())


def filled(real):
    estimate = feed(np.arange(0, 200_001, 500), ESTIMATED)
    return fill_silences(real, real.x_dm.astype(float), estimate, estimate.x_dm.astype(float))


def test_a_feed_that_stops_goes_on_estimated():
    found = filled(feed(np.arange(0, 100_000, 250), REAL))

    last_ms = 99_750
    assert found.estimated_ms == ((last_ms, 200_000),)
    assert (found.feed.x_dm[found.feed.t_ms <= last_ms] == REAL).all()
    assert (found.feed.x_dm[found.feed.t_ms > last_ms] == ESTIMATED).all()
    assert found.feed.t_ms[-1] == 200_000
    assert (found.progress == found.feed.x_dm).all()


def test_a_hole_in_the_middle_and_a_late_beginning_are_filled_and_a_short_hole_is_not():
    t_ms = np.concatenate([np.arange(50_000, 80_000, 250), np.arange(95_000, 110_000, 250), [150_000, 199_900]])
    found = filled(feed(t_ms, REAL))

    assert found.estimated_ms == ((0, 50_000), (109_750, 150_000), (150_000, 199_900))
    assert set(t_ms) <= set(found.feed.t_ms[found.feed.x_dm[:, 0] == REAL])
    guessed = found.feed.t_ms[found.feed.x_dm[:, 0] == ESTIMATED]
    assert not ((guessed > 80_000) & (guessed < 95_000)).any()
    assert np.abs(guessed[:, None] - t_ms[None, :]).min() >= APART_MS
    assert (np.diff(found.feed.t_ms) > 0).all()


def test_instants_without_any_car_are_silence_and_one_car_is_none():
    t_ms = np.arange(0, 200_001, 250)
    real = feed(t_ms, REAL)
    for axis in (real.x_dm, real.y_dm):
        axis[(t_ms > 20_000) & (t_ms < 60_000)] = MISSING
        axis[t_ms > 100_000, 1] = MISSING
    found = filled(real)

    assert found.estimated_ms == ((20_000, 60_000),)
    inside = (found.feed.t_ms > 20_000) & (found.feed.t_ms < 60_000)
    assert (found.feed.x_dm[inside] == ESTIMATED).all()
    assert (found.feed.x_dm[found.feed.t_ms > 100_000, 1] == MISSING).all()


def test_a_whole_feed_stays_as_it_is():
    real = feed(np.arange(0, 200_001, 250), REAL)
    real.x_dm[100 : 100 + (SILENCE_MS - 1_000) // 250] = MISSING
    found = filled(real)

    assert found.estimated_ms == ()
    assert (found.feed.t_ms == real.t_ms).all()
    assert (found.feed.x_dm == real.x_dm).all()
