"""The outline is the line the cars drive, from the start/finish line on, in their direction."""

from dataclasses import replace

import numpy as np
import pytest

from replays.build.outline import build_outline, position_m
from seasons.records import CircuitRecord
from tests.replays.build.sessions import LENGTH_M, RADIUS_M, on_circle, positions, race_with_positions, session


@pytest.fixture(scope="module")
def outline():
    return build_outline(race_with_positions())


def test_the_outline_has_the_length_and_the_shape_of_the_circuit(outline):
    assert outline.source == "telemetry"
    assert outline.length_m == pytest.approx(LENGTH_M, rel=0.002)
    assert np.linalg.norm(outline.xy_m, axis=1) == pytest.approx(RADIUS_M, abs=1.0)


def test_it_begins_where_cars_are_when_they_cross_the_line_and_goes_their_way(outline):
    phase, away_m = outline.phases(np.column_stack(on_circle([0.02, 0.25, 0.5, 0.98])))

    assert phase.tolist() == pytest.approx([0.02, 0.25, 0.5, 0.98], abs=0.002)
    assert away_m.max() < 1.0


def test_a_place_off_the_line_has_its_distance_and_an_unknown_one_has_none(outline):
    phase, away_m = outline.phases(np.array([[0.0, RADIUS_M + 30], [np.nan, np.nan]]))

    assert phase[0] == pytest.approx(0.25, abs=0.002)
    assert away_m[0] == pytest.approx(30, abs=1.0)
    assert np.isnan(phase[1])
    assert np.isnan(away_m[1])


def test_without_positions_the_outline_is_that_of_the_circuit_data():
    x, y = on_circle(np.linspace(0, 1, 100))
    circuit = CircuitRecord(tuple(x), tuple(y), 0.0)

    outline = build_outline(session(("1",), (), circuit=circuit))

    assert outline.source == "circuit_data"
    assert outline.length_m == pytest.approx(LENGTH_M, rel=0.002)


@pytest.mark.parametrize("circuit", [None, CircuitRecord((0.0, 1.0), (0.0, 1.0), 0.0)])
def test_without_positions_and_circuit_data_there_is_no_outline(circuit):
    assert build_outline(session(("1",), (), circuit=circuit)) is None


def test_laps_through_a_gap_of_the_feed_are_not_taken_for_the_outline():
    data = race_with_positions(late_ms=(0,))
    kept = (data.positions.t_ms % 100_000 < 20_000) | (data.positions.t_ms % 100_000 > 60_000)
    holed = replace(
        data.positions,
        t_ms=data.positions.t_ms[kept],
        x_dm=data.positions.x_dm[kept],
        y_dm=data.positions.y_dm[kept],
    )

    assert build_outline(replace(data, positions=holed)) is None


def test_missing_positions_are_no_places():
    xy = position_m(positions([0, 250], [0.0, np.nan]))

    assert xy[0, 0].tolist() == pytest.approx([RADIUS_M, 0.0], abs=0.05)
    assert np.isnan(xy[1, 0]).all()


def test_a_drawing_that_goes_on_over_the_line_is_cut_there():
    x, y = on_circle(np.linspace(0, 1.01, 102))
    circuit = CircuitRecord(tuple(x), tuple(y), 0.0)

    outline = build_outline(session(("1",), (), circuit=circuit))

    assert outline.length_m == pytest.approx(LENGTH_M, rel=0.002)
    assert np.linalg.norm(outline.xy_m, axis=1) == pytest.approx(RADIUS_M, abs=1.0)
