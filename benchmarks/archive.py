"""The race that is measured: the 2025 Australian Grand Prix of the archive of real sessions. Imports FastF1."""

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from replays.loading.fastf1_session import load_session
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.schedule import find_event, scheduled_session, session_record
from replays.loading.session_data import SessionData

SUBJECT = "2025 Australian Grand Prix, race"
SESSIONS = (
    (2025, "Australia", "race"),
    (2025, "Miami", "sprint"),
    (2024, "Spain", "qualifying"),
    (2024, "Great Britain", "practice-1"),
    (2018, "Azerbaijan", "race"),
)
"""What the archive has."""
ARCHIVE = Path(os.environ.get("F1_ARCHIVE", Path(__file__).resolve().parent.parent.parent / "shared" / "f1archive"))


def why_no_archive() -> str | None:
    if (ARCHIVE / "fastf1_cache.py").is_file():
        return None
    return f"no archive of real sessions in {ARCHIVE} (F1_ARCHIVE names another folder)"


def fill_cache(folder: Path) -> None:
    """Make `folder` a FastF1 cache of every session of the archive."""
    command = [sys.executable, str(ARCHIVE / "fastf1_cache.py"), "--archive", str(ARCHIVE), "--cache", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def load_race(cache: Path) -> SessionData:
    """The race as FastF1 loads it from the cache, offline."""
    return _load(cache, 2025, "Australia", "race")


def load_all(folder: Path) -> dict[str, Path]:
    """Every session of the archive, each as a pickle in `folder`, by its name there."""
    cache = folder / "cache"
    cache.mkdir()
    fill_cache(cache)
    stored = {}
    for year, event, kind in SESSIONS:
        name = f"{year} {event} {kind}"
        stored[name] = folder / f"{len(stored)}.pickle"
        stored[name].write_bytes(pickle.dumps(_load(cache, year, event, kind), protocol=5))
    return stored


def _load(cache: Path, year: int, event_name: str, kind: str) -> SessionData:
    configure_fastf1(cache, offline=True)
    event = find_event(year, event_name, now=datetime.now(UTC))
    session = event.get_session(scheduled_session(event, kind).name)
    return load_session(session, session_record(event, kind), lambda step: None)
