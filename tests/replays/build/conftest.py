import pytest

from replays.loading.recorded_file import load_recorded
from replays.loading.session_data import SessionData
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from replays.simulator.livetiming import write_livetiming
from replays.simulator.simulation import simulate_race
from replays.simulator.truth import SimulatedRace
from seasons.records import SessionRecord


@pytest.fixture(scope="session")
def truth() -> SimulatedRace:
    return simulate_race()


@pytest.fixture(scope="session")
def recorded(truth: SimulatedRace, tmp_path_factory: pytest.TempPathFactory) -> SessionData:
    """The simulated race as FastF1 reads it from its recording."""
    folder = tmp_path_factory.mktemp("recorded")
    write_livetiming(truth, folder / "race.txt")
    record = SessionRecord(DEMO_EVENT, "race", "Race", RECORDING_STARTS, 0)
    return load_recorded(folder / "race.txt", record, cache_dir=folder, offline=True, say=lambda step: None)
