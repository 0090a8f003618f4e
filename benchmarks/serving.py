"""What a viewer waits for, and what the web process weighs: a real server on loopback, a real client.

The server runs on a scratch database and a scratch folder, with the race of the archive. A process of its own builds
that (`python -m benchmarks.serving build CACHE`), since what serves never imports what builds.
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import orjson
import psutil
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import archive
from benchmarks.figures import Figure, write_results

MAX_CONNECT_MS = 50
MAX_SEEK_MS = 50
MAX_RESIDENT_MB = 110

CONNECTIONS = 20
SEEKS = 30
PAUSE_S = 0.1
"""Between two commands: a connection may send 20 messages a second."""

VIEWER_GONE_S = 5
PATIENCE_S = 30
PROJECT = Path(__file__).resolve().parent.parent


def measure() -> list[Figure]:
    """The figures, also written to `results/serving.json`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = _environment(Path(folder))
        cache = Path(folder) / "cache"
        cache.mkdir()
        archive.fill_cache(cache)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
        build = [sys.executable, "-m", "benchmarks.serving", "build", str(cache)]
        replay_id = subprocess.run(
            build, cwd=PROJECT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()[-1]
        with _server(environment) as (process, address):
            url = f"ws://{address}/ws/v1/replays/{replay_id}/"
            connects_ms, seeks_ms = asyncio.run(_watch(url))
            time.sleep(VIEWER_GONE_S)
            resident_mb = psutil.Process(process.pid).memory_info().rss / 1e6
    figures = [
        Figure("connect to first frame, median", "ms", statistics.median(connects_ms), MAX_CONNECT_MS),
        Figure("seek to first frame, median", "ms", statistics.median(seeks_ms), MAX_SEEK_MS),
        Figure("web process, 5 s after its last viewer left", "MB", resident_mb, MAX_RESIDENT_MB),
    ]
    write_results("serving", archive.SUBJECT, figures)
    return figures


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the shell's settings but what the system needs."""
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
    }


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's process and its host:port, once it answers."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if found := re.search(r"http://([^/\s]+)", line):
                yield process, found[1]
                break
        else:
            raise RuntimeError("the server ended before it answered")
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


async def _watch(url: str) -> tuple[list[float], list[float]]:
    """Milliseconds from connecting to the first frame, and from a seek to the first frame of its generation."""
    connects_ms = [await _connect_ms(url) for _ in range(CONNECTIONS)]
    async with connect(url, max_size=None) as viewer:
        hello = await _next(viewer, "hello")
        start, end = hello["replay"]["t_start"], hello["replay"]["t_end"]
        random = Random(1)
        seeks_ms = []
        for _ in range(SEEKS):
            seeks_ms.append(await _seek_ms(viewer, round(random.uniform(start, end - 60), 3)))
            await asyncio.sleep(PAUSE_S)
    return connects_ms, seeks_ms


async def _connect_ms(url: str) -> float:
    began = time.perf_counter()
    async with connect(url, max_size=None) as viewer:
        await _next(viewer, "frames")
        return (time.perf_counter() - began) * 1e3


async def _seek_ms(viewer: ClientConnection, t: float) -> float:
    began = time.perf_counter()
    await viewer.send(orjson.dumps({"type": "seek", "t": t, "request_id": "seek"}).decode())
    generation = None
    while True:
        message = await _next(viewer)
        if message["type"] == "error":
            raise RuntimeError(f"the seek was refused: {message}")
        if message["type"] == "state" and message.get("request_id") == "seek":
            generation = message["generation"]
        if message["type"] == "frames" and message["generation"] == generation:
            return (time.perf_counter() - began) * 1e3


async def _next(viewer: ClientConnection, kind: str | None = None) -> dict[str, Any]:
    """The next message, or the next of that type."""
    while True:
        message: dict[str, Any] = orjson.loads(await asyncio.wait_for(viewer.recv(), PATIENCE_S))
        if kind in (None, message["type"]):
            return message


def _build(cache: Path) -> None:
    import django

    django.setup()
    from replays.builds import build_session_replay

    outcome = build_session_replay(archive.load_race(cache), on_stage=lambda stage: None)
    print(outcome.replay.public_id)


if __name__ == "__main__":
    _build(Path(sys.argv[2]))
