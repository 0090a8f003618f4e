"""Copies of one session of the archive, damaged or not, as a FastF1 cache."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

MIAMI_SPRINT = "livetiming.formula1.com/static/2025/2025-05-04_Miami_Grand_Prix/2025-05-03_Sprint"
AUSTRALIAN_RACE = "livetiming.formula1.com/static/2025/2025-03-16_Australian_Grand_Prix/2025-03-16_Race"
SHARED = ("raw.githubusercontent.com", "api.jolpi.ca", "api.multiviewer.app")
"""Schedules, results and circuits: small, and the same for all sessions."""


def cache_of_copy(archive: Path, session: str, folder: Path, damage: Callable[[Path], None]) -> Path:
    """A FastF1 cache folder with `session` alone, after `damage` was done to the folder of its feeds."""
    copy, cache = folder / "archive", folder / "cache"
    for host in SHARED:
        if (archive / host).exists():
            shutil.copytree(archive / host, copy / host)
    shutil.copytree(archive / session, copy / session)
    damage(copy / session)
    command = [sys.executable, str(archive / "fastf1_cache.py"), "--archive", str(copy), "--cache", str(cache)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return cache
