"""`make bench-rooms`: what many viewers of rooms cost, beside the naive way and the floor, and what they see of it.

One machine, PostgreSQL, a Redis of its own; 20 cars, 30 frames a second from the middle of the race. Servers have one
core, viewers another. `python -m benchmarks.rooms memory` measures one part; only all of them are kept as a result.
Lateness counts from when the first frame of a message was due, and what is early is not late.
"""

import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks import archive
from benchmarks.audience import Seen, percentile
from benchmarks.figures import Figure, write_results
from benchmarks.recorded_frames import BATCH, FPS, OBJECTS_BATCHES, OBJECTS_EACH
from benchmarks.room_sites import DAPHNE, FLOOR, NAIVE, UVICORN, House, house, site, watch, why_not_measured

SUBJECT = f"{archive.SUBJECT}; 20 cars, {FPS} frames a second from its middle on"
MAX_LATE_MS = 16
MAX_TO_FLOOR = 1.5
MIN_NAIVE_TO_OURS = 5
MAX_CPU_OF_ROOMS = 60
MAX_SHARE_OF_OBJECTS = 0.1
MAX_RESIDENT_MB = 200
MAX_VIEWER_KB = 40
MAX_LATENCY_MS = 100
MIN_OF_TWO = 1.8
ROUNDS_OF_TWO = 3
"""What two processes carry to what one does: nearly twice."""

AUDIENCES = (100, 300, 1000)
USUAL = 300
ROOMS = 100
JOINS, SEEKS = 100, 50
STALLED = 50
HEADER_BYTES = 4
"""Of a WebSocket message between 126 bytes and 64 KB."""

# Viewers, binary, batch. The naive way has no batches.
EACH = [(viewers, False, 1) for viewers in AUDIENCES]
BATCHES = [(USUAL, False, BATCH), (1000, False, BATCH)]
BINARIES = [(USUAL, True, 1), (USUAL, True, BATCH), (1000, True, BATCH)]
RUNS = {
    UVICORN: EACH + BATCHES + BINARIES,
    FLOOR: EACH + BATCHES + BINARIES,
    NAIVE: EACH,
    DAPHNE: EACH + BATCHES,
}


