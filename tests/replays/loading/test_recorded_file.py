"""Recorded live timing: what a file says it is, what is wrong with it, and that the demo's loads."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from replays.loading.errors import CorruptFeed, LoadingError
from replays.loading.recorded_file import (
    check_recording,
    hand_built_event,
    load_recorded,
    recorded_event,
    recorded_session,
    recording_began,
)
from replays.recordings import recording_record
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from replays.simulator.livetiming import write_livetiming
from replays.simulator.simulation import simulate_race
from seasons.records import SessionRecord

STARTED = b'["SessionData", {"StatusSeries": {"1": {"SessionStatus": "Started"}}}, "2025-05-03T16:05:00.000Z"]\n'
INFO = {
    "Meeting": {
        "Name": "Miami Grand Prix",
        "OfficialName": "FORMULA 1 MIAMI GRAND PRIX 2025",
        "Location": "Miami",
        "Number": 6,
        "Country": {"Name": "United States"},
        "Circuit": {"Key": 151, "ShortName": "Miami"},
    },
    "Type": "Race",
    "Name": "Sprint",
    "StartDate": "2025-05-03T12:00:00",
    "GmtOffset": "-04:00:00",
}
TEST_DAY = {
    "Meeting": {
        "Name": "Pre-Season Testing",
        "OfficialName": "FORMULA 1 ARAMCO PRE-SEASON TESTING 2026",
        "Location": "Sakhir",
        "Number": 1,
        "Country": {"Name": "Bahrain"},
        "Circuit": {"Key": 63, "ShortName": "Sakhir"},
    },
    "Type": "Practice",
    "Number": 2,
    "Name": "Day 2",
    "StartDate": "2026-02-19T10:00:00",
    "GmtOffset": "03:00:00",
}
LAS_VEGAS = INFO | {"Name": "Race", "StartDate": "2023-11-18T22:00:00", "GmtOffset": "-08:00:00"}
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DEMO = SessionRecord(DEMO_EVENT, "race", "Race", RECORDING_STARTS, 0)


def line(topic: str, message: object, time: str = "2025-05-03T15:00:00.000Z") -> bytes:
    return orjson.dumps([topic, message, time]) + b"\n"


@pytest.fixture
def recording(tmp_path: Path):
    def write(*lines: bytes) -> Path:
        path = tmp_path / "recorded.txt"
        path.write_bytes(b"".join(lines))
        return path

    return write


def test_the_session_is_the_one_of_its_session_info(recording):
    session = recorded_session(recording(line("Heartbeat", {}), line("SessionInfo", INFO), STARTED))

    assert (session.kind, session.name) == ("sprint", "Sprint")
    assert session.start == datetime(2025, 5, 3, 16, 0, tzinfo=UTC)
    assert session.utc_offset_s == -4 * 3600
    event = session.event
    assert (event.year, event.name, event.round_number) == (2025, "Miami Grand Prix", 6)
    assert (event.circuit_key, event.circuit_name) == (151, "Miami")


def test_lines_as_pythons_repr_as_fastf1s_recorder_writes_them_are_read_too(recording):
    path = recording(str(["SessionInfo", INFO, "2025-05-03T15:00:00.000Z"]).encode() + b"\n", STARTED)

    assert recorded_session(path).event.name == "Miami Grand Prix"
    assert recording_began(path) == datetime(2025, 5, 3, 15, 0, tzinfo=UTC)


def test_a_day_of_testing_is_a_practice_of_an_event_without_a_round(recording):
    session = recorded_session(recording(line("SessionInfo", TEST_DAY), STARTED))

    assert (session.kind, session.name) == ("practice-2", "Practice 2")
    assert (session.event.is_testing, session.event.round_number) == (True, None)
    assert session.start == datetime(2026, 2, 19, 7, 0, tzinfo=UTC)
    event = hand_built_event(session)
    assert event.is_testing()  # or FastF1 asks for the results of a Grand Prix
    assert event.get_session(session.name).name == "Practice 2"


@pytest.mark.archive
@pytest.mark.usefixtures("offline_fastf1")
@pytest.mark.parametrize(
    ("day", "start", "name"),
    [("Day 3", "2026-02-13", "Pre-Season Testing 1"), ("Day 2", "2026-02-19", "Pre-Season Testing 2")],
)
def test_of_two_tests_with_one_name_the_day_tells_which_was_recorded(recording, day, start, name):
    path = recording(line("SessionInfo", TEST_DAY | {"Name": day, "StartDate": f"{start}T10:00:00"}), STARTED)

    record = recording_record(path, None, None, None, now=NOW)

    assert (record.event.name, record.event.is_testing) == (name, True)
    assert record.start.date().isoformat() == start


@pytest.mark.archive
@pytest.mark.usefixtures("offline_fastf1")
def test_a_night_race_that_no_schedule_knows_was_held_when_its_session_info_says(recording):
    path = recording(line("SessionInfo", LAS_VEGAS, "2023-11-19T05:05:00.000Z"), STARTED)

    record = recording_record(path, "2023", "Night Race", "R", now=NOW)

    assert record.event.date.date().isoformat() == "2023-11-18"
    assert (record.start, record.utc_offset_s) == (datetime(2023, 11, 19, 6, 0, tzinfo=UTC), -8 * 3600)


@pytest.mark.parametrize("info", [None, {}, {**INFO, "Meeting": {}}, {**INFO, "StartDate": "soon"}, []])
def test_a_file_that_does_not_tell_its_event_has_none(recording, info):
    lines = [] if info is None else [line("SessionInfo", info)]
    path = recording(*lines, STARTED)

    assert recorded_event(path) is None
    assert recorded_session(path) is None


def test_a_session_of_no_known_kind_leaves_the_event(recording):
    path = recording(line("SessionInfo", {**INFO, "Name": "Parade"}), STARTED)

    assert recorded_session(path) is None
    assert recorded_event(path).name == "Miami Grand Prix"


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "the file is empty"),
        ([STARTED, b'["TimingData", {"Lin'], "cut off in line 2 of 2"),
        ([STARTED, b"nonsense\n", STARTED], "line 2 of 3"),
        ([STARTED, line("TimingData", {}, "yesterday")], "line 2 of 2"),
        ([STARTED, line("Position.z", "bm90IGRlZmxhdGU=")], "line 2 of 2"),
        ([line("TimingData", {})], "no SessionData message says that the session Started"),
    ],
)
def test_damage_is_told_with_its_place(recording, lines, complaint):
    with pytest.raises(CorruptFeed, match=complaint):
        check_recording(recording(*lines))


def test_lines_that_fastf1_will_lose_are_counted(recording):
    apostrophe = line("RaceControlMessages", {"Messages": [{"Message": "CAR 4 (NOR) DIDN'T STOP"}]})

    assert check_recording(recording(STARTED, apostrophe, line("TimingData", {"a": True}))) == {
        "RaceControlMessages": 1
    }


@pytest.mark.parametrize("read", [check_recording, recorded_session, recorded_event, recording_began])
def test_a_file_that_is_not_there_is_one_line(tmp_path, read):
    with pytest.raises(LoadingError, match=r"nowhere\.txt: cannot be read \(no such file or directory\)"):
        read(tmp_path / "nowhere.txt")


@pytest.mark.slow
def test_the_recording_of_a_simulated_race_loads_with_its_grid_and_its_laps(tmp_path):
    race = simulate_race()
    path = tmp_path / "demo.txt"
    write_livetiming(race, path)

    data = load_recorded(path, DEMO, cache_dir=tmp_path / "cache", offline=True, say=lambda stage: None)

    assert data.provenance.kind == "demo"
    assert not data.provenance.problems
    assert data.total_laps == race.laps
    numbers = [driver.number for driver in race.drivers]
    grid = {numbers[car]: place for place, car in enumerate(race.grid, start=1)}
    assert {entry.number: entry.grid for entry in data.entries} == grid
    assert data.session.event.circuit_name == DEMO_EVENT.circuit_name
    winner = numbers[race.classification[0].car]
    laps_of_winner = [lap for lap in data.laps if lap.number == winner and not lap.generated]
    assert len(laps_of_winner) == race.laps
