"""Which lap a message of race control deletes."""

from datetime import UTC, datetime

import pytest

from replays.build.deleted_laps import deletions_ms, reinstatements_ms
from seasons.records import RaceControlRecord
from tests.replays.build.sessions import START_MS, lap, session

NOW = datetime(2025, 5, 4, tzinfo=UTC)
LAPS = (
    lap("10", 53, START_MS + 80_000, lap_time_ms=94_967),
    lap("1", 54, START_MS + 90_000, lap_time_ms=94_967),
    lap("55", 8, START_MS + 95_000, lap_time_ms=965_442),
    lap("81", 9, START_MS + 95_000, lap_time_ms=59_001),
)


def deleted(text, t_ms=200_000):
    data = session(("10", "1", "55", "81"), LAPS, race_control=(RaceControlRecord(t_ms, NOW, "Other", text),))
    return deletions_ms(data)


@pytest.mark.parametrize(
    ("text", "lap_name"),
    [
        ("CAR 10 (GAS) TIME 1:34.967 DELETED - TRACK LIMITS AT TURN 1 LAP 54 16:54:53", ("10", 53)),
        ("CAR 1 (VER) TIME 1:34.967 DELETED", ("1", 54)),
        ("CAR 55 (SAI) TIME 16:05.442 DELETED - TRACK LIMITS AT TURN 11 LAP 8 16:50:42", ("55", 8)),
        ("CAR 81 (PIA) TIME 59.001 DELETED - TRACK LIMITS", ("81", 9)),
    ],
)
def test_the_lap_is_that_of_the_car_with_that_time(text, lap_name):
    assert deleted(text) == {lap_name: 200_000}


@pytest.mark.parametrize(
    "text",
    [
        "CAR 81 (PIA) LAP DELETED - TRACK LIMITS AT TURN 12 LAP 9 16:59:12",
        "CAR 10 (GAS) TIME 1:34.968 DELETED - TRACK LIMITS AT TURN 1 LAP 53 16:54:53",
        "CAR 10 (GAS) NOTED - LEAVING THE TRACK",
        "",
    ],
)
def test_what_names_no_known_lap_time_deletes_nothing(text):
    assert deleted(text) == {}


def test_a_message_without_a_session_time_tells_no_moment():
    assert deleted("CAR 1 (VER) TIME 1:34.967 DELETED", t_ms=None) == {}


def test_a_lap_that_is_given_back_counts_from_then_on_and_was_deleted_until_then():
    told = (
        (200_000, "CAR 10 (GAS) TIME 1:34.967 DELETED - TRACK LIMITS AT TURN 1 LAP 54 16:54:53"),
        (230_000, "CAR 10 (GAS) TIME 1:34.967 DELETED LAP REINSTATED"),
        (240_000, "CAR 81 (PIA) TIME 59.001 REINSTATED"),
    )
    data = session(("10", "81"), LAPS, race_control=tuple(RaceControlRecord(t, NOW, "Other", m) for t, m in told))

    assert deletions_ms(data) == {("10", 53): 200_000}
    assert reinstatements_ms(data) == {("10", 53): 230_000}
