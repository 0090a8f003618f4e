from replays.playing.snapshot import LAST_MESSAGES, EventLog

EVENTS = [
    {"kind": "track_status", "t_ms": 0, "code": "1", "name": "all_clear"},
    {"kind": "tyre", "t_ms": 0, "number": "4", "compound": "SOFT", "tyre_age": 1},
    {"kind": "lap", "t_ms": 90_000, "number": "4", "lap": 1, "lap_time_ms": 90_000, "sector_1_ms": None},
    {"kind": "best_lap", "t_ms": 90_000, "number": "4", "lap": 1, "lap_time_ms": 90_000},
    {"kind": "track_status", "t_ms": 95_500, "code": "4", "name": "safety_car"},
    {"kind": "tyre", "t_ms": 100_000, "number": "4", "compound": "HARD", "tyre_age": 1},
    {"kind": "lap", "t_ms": 200_001, "number": "4", "lap": 2, "lap_time_ms": 110_001, "sector_1_ms": 30_000},
    {"kind": "retired", "t_ms": 210_000, "number": "4"},
    {"kind": "weather", "t_ms": 220_000, "wind_speed_ms": 2.5},
]


def test_it_is_the_last_of_everything_until_that_moment_and_nothing_after_it():
    snapshot = EventLog(EVENTS).snapshot(99_999)

    assert snapshot["t"] == 99.999
    assert snapshot["track_status"] == {"t": 95.5, "code": "4", "name": "safety_car"}
    assert snapshot["tyres"] == {"4": {"t": 0.0, "number": "4", "compound": "SOFT", "tyre_age": 1}}
    assert snapshot["laps"]["4"]["lap"] == 1
    assert snapshot["retired"] == []
    assert snapshot["weather"] is None


def test_the_best_lap_is_the_last_that_was_told_of_the_car():
    events = [*EVENTS, {"kind": "best_lap", "t_ms": 240_000, "number": "4", "lap": None, "lap_time_ms": None}]
    log = EventLog(events)

    laps = log.snapshot(230_000)["laps"]
    assert (laps["4"]["lap_time"], laps["4"]["best_lap_time"]) == (110.001, 90.0)
    assert log.snapshot(240_000)["laps"]["4"]["best_lap_time"] is None
    assert log.snapshot(89_999)["laps"] == {}


SECTOR = {"kind": "sector", "number": "4", "time_ms": 30_000}
COLOURS = [
    SECTOR | {"t_ms": 1_000, "lap": 1, "sector": 1, "colour": "purple"},
    {"kind": "fastest_lap", "t_ms": 2_000, "number": "4", "lap": 1, "lap_time_ms": 90_500},
    SECTOR | {"t_ms": 2_000, "lap": 1, "sector": 3, "colour": "green"},
    {"kind": "mini_sectors", "t_ms": 2_000, "counts": [2], "cars": {"4": "yy", "1": "g"}},
    {"kind": "mini_sectors", "t_ms": 3_000, "counts": [2, 1], "cars": {"4": "yy|p"}},
    SECTOR | {"t_ms": 4_000, "lap": 2, "sector": 1, "colour": "yellow"},
    {"kind": "fastest_lap", "t_ms": 5_000, "number": None, "lap": None, "lap_time_ms": None},
]


def test_the_colours_of_sectors_are_those_of_the_lap_that_was_told_last():
    log = EventLog(COLOURS)

    assert log.snapshot(3_999)["sectors"] == {"4": {"lap": 1, "colours": ["purple", None, "green"]}}
    assert log.snapshot(4_000)["sectors"] == {"4": {"lap": 2, "colours": ["yellow", None, None]}}


def test_a_purple_sector_is_green_once_another_car_has_beaten_it():
    told = [("4", 1, "purple"), ("4", 2, "purple"), ("1", 1, "purple"), ("44", 2, "green")]
    log = EventLog(
        [
            {
                "kind": "sector",
                "t_ms": t_ms,
                "number": number,
                "lap": 1,
                "sector": sector,
                "time_ms": 1,
                "colour": colour,
            }
            for t_ms, (number, sector, colour) in enumerate(told)
        ]
    )

    assert log.snapshot(1)["sectors"]["4"]["colours"] == ["purple", "purple", None]
    assert log.snapshot(3)["sectors"]["4"]["colours"] == ["green", "purple", None]
    assert log.snapshot(3)["sectors"]["1"]["colours"] == ["purple", None, None]


def test_of_mini_sectors_the_last_word_on_each_car_counts():
    log = EventLog(COLOURS)

    assert log.snapshot(2_999)["mini_sectors"] == {"counts": [2], "cars": {"4": "yy", "1": "g"}}
    assert log.snapshot(3_000)["mini_sectors"] == {"counts": [2, 1], "cars": {"4": "yy|p", "1": "g"}}
    assert log.snapshot(1_999)["mini_sectors"] is None
    assert EventLog(EVENTS).snapshot(230_000)["mini_sectors"] is None


def test_the_fastest_lap_is_the_last_that_was_told():
    log = EventLog(COLOURS)

    assert log.snapshot(1_999)["fastest_lap"] is None
    assert log.snapshot(2_000)["fastest_lap"] == {"t": 2.0, "number": "4", "lap": 1, "lap_time": 90.5}
    assert log.snapshot(5_000)["fastest_lap"] == {"t": 5.0, "number": None, "lap": None, "lap_time": None}


def test_a_sector_travels_with_its_time_in_seconds():
    (sector,) = EventLog(COLOURS).between(0, 1_000)

    assert sector == {
        "kind": "sector", "t": 1.0, "number": "4", "time": 30.0, "lap": 1, "sector": 1, "colour": "purple",
    }  # fmt: skip


def test_metres_per_second_are_no_milliseconds():
    assert EventLog(EVENTS).snapshot(230_000)["weather"] == {"t": 220.0, "wind_speed_ms": 2.5}


def test_only_the_last_messages_of_race_control_are_kept():
    messages = [{"kind": "race_control", "t_ms": n, "message": str(n)} for n in range(30)]

    shown = EventLog(messages).snapshot(29)["race_control"]

    assert [message["message"] for message in shown] == [str(n) for n in range(30 - LAST_MESSAGES, 30)]


def test_events_are_told_once_each_and_in_seconds():
    log = EventLog(EVENTS)

    told = log.between(90_000, 100_000) + log.between(100_000, 205_000)

    assert [event["t"] for event in told] == [95.5, 100.0, 200.001]
    assert told[-1]["sector_1"] == 30.0


def test_a_lap_begins_when_the_first_car_ended_the_one_before():
    assert EventLog(EVENTS).lap_start_ms(2) == 90_000
    assert EventLog(EVENTS).lap_start_ms(9) is None
