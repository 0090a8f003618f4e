"""What happens is told at its time, in order, and says no more than was known."""

from dataclasses import replace
from datetime import UTC, datetime

from replays.build.events import session_events
from seasons.records import CarFlagRecord, MiniSectorRecord, RaceControlRecord, TrackStatusRecord, WeatherRecord
from tests.replays.build.sessions import LAP_MS, START_MS, lap, laps, session

NOW = datetime(2025, 5, 4, tzinfo=UTC)
END_MS = START_MS + 3 * LAP_MS
FOREVER_MS = 10**9


def told(data, kind, until_ms=FOREVER_MS):
    return [event for event in session_events(data, until_ms) if event["kind"] == kind]


def race(**changes):
    return session(("1", "2"), (*laps("1", 3), *laps("2", 3, late_ms=1_000)), **changes)


def test_events_come_in_time_order_and_end_with_the_replay():
    events = session_events(race(track_status=(TrackStatusRecord(START_MS + 1, "2"),)), END_MS)

    times = [event["t_ms"] for event in events]
    assert times == sorted(times)
    assert times[-1] == END_MS
    assert all(event["kind"] for event in events)


def test_track_status_has_f1s_code_and_its_name():
    data = race(track_status=tuple(TrackStatusRecord(n, code) for n, code in enumerate("124567x")))

    assert [(event["code"], event["name"]) for event in told(data, "track_status")] == [
        ("1", "all_clear"),
        ("2", "yellow"),
        ("4", "safety_car"),
        ("5", "red"),
        ("6", "virtual_safety_car"),
        ("7", "virtual_safety_car_ending"),
        ("x", "unknown"),
    ]


def test_a_lap_is_told_when_it_ends_without_what_is_only_known_later():
    data = race()
    data = replace(data, laps=(replace(data.laps[0], deleted=True, personal_best=True), *data.laps[1:]))

    event = told(data, "lap")[0]

    assert (event["t_ms"], event["number"], event["lap"]) == (START_MS + LAP_MS, "1", 1)
    assert event["lap_time_ms"] == LAP_MS
    assert [event[f"sector_{n}_ms"] for n in (1, 2, 3)] == [33_333, 33_333, 33_334]
    assert not {"deleted", "personal_best"} & event.keys()


def test_generated_and_unfinished_laps_are_not_told():
    data = session(("1",), (lap("1", 1, START_MS + LAP_MS), lap("1", 2, END_MS, generated=True), lap("1", 3, None)))

    assert [event["lap"] for event in told(data, "lap")] == [1]


def test_a_pit_stop_is_its_way_in_and_its_way_out():
    data = race()
    visit = replace(data.laps[0], pit_in_ms=START_MS + 9_000)
    left = replace(data.laps[1], pit_out_ms=START_MS + 31_000)

    events = told(replace(data, laps=(visit, left, *data.laps[2:])), "pit")

    assert [(event["t_ms"], event["in"]) for event in events] == [(START_MS + 9_000, True), (START_MS + 31_000, False)]


def test_tyres_are_told_at_the_start_and_with_every_new_set_also_of_the_same_compound():
    out_ms = START_MS + LAP_MS + 20_000
    own = (
        lap("1", 1, START_MS + LAP_MS, tyre_life=4),
        lap("1", 2, START_MS + 2 * LAP_MS, tyre_life=1, pit_out_ms=out_ms),
        lap("1", 3, END_MS, tyre_life=2),
    )

    events = told(session(("1",), own), "tyre")

    assert [(event["t_ms"], event["compound"], event["tyre_age"]) for event in events] == [
        (0, "HARD", 4),
        (out_ms, "HARD", 1),
    ]


def test_sectors_mini_sectors_and_the_fastest_lap_are_told_among_the_rest():
    data = race(mini_sectors=(MiniSectorRecord(START_MS + 1, "1", 0, 0, 2048),))

    at_line = [event["kind"] for event in session_events(data, FOREVER_MS) if event["t_ms"] == START_MS + LAP_MS]

    assert at_line == ["lap", "sector", "fastest_lap", "best_lap"]
    assert [event["t_ms"] for event in told(data, "mini_sectors")] == [START_MS + 1_000]


def test_race_control_without_a_session_time_is_left_out_and_from_before_zero_is_at_zero():
    messages = tuple(RaceControlRecord(t_ms, NOW, "Other", f"at {t_ms}") for t_ms in (None, -5_000, 7))

    events = told(race(race_control=messages), "race_control")

    assert [(event["t_ms"], event["message"]) for event in events] == [(0, "at -5000"), (7, "at 7")]


def test_weather_keeps_what_is_unknown():
    (event,) = told(race(weather=(WeatherRecord(9, 21.5, None, None, None, True, None, None),)), "weather")

    assert (event["air_temp_c"], event["track_temp_c"], event["rainfall"]) == (21.5, None, True)


def test_the_ends_of_a_race_are_told_once_a_car():
    stop_ms = START_MS + 120_000
    flags = (CarFlagRecord(stop_ms, "2", "stopped", True), CarFlagRecord(stop_ms + 5_000, "2", "retired", True))
    data = session(("1", "2"), (*laps("1", 3), *laps("2", 1)), car_flags=flags)

    ends = [
        (kind, event["number"], event["t_ms"])
        for kind in ("stopped", "retired", "finished")
        for event in told(data, kind)
    ]

    assert ends == [("stopped", "2", stop_ms), ("retired", "2", stop_ms + 5_000), ("finished", "1", END_MS)]