class Measurements:
    """Of one scratch site; what several parts want to know is measured once."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seen = cache(self.fresh)

    def fresh(self, kind: str, viewers: int, binary: bool, batch: int) -> Seen:
        """One room on a fresh server."""
        with site(self.house, kind, binary=binary, batch=batch) as served:
            return watch(self.house, served, viewers, binary=binary, batch=batch)


def one_room(measurements: Measurements) -> list[Figure]:
    figures = []
    for kind, runs in RUNS.items():
        for viewers, binary, batch in runs:
            figures += _room_figures(measurements.seen(kind, viewers, binary, batch), kind, viewers, binary, batch)
    for run in RUNS[UVICORN]:
        ours, floor = measurements.seen(UVICORN, *run), measurements.seen(FLOOR, *run)
        figures.append(
            Figure(f"{_named(UVICORN, *run)}: CPU to the floor's", "x", _cpu(ours) / _cpu(floor), MAX_TO_FLOOR)
        )
    for run in RUNS[NAIVE]:
        ratio = _cpu_a_message(measurements.seen(NAIVE, *run)) / _cpu_a_message(measurements.seen(UVICORN, *run))
        name = f"naive to uvicorn, {run[0]:,} viewers: CPU a message that came"
        figures.append(Figure(name, "x", ratio, MIN_NAIVE_TO_OURS, at_least=True))
    return figures


def _room_figures(seen: Seen, kind: str, viewers: int, binary: bool, batch: int) -> list[Figure]:
    name, window = _named(kind, viewers, binary, batch), seen.window
    max_late_ms = MAX_LATE_MS if kind == UVICORN and viewers == USUAL else None
    came = window.messages / (viewers * FPS / batch * window.seconds)
    return [
        Figure(f"{name}: CPU", "% core", _cpu(seen) * 100),
        Figure(f"{name}: late, p50", "ms", window.p50_ms),
        Figure(f"{name}: late, p99", "ms", window.p99_ms, max_late_ms),
        Figure(f"{name}: messages that came", "%", came * 100),
        Figure(f"{name}: memory a viewer", "KB", _viewer_kb(seen, viewers)),
        Figure(f"{name}: the audience's own CPU", "% core", window.own_cpu * 100),
    ]


def many_rooms(measurements: Measurements) -> list[Figure]:
    with site(measurements.house, UVICORN) as served:
        seen = watch(measurements.house, served, ROOMS, one_room_each=True)
    name = f"{ROOMS} rooms of one viewer, batch=1"
    return [
        Figure(f"{name}: CPU", "% core", _cpu(seen) * 100, MAX_CPU_OF_ROOMS),
        Figure(f"{name}: late, p50", "ms", seen.window.p50_ms),
        Figure(f"{name}: late, p99", "ms", seen.window.p99_ms, MAX_LATE_MS),
        Figure(f"{name}: memory in all", "MB", seen.window.resident[0] / 1e6, MAX_RESIDENT_MB),
    ]


def wire(measurements: Measurements) -> list[Figure]:
    figures = []
    for batch, objects_kind in ((BATCH, OBJECTS_BATCHES), (1, OBJECTS_EACH)):
        recorded = measurements.house.messages(objects_kind)
        messages = recorded.messages
        objects = (sum(map(len, messages)) / len(messages) + HEADER_BYTES) / recorded.message_s
        as_json, binary = (
            _bytes_a_second(measurements.seen(UVICORN, USUAL, is_binary, batch)) for is_binary in (False, True)
        )
        figures += [
            Figure(f"an object a car, as JSON, batch={batch}", "B/s", objects),
            Figure(f"JSON, batch={batch}: bytes a viewer-second", "B/s", as_json),
            Figure(f"binary, batch={batch}: bytes a viewer-second", "B/s", binary),
            Figure(
                f"  its share of an object a car, batch={batch}",
                "",
                binary / objects,
                MAX_SHARE_OF_OBJECTS if batch == BATCH else None,
            ),
        ]
    return figures


def _bytes_a_second(seen: Seen) -> float:
    return seen.window.bytes / seen.window.seconds / USUAL


def memory(measurements: Measurements) -> list[Figure]:
    hundred, thousand = (measurements.seen(UVICORN, viewers, False, 1) for viewers in (100, 1000))
    return [
        Figure("100 viewers of a room: memory in all", "MB", hundred.window.resident[0] / 1e6, MAX_RESIDENT_MB),
        Figure("a viewer, of 100", "KB", _viewer_kb(hundred, 100), MAX_VIEWER_KB),
        Figure("a viewer, of 1,000", "KB", _viewer_kb(thousand, 1000), MAX_VIEWER_KB),
    ]


def latency(measurements: Measurements) -> list[Figure]:
    begin_t = measurements.house.begin_t
    with site(measurements.house, UVICORN) as served:
        seen = watch(
            measurements.house, served, USUAL, batch=BATCH, seconds=1.0, joins=JOINS, seeks=SEEKS, seek_from_t=begin_t
        )
    under = f"under {USUAL} viewers"
    return [
        *_latency_figures(f"join to hello {under}", seen.hellos_ms, None),
        *_latency_figures(f"join to first frame {under}", seen.joins_ms, MAX_LATENCY_MS),
        *_latency_figures(f"seek to first frame {under}, the asker's", seen.askers_seeks_ms, MAX_LATENCY_MS),
        *_latency_figures(f"seek to first frame {under}, everyone's", seen.everyones_seeks_ms, MAX_LATENCY_MS),
    ]


def _latency_figures(name: str, latencies_ms: list[float], max_p99_ms: float | None) -> list[Figure]:
    ordered = sorted(latencies_ms)
    return [
        Figure(f"{name}: p50", "ms", percentile(ordered, 0.5)),
        Figure(f"{name}: p99", "ms", percentile(ordered, 0.99), max_p99_ms),
    ]


def two_processes(measurements: Measurements) -> list[Figure]:
    """By their CPU, and not by filling them: on this machine the second shares its core with the audience and Redis.
    What that costs by itself the floor shows, whose processes have nothing to do with each other. Median of rounds, one
    and two in turn: what one process carries differs by a fifth from one minute to another."""
    figures = []
    for kind, at_least in ((UVICORN, MIN_OF_TWO), (FLOOR, None)):
        ones, twos, late_ms = [], [], []
        for _ in range(ROUNDS_OF_TWO):
            ones.append(USUAL / _cpu(measurements.fresh(kind, USUAL, False, 1)))
            with site(measurements.house, kind, processes=2) as served:
                seen = watch(measurements.house, served, 2 * USUAL)
            twos.append(sum(USUAL / cpu for cpu in seen.window.cpu))
            late_ms.append(seen.window.p99_ms)
        one, two = median(ones), median(twos)
        name = f"{kind}, {USUAL} viewers a process"
        figures += [
            Figure(f"{name}: carried by a full core", "", one),
            Figure(f"{name}: carried by two, a core each", "", two),
            Figure(f"{name}: two to one", "x", two / one, at_least, at_least=True),
            Figure(f"{name}: late, p99", "ms", median(late_ms)),
        ]
    return figures


def stalled(measurements: Measurements) -> list[Figure]:
    figures = []
    for kind in (UVICORN, DAPHNE):
        with site(measurements.house, kind) as served:
            seen = watch(measurements.house, served, STALLED, stalled=STALLED)
        beside = seen.beside_stalled
        if beside is None:
            raise RuntimeError("nobody looked at those beside the stalled ones")
        grown_mb = (beside.resident[0] - seen.window.resident[0]) / 1e6
        name = f"{kind}, {STALLED} viewers"
        figures += [
            Figure(f"{name} alone: late, p99", "ms", seen.window.p99_ms),
            Figure(
                f"{name} beside {STALLED} who do not read: late, p99",
                "ms",
                beside.p99_ms,
                MAX_LATE_MS if kind == UVICORN else None,
            ),
            Figure(f"{name}: memory that the others cost", "MB", grown_mb),
        ]
    return figures


def _named(kind: str, viewers: int, binary: bool, batch: int) -> str:
    return f"{kind}, {viewers:,} viewers, {'binary' if binary else 'JSON'}, batch={batch}"


def _cpu(seen: Seen) -> float:
    return sum(seen.window.cpu)


def _cpu_a_message(seen: Seen) -> float:
    """Core-seconds; where all messages come, their ratio is that of the CPU."""
    return _cpu(seen) * seen.window.seconds / max(seen.window.messages, 1)


def _viewer_kb(seen: Seen, viewers: int) -> float:
    return (seen.window.resident[0] - seen.alone_resident[0]) / (viewers - 1) / 1e3


PARTS: dict[str, Callable[[Measurements], list[Figure]]] = {
    "one_room": one_room,
    "many_rooms": many_rooms,
    "wire": wire,
    "memory": memory,
    "latency": latency,
    "two_processes": two_processes,
    "stalled": stalled,
}
"""What is measured, by name."""


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - PARTS.keys()
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    reason = why_not_measured()
    if reason:
        print(f"nothing is measured: {reason}")
        return 0
    print(f"rooms: {SUBJECT}", flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, house(Path(folder)) as scratch:
        measurements = Measurements(scratch)
        for part in wanted or PARTS:
            measured = PARTS[part](measurements)
            print(part, *(f"  {figure.line()}" for figure in measured), sep="\n", flush=True)
            figures += measured
    if not wanted:
        write_results("rooms", SUBJECT, figures)
    return int(any(figure.verdict == "MISSED" for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
