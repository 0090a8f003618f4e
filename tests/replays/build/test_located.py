"""Cars are where they were seen; where nobody was seen for long, where timing has them, and that is marked."""

from dataclasses import replace

import numpy as np

from replays.build.assemble import build_replay
from replays.build.located import located
from replays.build.outline import build_outline
from replays.build.passages import sector_phases
from replays.loading.session_data import MISSING, PositionFeed, SessionData
from seasons.records import CircuitRecord
from tests.replays.build.sessions import LAP_MS, START_MS, on_circle, race_with_positions

SILENCE_MS = (START_MS + int(1.3 * LAP_MS), START_MS + int(2.2 * LAP_MS))


def with_silence(data: SessionData, begin_ms: int, end_ms: int) -> SessionData:
    """Nobody sends anything meanwhile."""
    p = data.positions
    assert p is not None
    rows = (p.t_ms <= begin_ms) | (p.t_ms >= end_ms)
    return replace(data, positions=PositionFeed(p.t_ms[rows], p.x_dm[rows], p.y_dm[rows]))


def with_drawing(data: SessionData) -> SessionData:
    x_m, y_m = on_circle(np.linspace(0, 1, 300, endpoint=False))
    return replace(data, positions=None, circuit=CircuitRecord(tuple(x_m.tolist()), tuple(y_m.tolist()), 0.0))


def found(data: SessionData):
    outline = build_outline(data)
    told_ms = None if data.positions is None else data.positions.t_ms
    return located(data, told_ms, outline, sector_phases(data, outline), mends=False)


def test_cars_that_are_seen_all_the_time_are_nowhere_estimated():
    data = race_with_positions(3)

    cars = found(data)

    assert cars.feed is data.positions
    assert cars.estimated_ms == ()
    assert cars.seen is cars.progress


def test_a_silence_of_the_whole_feed_is_filled_by_timing_and_marked():
    whole = race_with_positions(4, late_ms=(0, 2_000))
    data = with_silence(whole, *SILENCE_MS)

    cars = found(data)

    inside = [
        stretch for stretch in cars.estimated_ms if stretch[0] >= START_MS and stretch[1] <= START_MS + 4 * LAP_MS
    ]
    assert len(inside) == 1
    assert SILENCE_MS[0] - 250 <= inside[0][0] <= SILENCE_MS[0]
    silent = (cars.feed.t_ms > SILENCE_MS[0] + 1_000) & (cars.feed.t_ms < SILENCE_MS[1] - 1_000)
    assert silent.sum() > 100
    assert (cars.feed.x_dm[silent] != MISSING).all()
    assert len(cars.seen) == len(data.positions.t_ms)
    assert (np.diff(cars.progress[cars.feed.t_ms > START_MS], axis=0) >= 0).all()
    there = np.isin(whole.positions.t_ms, cars.feed.t_ms[silent])
    near = np.isin(cars.feed.t_ms, whole.positions.t_ms[there]) & silent
    away_dm = np.hypot(
        cars.feed.x_dm[near] - whole.positions.x_dm[there], cars.feed.y_dm[near] - whole.positions.y_dm[there]
    )
    assert np.median(away_dm) < 500, "cars that drive evenly are found within 50 m"


def test_real_samples_stay_what_they_are_beside_a_silence():
    data = with_silence(race_with_positions(4), *SILENCE_MS)

    cars = found(data)

    rows = np.searchsorted(cars.feed.t_ms, data.positions.t_ms)
    assert (cars.feed.t_ms[rows] == data.positions.t_ms).all()
    assert (cars.feed.x_dm[rows] == data.positions.x_dm).all()
    assert (cars.told_ms[rows] == data.positions.t_ms).all()


def test_a_hole_of_a_few_seconds_stays_a_hole():
    cars = found(with_silence(race_with_positions(3), SILENCE_MS[0], SILENCE_MS[0] + 15_000))

    assert cars.estimated_ms == ()


def test_without_positions_a_replay_says_that_they_are_estimated():
    built = build_replay(with_drawing(race_with_positions(3)))

    assert built.header["capabilities"]["positions"] == "estimated"
    quality = built.header["quality"]
    assert quality["verdict"] == "limited"
    assert quality["reasons"][0] == "there are no positions: cars are placed by timing"
    assert len(quality["estimated_ms"]) == 1
    assert {"x", "y"} <= {column.name for feed in built.feeds if feed.name == "position" for column in feed.columns}


def test_without_positions_and_without_a_drawing_there_are_no_places():
    built = build_replay(replace(race_with_positions(3), positions=None))

    assert built.header["capabilities"]["positions"] is False
    assert "position" not in {feed.name for feed in built.feeds}
    assert built.header["quality"]["reasons"][0] == "there are no positions"


def test_a_feed_that_stops_half_way_is_partial_and_says_since_when():
    whole = race_with_positions(4)
    built = build_replay(with_silence(whole, START_MS + 2 * LAP_MS, START_MS + 10 * LAP_MS))

    assert built.header["capabilities"]["positions"] == "partial"
    assert any("placed by timing there" in reason for reason in built.header["quality"]["reasons"])
