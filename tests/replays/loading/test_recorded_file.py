"""Recorded live timing: what a file says it is, what is wrong with it, and that the demo's loads."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from replays.loading.errors import CorruptFeed, LoadingError
from replays.loading.recorded_file import (
    check_recording,
    load_recorded,
    recorded_event,
    recorded_session,
    recording_began,
)
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
