"""Cars that drive on are not sent back when the feed sets right where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.artefact.model import MAX_GAP_MS
from replays.build.reversals import without_reversals
from replays.loading.session_data import MISSING, CarFeed, PositionFeed

STEP_MS = 240
SAMPLES = 30
BEND = np.arange(40) / 5


def speeds(kmh, until_ms):
    t_ms = np.arange(0, until_ms + STEP_MS, STEP_MS)
    column = np.full((len(t_ms), 1), kmh, dtype=np.int32)
    return CarFeed(t_ms, *([column] * (len(CarFeed.__slots__) - 1)))


def along(x_m, y_m=None):
    """A feed of one car at these places."""
    y_m = np.zeros(len(x_m)) if y_m is None else y_m
    x_dm, y_dm = (np.rint(np.array(axis, dtype=float) * 10).astype(np.int32)[:, None] for axis in (x_m, y_m))
    return PositionFeed(np.arange(len(x_m)) * STEP_MS, x_dm, y_dm)


def set_right(kmh, at, by_m):
    """Places by that speed, which from the sample `at` on are `by_m` further back."""
    step_m = kmh / 3.6 * STEP_MS / 1000
    return along([step_m * row - (by_m if row >= at else 0) for row in range(SAMPLES)])


@given(st.integers(80, 340), st.integers(8, SAMPLES - 4), st.floats(0.0, 0.4))
def test_a_car_that_is_set_right_goes_on(kmh, at, back_s):
    by_m = kmh / 3.6 * back_s
    feed = set_right(kmh, at, by_m)

    kept, left_out = without_reversals(feed, speeds(kmh, feed.t_ms[-1]))

    known = kept.x_dm[:, 0] != MISSING
    assert left_out == (~known).sum()
    assert (np.diff(kept.x_dm[known, 0]) >= -5).all()  # 0.5 m is noise
    assert (np.diff(kept.t_ms[known]) <= MAX_GAP_MS).all()
    assert known[at:].all()
    assert (kept.x_dm[known] == feed.x_dm[known]).all()
    assert (kept.y_dm == MISSING).tolist() == (kept.x_dm == MISSING).tolist()


def test_the_places_before_were_too_far_ahead_until_half_the_speed_will_do():
    feed = set_right(300, at=10, by_m=25)  # 20 m a step: it goes back by 5 m

    kept, left_out = without_reversals(feed, speeds(300, feed.t_ms[-1]))

    # Of 60 m driven since sample 7 35 m are left, of 40 m since sample 8 no more than 15.
    assert left_out == 2
    assert np.flatnonzero(kept.x_dm[:, 0] == MISSING).tolist() == [8, 9]


def test_two_steps_back_are_left_out_together():
    x_m = [20 * row for row in range(10)] + [176, 172, 190, 210, 230]

    kept, _ = without_reversals(along(x_m), speeds(300, 15 * STEP_MS))

    assert np.flatnonzero(kept.x_dm[:, 0] == MISSING).tolist() == [8, 9, 10]


@pytest.mark.parametrize(
    ("places", "kmh"),
    [
        pytest.param(along([5 * row for row in range(10)] + [43, 42, 46, 50]), 20, id="it drives too slowly to tell"),
        pytest.param(
            along([20 * row for row in range(10)] + [180 - 20 * row for row in range(1, 10)]),
            300,
            id="it has turned round",
        ),
        pytest.param(set_right(300, 12, by_m=300), 300, id="it was taken elsewhere"),
        pytest.param(set_right(300, 12, by_m=-15), 300, id="it was too far behind"),
        pytest.param(
            along([100 * np.cos(r / 5) for r in range(40)], [100 * np.sin(r / 5) for r in range(40)]), 300, id="bend"
        ),
    ],
)
def test_everything_else_is_kept(places, kmh):
    kept, left_out = without_reversals(places, speeds(kmh, places.t_ms[-1]))

    assert left_out == 0
    assert kept is places


def test_without_speeds_nobody_can_tell():
    feed = set_right(300, 10, by_m=25)
    assert without_reversals(feed, None) == (feed, 0)
