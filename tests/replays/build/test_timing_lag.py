"""Official times that come late are known by fast cars, which are further beyond a line then than slow ones."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replays.build.mended_clock import Clock, mended_clock
from replays.build.timing_lag import MAX_LAG_MS, MIN_CROSSINGS, on_official_clock, timing_lag_ms
from replays.loading.session_data import MISSING, PositionFeed, SessionData
from tests.replays.build.sessions import car_feed, lap, session

LENGTH_M = 5_000.0
LINES_M = (1_400.0, 3_300.0, LENGTH_M)
STEP_MS = 240
LAPS = 12
FAST, SLOW = 80.0, 25.0


def race(lag_ms: int = 0, *, m_per_s=(FAST, SLOW), cars: int = 4, seed: int = 1) -> SessionData:
    """Cars that drive each lap at a speed of its own, of which the official times are told so late."""
    chance = np.random.default_rng(seed)
    numbers = tuple(str(n) for n in range(1, cars + 1))
    speeds = chance.uniform(*sorted(m_per_s), (cars, LAPS))
    t_ms = np.arange(0, int(1000 * LENGTH_M / speeds.min() * LAPS), STEP_MS)
    way_m = np.stack([way_at(t_ms, own) for own in speeds], axis=1)
    angle = way_m / LENGTH_M * 2 * np.pi
    radius_dm = LENGTH_M / (2 * np.pi) * 10
    feed = PositionFeed(
        t_ms, np.rint(radius_dm * np.cos(angle)).astype(np.int32), np.rint(radius_dm * np.sin(angle)).astype(np.int32)
    )
    laps = tuple(
        one for number, own in zip(numbers, speeds, strict=True) for one in laps_of(number, own, lag_ms=lag_ms)
    )
    return session(numbers, laps, positions=feed)


def ends_ms(speeds):
    """When each lap ends, the first of them 0."""
    return np.concatenate([[0.0], np.cumsum(1000 * LENGTH_M / speeds)])


def way_at(t_ms, speeds):
    return np.interp(t_ms, ends_ms(speeds), LENGTH_M * np.arange(LAPS + 1))


def laps_of(number, speeds, *, lag_ms):
    for n, (began_ms, speed) in enumerate(zip(ends_ms(speeds)[:-1], speeds, strict=True), start=1):
        ends = tuple(round(began_ms + 1000 * way_m / speed) + lag_ms for way_m in LINES_M)
        yield lap(number, n, ends[-1], sector_end_ms=ends)


def first_samples(count: int) -> PositionFeed:
    feed = race(220).positions
    return PositionFeed(feed.t_ms[:count], feed.x_dm[:count], feed.y_dm[:count])


@settings(max_examples=20)
@given(st.integers(1, MAX_LAG_MS - 20), st.integers(0, 99))
def test_the_lag_is_found(lag_ms, seed):
    assert timing_lag_ms(race(lag_ms, seed=seed)) == pytest.approx(lag_ms, abs=4)


def test_cars_whose_positions_or_times_are_off_and_those_elsewhere_hardly_matter():
    data = race(220)
    x_dm = data.positions.x_dm.copy()
    x_dm[::7, 2] += 3_000
    x_dm[::9, 1] = MISSING
    laps = tuple(
        replace(one, sector_end_ms=tuple(end_ms + 35 for end_ms in one.sector_end_ms)) if one.number == "4" else one
        for one in data.laps
    )

    found = timing_lag_ms(replace(data, laps=laps, positions=replace(data.positions, x_dm=x_dm)))

    assert found == pytest.approx(220, abs=20)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(race(0), id="there is none"),
        pytest.param(race(-150), id="nobody tells a time before it"),
        pytest.param(race(MAX_LAG_MS + 300), id="so late is something else"),
        pytest.param(race(220, m_per_s=(70.0, 70.2)), id="all are alike fast"),
        pytest.param(replace(race(220), positions=None), id="no positions"),
        pytest.param(replace(race(220), positions=first_samples(1)), id="one position"),
        pytest.param(replace(race(220), positions=first_samples(0)), id="a feed that is empty"),
        pytest.param(replace(race(220), laps=()), id="no laps"),
        pytest.param(replace(race(220), laps=race(220).laps[: MIN_CROSSINGS // 3]), id="too few crossings"),
        pytest.param(
            replace(
                race(220), positions=replace(race(220).positions, x_dm=np.full_like(race().positions.x_dm, MISSING))
            ),
            id="nobody is seen",
        ),
    ],
)
def test_what_cannot_be_told_is_none(data):
    assert timing_lag_ms(data) == 0


def test_the_whole_telemetry_is_moved():
    told = race(220)
    speeds = car_feed(told.positions.t_ms, np.full_like(told.positions.x_dm, 200))
    told = replace(told, cars=speeds)

    clock = on_official_clock(Clock(told.positions.t_ms, speeds.t_ms, "it is even"), told)

    assert clock.timing_lag_ms == pytest.approx(220, abs=4)
    assert np.array_equal(clock.positions_ms, told.positions.t_ms + clock.timing_lag_ms)
    assert np.array_equal(clock.cars_ms, speeds.t_ms + clock.timing_lag_ms)


def test_without_a_lag_the_clock_stays_as_it_is():
    clock = mended_clock(race(0).positions, None)

    assert on_official_clock(clock, race(0)) is clock
    assert on_official_clock(Clock(None, None), session(("1",), ())) == Clock(None, None)
