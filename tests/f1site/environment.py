"""An environment for starting the project's commands as a stranger would: no `.env`, no shell's settings."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent


def bare_environment(folder: Path, **settings: str) -> dict[str, str]:
    """Everything that is written goes below `folder`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ENV_FILE": os.devnull,
        "DEBUG": "true",
        "SECRET_KEY": "a-key-for-tests-that-protects-nothing-but-is-long-enough-to-be-accepted",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "FASTF1_CACHE_DIR": str(folder / "fastf1"),
        "REPLAY_STORAGE": str(folder / "replays"),
        "PORT": "0",
        **settings,
    }
