"""jolpica's rows as entries: real shapes of the seventy years, by hand."""

import pytest

from replays.loading.ergast_tables import qualifying_entries, race_entries
from seasons.record_checks import check_entries
from tests.replays.loading.fake_jolpica import (
    BRITAIN_1957,
    FERRARI,
    MONACO_2010,
    MOSS,
    VANWALL,
    WEBBER,
    finish,
    row,
)

GONZALEZ, HAWTHORN = ("gonzalez", "José Froilán", "González"), ("hawthorn", "Mike", "Hawthorn")


def one(number: str | None = "1", position: str = "1", driver=WEBBER, **changes: object):
    return row(number, position, driver, FERRARI, **{**finish("1", "8", "1", "50", "Finished"), **changes})


def test_a_finisher_has_all_that_jolpica_knows():
    winner, second, _ = race_entries(MONACO_2010["Results"])

    assert (winner.number, winner.code, winner.full_name) == ("6", "", "Mark Webber")
    assert (winner.driver_ref, winner.team, winner.team_ref) == ("webber", "Red Bull", "red_bull")
    assert (winner.position, winner.classified, winner.grid, winner.laps) == (1, "1", 1, 78)
    assert (winner.points, winner.status, winner.race_time_ms) == (25.0, "Finished", 6_613_355)
    assert second.race_time_ms == 448


def test_qualifying_has_the_times_that_were_driven():
    pole, *_ = qualifying_entries([{**MONACO_2010["QualifyingResults"][0], "Q1": "1:15.035", "Q2": ""}])

    assert (pole.position, pole.q_ms) == (1, (75_035, None, 73_826))
    assert (pole.classified, pole.grid, pole.points, pole.race_time_ms) == ("", None, None, None)


def test_every_drive_in_shared_cars_is_an_entry_with_a_number_of_its_own():
    entries = race_entries(BRITAIN_1957["Results"])

    check_entries(entries)
    assert [(entry.number, entry.driver_ref, entry.position) for entry in entries] == [
        ("20", "brooks", 1),
        ("1020", "moss", 1),
        ("14", "musso", 2),
        ("18", "moss", 12),
        ("1018", "brooks", 12),
    ]
    assert [entry.points for entry in entries] == [4, 5, 6, 0, 0]
    assert [entry.race_time_ms for entry in entries] == [11_197_800, 11_197_800, 25_600, None, None]


def test_three_drivers_of_one_car_have_three_numbers():
    drivers = [("gonzalez", "", ""), ("farina", "", ""), ("trintignant", "", "")]

    assert [entry.number for entry in race_entries([one("12", driver=driver) for driver in drivers])] == [
        "12",
        "1012",
        "2012",
    ]


def test_the_same_driver_twice_with_the_same_car_drove_it_once():
    entries = race_entries([one("4", "6", MOSS), one("4", "9", MOSS), one("4", "9", HAWTHORN)])

    assert [(entry.number, entry.driver_ref, entry.position) for entry in entries] == [
        ("4", "moss", 6),
        ("1004", "hawthorn", 9),
    ]


@pytest.mark.parametrize("unknown", [None, "None", "", "-1", "T"])
def test_cars_without_a_number_are_counted_from_9001(unknown):
    entries = race_entries([one("8"), one(unknown, "2", MOSS), one(unknown, "3", HAWTHORN)])

    check_entries(entries)
    assert [entry.number for entry in entries] == ["8", "9001", "9002"]


def test_car_0_is_a_car():
    assert race_entries([one("0")])[0].number == "0"


@pytest.mark.parametrize(
    ("text", "grid", "known"),
    [("6", "0", 0), ("R", "0", 0), ("F", "0", None), ("W", "0", None), ("W", "13", 13), ("3", "None", None)],
)
def test_grid_0_is_the_pit_lane_only_for_those_who_started(text, grid, known):
    assert race_entries([one(positionText=text, grid=grid)])[0].grid == known


def test_a_disqualified_driver_keeps_status_and_laps():
    found = race_entries([one(position="12", positionText="D", status="Disqualified", laps="42", points="1")])[0]

    assert (found.position, found.classified, found.status, found.laps) == (12, "D", "Disqualified", 42)


def test_what_jolpica_does_not_know_is_unknown():
    nothing = row("7", "None", MOSS, VANWALL, positionText="R", grid="None", laps="None", status=None)
    found = race_entries([{**nothing, "Constructor": {}}])[0]

    assert (found.position, found.grid, found.laps, found.points) == (None, None, None, None)
    assert (found.status, found.team, found.team_ref) == ("", "", "")


def test_a_winning_time_of_whole_seconds_is_read_whole_though_jolpica_cuts_them_off():
    entries = race_entries(
        [
            one("9", "1", GONZALEZ, Time={"millis": "10574000", "time": "2:56"}),
            one("11", "2", HAWTHORN, Time={"millis": "", "time": "+1:10"}),
        ]
    )

    assert [entry.race_time_ms for entry in entries] == [10_574_000, 70_000]


@pytest.mark.parametrize(
    ("position", "time", "found_ms"),
    [
        ("1", {"time": "2:56:14"}, 10_574_000),
        ("1", {"time": "2:56"}, None),
        ("2", {"millis": "6001500"}, 1_500),
        ("2", {"millis": "5999999"}, None),
        ("2", {"time": "+1 Lap"}, None),
        ("2", {"time": "+1:02:03.4"}, 3_723_400),
        ("2", {}, None),
    ],
)
def test_times_are_read_from_what_is_there(position, time, found_ms):
    winner = one("1", "1", Time={"millis": "6000000", "time": "1:40:00.000"})
    rows = [one("2", "1", MOSS, Time=time)] if position == "1" else [winner, one("2", "2", MOSS, Time=time)]

    assert race_entries(rows)[-1].race_time_ms == found_ms
