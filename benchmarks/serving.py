"""What a viewer waits for, and what the web process weighs: a real server on loopback, a real client.

The server runs on a scratch database and a scratch folder, with the race of the archive. A process of its own builds
that (`python -m benchmarks.serving build CACHE`), since what serves never imports what builds.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import orjson
import psutil
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import archive
from benchmarks.figures import Figure, write_results
from benchmarks.server import PATIENCE_S, PROJECT, environment, running_server

MAX_CONNECT_MS = 50
MAX_SEEK_MS = 50
MAX_RESIDENT_MB = 110

CONNECTIONS = 20
SEEKS = 30
PAUSE_S = 0.1
"""Between two commands: a connection may send 20 messages a second."""

VIEWER_GONE_S = 5


def measure() -> list[Figure]:
    """The figures, also written to `results/serving.json`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = environment(Path(folder))
        cache = Path(folder) / "cache"
        cache.mkdir()
        archive.fill_cache(cache)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=settings, check=True)
        build = [sys.executable, "-m", "benchmarks.serving", "build", str(cache)]
        replay_id = subprocess.run(
            build, cwd=PROJECT, env=settings, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()[-1]
        with running_server(settings) as (process, address):
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
