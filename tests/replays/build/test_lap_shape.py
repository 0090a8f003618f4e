"""A lap takes its time in the corners."""

import numpy as np
import pytest

from replays.build.lap_shape import lap_shape, sector_phases_by_time
from replays.build.outline import build_outline
from seasons.records import CircuitRecord
from tests.replays.build.sessions import laps, session


def outline_of(x_m, y_m):
    drawing = CircuitRecord(tuple(x_m.tolist()), tuple(y_m.tolist()), rotation_deg=0.0)
    return build_outline(session(("1",), (), circuit=drawing))


@pytest.fixture(scope="module")
def oval():
    """Two straights of 1,000 m and two hairpins of 30 m radius; begins amid a straight."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, 25)
    x = np.concatenate([np.arange(0, 500, 10), 500 + 30 * np.cos(turn), np.arange(490, -500, -10)])
    y = np.concatenate([np.full(50, -30.0), 30 * np.sin(turn), np.full(99, 30.0)])
    x = np.concatenate([x, -500 - 30 * np.cos(turn), np.arange(-490, 0, 10)])
    y = np.concatenate([y, -30 * np.sin(turn), np.full(49, -30.0)])
    return outline_of(x, y)


def test_straights_are_faster_than_hairpins(oval):
    shape = lap_shape(oval)
    speed = np.diff(shape.phase) / np.diff(shape.time_share) * oval.length_m / shape.lap_ms * 1000

    hairpins = speed[np.abs(oval.xy_m[:, 0]) > 515]
    assert speed[:10].min() > 55
    assert hairpins.max() < 45
    assert hairpins.min() == pytest.approx(np.sqrt(28 * 30), rel=0.15)


def test_no_step_accelerates_or_brakes_harder_than_a_car(oval):
    shape = lap_shape(oval)
    step_m = oval.length_m / len(oval.xy_m)
    speed = step_m / (np.diff(shape.time_share) * shape.lap_ms / 1000)
    gained = (np.roll(speed, -1) ** 2 - speed**2) / 2 / step_m

    assert gained.max() < 9.0 * 1.1
    assert gained.min() > -30.0 * 1.1


def test_time_and_progress_are_each_other_s_reverse(oval):
    shape = lap_shape(oval)
    progress = np.linspace(-0.99, 5.0, 1_000)

    assert shape.progress(shape.times(progress)) == pytest.approx(progress, abs=1e-9)
    assert (shape.times(np.arange(-1.0, 6.0)) == np.arange(-1.0, 6.0)).all()


def test_sector_lines_are_where_the_time_of_clean_laps_says(oval):
    shape = lap_shape(oval)

    first, second = sector_phases_by_time(laps("1", 3), shape)

    assert shape.times(first) == pytest.approx(1 / 3, abs=1e-4)
    assert shape.times(second) == pytest.approx(2 / 3, abs=1e-4)
    assert sector_phases_by_time((), shape) is None
