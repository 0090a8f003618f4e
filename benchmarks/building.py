"""What a build costs from a loaded session, and a frame from the built replay.

Loading and building run in processes of their own, so that neither FastF1's memory nor the table's is counted.
`python -m benchmarks.building load CACHE FILE` and `... measure FILE` are those processes.
"""

import json
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.figures import Figure, write_results
from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build.assemble import build_replay
from replays.timeline import Timeline

MAX_BUILD_S = 1.3
MAX_EXTRA_MB = 400
MAX_ARTEFACT_BYTES = 4_000_000
MAX_SAMPLE_US = 200

BUILDS = 5
FRAMES = 5_000
MB = 1e6
RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
"""Of `ru_maxrss`, see getrusage(2)."""


def measure() -> list[Figure]:
    """The figures of the archive's race, also written to `results/build.json`."""
    from benchmarks import archive

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cache, loaded = Path(folder) / "cache", Path(folder) / "session.pickle"
        cache.mkdir()
        archive.fill_cache(cache)
        _run("load", str(cache), str(loaded))
        measured = json.loads(_run("measure", str(loaded)))
    figures = [
        Figure("build from the loaded session, median", "s", measured["build_s"], MAX_BUILD_S, "134.8 s"),
        Figure("its extra memory at the peak", "MB", measured["extra_mb"], MAX_EXTRA_MB, "3,440 MB"),
        Figure("artefact", "bytes", measured["bytes"], MAX_ARTEFACT_BYTES, "402 MB pickle"),
        Figure("sample(t), 20 cars, all columns, median", "us", measured["sample_us"], MAX_SAMPLE_US),
        Figure("window of three chunks, read and ready", "ms", measured["window_ms"]),
    ]
    write_results("build", archive.SUBJECT, figures)
    return figures


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.building", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _load(cache: Path, loaded: Path) -> None:
    from benchmarks.archive import load_race

    loaded.write_bytes(pickle.dumps(load_race(cache), protocol=5))


def _measure(loaded: Path) -> dict[str, float]:
    with loaded.open("rb") as file:
        data = pickle.load(file)
    before = psutil.Process().memory_info().rss
    spent = []
    for turn in range(BUILDS):
        began = time.perf_counter()
        files = pack(build_replay(data))
        spent.append(time.perf_counter() - began)
        if turn == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT_BYTES
    timeline = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    return {
        "build_s": statistics.median(spent),
        "extra_mb": (peak - before) / MB,
        "bytes": sum(map(len, files.values())),
        "sample_us": _sample_us(timeline),
        "window_ms": _window_ms(timeline, lambda: Timeline(timeline.manifest, files.__getitem__)),
    }


def _sample_us(timeline: Timeline) -> float:
    """Median over frames 33 ms apart from the middle of the race on, windows read before."""
    t_ms = (timeline.manifest.t_start_ms + timeline.manifest.t_end_ms) // 2
    spent = []
    for moment in range(t_ms, t_ms + FRAMES * 33, 33):
        window = timeline.window_at(moment)
        began = time.perf_counter()
        window.sample(moment)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1e6


def _window_ms(timeline: Timeline, fresh: Callable[[], Timeline]) -> float:
    start, end = timeline.manifest.t_start_ms, timeline.manifest.t_end_ms
    spent = []
    for moment in range(start, end, (end - start) // 50):
        cold = fresh()
        began = time.perf_counter()
        cold.window_at(moment)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1e3


if __name__ == "__main__":
    if sys.argv[1] == "load":
        _load(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(json.dumps(_measure(Path(sys.argv[2]))))
