import pytest

from replays.simulator.simulation import simulate_race
from replays.simulator.truth import SimulatedRace


@pytest.fixture(scope="session")
def race() -> SimulatedRace:
    """The demo race everybody sees."""
    return simulate_race()
