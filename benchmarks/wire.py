"""What a second of a race weighs on its way to one viewer, and what encoding it costs, once for all who want the same.

Payloads of the messages `frames`, without the 2 to 4 bytes that WebSocket puts before each. All cars and columns,
stretches of ten seconds from the whole race, 30 frames a second at speed 1. Beside both subprotocols stands what is
usual elsewhere, an object a car with the names of its values, computed from the same frames: nobody sends it here.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import archive
from benchmarks.figures import Figure, write_results
from benchmarks.recorded_frames import BATCH
from benchmarks.recording import batches, whole_variant, with_objects
from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build.assemble import build_replay
from replays.playing.binary_frames import binary_frames
from replays.playing.encoding import FrameBatch, Variant, frames_json
from replays.timeline import Timeline

STRETCHES = 60
STRETCH_S = 10
MAX_SHARE = 0.1

Encode = Callable[[FrameBatch, list[int], Variant], str | bytes]


def measure() -> list[Figure]:
    """The figures of the archive's race, also written to `results/wire.json`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive.fill_cache(Path(folder))
        files = pack(build_replay(archive.load_race(Path(folder))))
    timeline = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    figures = [*_figures(timeline, BATCH, MAX_SHARE), *_figures(timeline, 1, None)]
    write_results("wire", archive.SUBJECT, figures)
    return figures


def _figures(timeline: Timeline, size: int, max_share: float | None) -> list[Figure]:
    manifest = timeline.manifest
    stretches = list(_batches(timeline, size))
    variant = whole_variant(timeline, size)
    numbers = [car["number"] for car in manifest.cars]
    indices = list(range(size))
    as_json, json_us = _encoded(frames_json, stretches, indices, variant)
    binary, binary_us = _encoded(binary_frames, stretches, indices, variant)
    objects = sum(
        len(with_objects(frames_json(batch, indices, variant), numbers, variant.columns)) for batch in stretches
    )
    seconds = STRETCHES * STRETCH_S
    return [
        Figure(f"an object a car, as JSON, batch={size}", "B/s", objects / seconds),
        Figure(f"f1replay.v1.json, batch={size}", "B/s", as_json / seconds),
        Figure(f"f1replay.v1.bin, batch={size}", "B/s", binary / seconds),
        Figure(f"  its share of an object a car, batch={size}", "", binary / objects, max_share),
        Figure(f"encode a message of f1replay.v1.json, batch={size}", "us", json_us),
        Figure(f"encode a message of f1replay.v1.bin, batch={size}", "us", binary_us),
    ]


def _batches(timeline: Timeline, size: int) -> Iterator[FrameBatch]:
    start, end = timeline.manifest.t_start_ms, timeline.manifest.t_end_ms
    for begin_ms in np.linspace(start, end - STRETCH_S * 1000, STRETCHES):
        yield from batches(timeline, begin_ms, STRETCH_S, size)


def _encoded(encode: Encode, batches: list[FrameBatch], indices: list[int], variant: Variant) -> tuple[int, float]:
    """The size of all messages in bytes, and the median of the microseconds that one took."""
    total, spent = 0, []
    for batch in batches:
        began = time.perf_counter()
        message = encode(batch, indices, variant)
        spent.append(time.perf_counter() - began)
        total += len(message)  # JSON is of ASCII alone: names of columns, labels and digits
    return total, statistics.median(spent) * 1e6
