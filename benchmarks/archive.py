"""The race that is measured: the 2025 Australian Grand Prix of the archive of real sessions. Imports FastF1."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from replays.loading.fastf1_session import load_session
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.schedule import find_event, scheduled_session, session_record
from replays.loading.session_data import SessionData

SUBJECT = "2025 Australian Grand Prix, race"
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
    configure_fastf1(cache, offline=True)
    event = find_event(2025, "Australia", now=datetime.now(UTC))
    session = event.get_session(scheduled_session(event, "race").name)
    return load_session(session, session_record(event, "race"), lambda step: None)
