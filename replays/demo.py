"""The demo race: simulated, recorded as F1 records, and loaded by FastF1 like any other. Imports FastF1."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from replays.loading.errors import LoadingError
from replays.loading.recorded_file import load_recorded
from replays.loading.session_data import SessionData
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS, circuit_record
from replays.simulator.livetiming import write_livetiming
from replays.simulator.simulation import simulate_race
from seasons.keys import SESSION_KINDS
from seasons.records import SessionRecord

DEMO_SESSION = SessionRecord(
    event=DEMO_EVENT, kind="race", name=SESSION_KINDS["race"], start=RECORDING_STARTS, utc_offset_s=0
)

Say = Callable[[str], None]
Advance = Callable[[float], None]


def load_demo_session(*, say: Say, advance: Advance) -> SessionData:
    """The demo race, always the same one; it asks no network and leaves no file behind.

    `say` is told each step, `advance` the share that is done, 0 to 1. Raises LoadingError.
    """
    say("simulating the race")
    race = simulate_race()
    advance(SIMULATED)
    try:
        with tempfile.TemporaryDirectory(prefix="demo-race-") as folder:
            recording = Path(folder) / "demo-race.txt"
            say("writing its live timing")
            write_livetiming(race, recording, lambda share: advance(SIMULATED + share * (WRITTEN - SIMULATED)))
            data = load_recorded(recording, DEMO_SESSION, cache_dir=Path(folder), offline=True, say=say)
    except OSError as error:
        raise LoadingError(
            f"the demo race cannot be written: {error.strerror or error} (TMPDIR names a folder)"
        ) from None
    advance(1.0)
    return replace(data, circuit=circuit_record(race))


SIMULATED = 0.3
WRITTEN = 0.6
"""The shares of the work that are done then, roughly."""
