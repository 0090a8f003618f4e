from dataclasses import replace
from datetime import datetime
from math import inf, nan

import pytest

from seasons.record_checks import check_entries
from seasons.records import SessionRows, SessionStatusRecord, TrackStatusRecord
from seasons.row_checks import check_rows
from tests.seasons.records import NORRIS, ROWS, lap


def test_plausible_rows_pass():
    check_rows(ROWS)
    check_rows(SessionRows())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"number": ""}, "number is ''"),
        ({"lap_number": 0}, "lap_number is 0"),
        ({"lap_number": 40_000}, "lap_number is 40000"),
        ({"lap_time_ms": -1}, "lap_time_ms is -1"),
        ({"lap_time_ms": nan}, "lap_time_ms is nan"),
        ({"sector_ms": (None, -5, None)}, "sector 2 is -5"),
        ({"end_ms": 2**31}, "end_ms is 2147483648"),
        ({"speeds_kmh": (None, nan, None, None)}, "speeds_kmh is nan"),
        ({"speeds_kmh": (None, -1.0, None, None)}, "speeds_kmh is -1.0"),
        ({"tyre_life": -1}, "tyre_life is -1"),
        ({"stint": 2**15}, "stint is 32768"),
        ({"position": -1}, "position is -1"),
        ({"compound": "x" * 21}, "compound is 'xxx"),
        ({"deleted_reason": "x" * 301}, "deleted_reason is 'xxx"),
    ],
)
def test_a_lap_is_refused_by_the_name_of_the_field(change, named):
    with pytest.raises(ValueError, match=f"lap .* of car .*: {named}.*; it must be"):
        check_rows(SessionRows(laps=(replace(lap("4", 1), **change),)))


def test_a_lap_comes_once():
    with pytest.raises(ValueError, match="lap of car 4: lap_number is 1; it must be once a car"):
        check_rows(SessionRows(laps=(lap("4", 1), lap("4", 1))))


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (SessionRows(track_status=(TrackStatusRecord(0, ""),)), "track status at 0 ms: code is ''"),
        (SessionRows(track_status=(TrackStatusRecord(nan, "1"),)), "t_ms is nan"),
        (SessionRows(session_status=(SessionStatusRecord(0, "x" * 21),)), "session status at 0 ms: status is 'xxx"),
        (SessionRows(weather=(replace(ROWS.weather[0], air_temp_c=nan),)), "weather at 60000 ms: air_temp_c is nan"),
        (SessionRows(weather=(replace(ROWS.weather[0], wind_speed_ms=inf),)), "wind_speed_ms is inf"),
        (SessionRows(weather=(replace(ROWS.weather[0], wind_direction_deg=-1),)), "wind_direction_deg is -1"),
        (SessionRows(race_control=(replace(ROWS.race_control[0], utc=datetime(2025, 3, 16)),)), "utc is"),
        (SessionRows(race_control=(replace(ROWS.race_control[0], number="12345"),)), "number is '12345'"),
        (SessionRows(race_control=(replace(ROWS.race_control[0], message="x" * 501),)), "message is 'xxx"),
        (SessionRows(race_control=(replace(ROWS.race_control[0], sector=-1),)), "sector is -1"),
    ],
)
def test_other_rows_are_refused_by_the_name_of_the_field(rows, named):
    with pytest.raises(ValueError, match=f"{named}.*; it must be"):
        check_rows(rows)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"position": 0}, "position is 0"),
        ({"grid": -1}, "grid is -1"),
        ({"points": nan}, "points is nan"),
        ({"points": -1.0}, "points is -1.0"),
        ({"laps": -1}, "laps is -1"),
        ({"race_time_ms": -1}, "race_time_ms is -1"),
        ({"q_ms": (None, -1, None)}, "q2 is -1"),
        ({"classified": "1.000"}, "classified is '1.000'"),
        ({"status": "x" * 101}, "status is 'xxx"),
    ],
)
def test_the_outcome_of_an_entry_is_refused_by_the_name_of_the_field(change, named):
    with pytest.raises(ValueError, match=f"{named}.*; it must be"):
        check_entries([replace(NORRIS, **change)])
