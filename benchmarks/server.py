"""A real server for a measurement, in a process of its own."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 30
PROJECT = Path(__file__).resolve().parent.parent


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a site on a scratch database in `folder`: of the shell's only what the system needs."""
    system = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "F1_ARCHIVE") if name in os.environ}
    return system | {
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "f1site.settings",
        "DEBUG": "true",
        "SECRET_KEY": "a-key-for-figures-that-protects-nothing-but-is-long-enough-to-be-accepted",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{folder / 'scratch.sqlite3'}",
        "REPLAY_STORAGE": str(folder / "replays"),
        "WS_CONNECTIONS_PER_IP": "1000",
        **settings,
    }


@contextmanager
def running_server(settings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's process and its host:port, once it answers."""
    with tempfile.TemporaryFile("w+") as log:  # the lines of its requests
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=PROJECT,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout
            for line in process.stdout:
                if found := re.search(r"http://([^/\s]+)", line):
                    yield process, found[1]
                    break
            else:
                log.seek(0)
                raise RuntimeError(f"the server ended before it answered: {log.read()}")
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
