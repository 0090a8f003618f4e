"""The demo race against what its simulator knows to be true. Imports FastF1, which reads its recording."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.drawn_figures import drawn_figures
from benchmarks.figures import Figure
from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build.assemble import build_replay
from replays.build.mended_clock import mended_clock
from replays.build.outline import build_outline
from replays.build.telemetry_feeds import on_clock
from replays.loading.recorded_file import load_recorded
from replays.loading.session_data import SessionData
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from replays.simulator.livetiming import write_livetiming
from replays.simulator.motion import NOT_REACHED
from replays.simulator.simulation import simulate_race
from replays.simulator.truth import SimulatedRace
from replays.timeline import Timeline
from seasons.records import SessionRecord

REAL_JITTER_MS = 50.0
"""The standard deviation of the real feed's stamps, by what mending them does."""
RANDOM_TIMES = 4_000
MIN_EXACT, MIN_LEADER = 99.0, 99.9
MAX_GAP_S = (0.03, 0.2)


def figures(jitter_ms: float) -> list[Figure]:
    """Of the race recorded with stamps that are off by `jitter_ms`."""
    truth = simulate_race()
    data = _recorded(truth, jitter_ms)
    built = build_replay(data)
    outline = build_outline(on_clock(data, mended_clock(data.positions, data.cars)))
    assert outline is not None
    files = pack(built)
    played = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    column_of = np.array([data.column_of[driver.number] for driver in truth.drivers])
    name = "demo" if not jitter_ms else f"demo, stamps off by {jitter_ms:.0f} ms"
    exact, leader, away_m = _at_random_times(truth, played, column_of)
    right, crossings, gaps_s = _at_lines(truth, played, column_of)
    return [
        Figure(f"{name}: order exact at random times", "%", exact, MIN_EXACT, "", True),
        Figure(f"{name}: leader right at random times", "%", leader, MIN_LEADER, "", True),
        Figure(f"{name}: true place at {crossings} line crossings", "%", 100 * right / crossings, 100, "", True),
        Figure(
            f"{name}: final order is the true one", "%", 100.0 * _ends_right(truth, played, column_of), 100, "", True
        ),
        Figure(f"{name}: gap to the leader at the line, median error", "s", float(np.median(gaps_s)), MAX_GAP_S[0]),
        Figure(
            f"{name}: gap to the leader at the line, p99 error", "s", float(np.percentile(gaps_s, 99)), MAX_GAP_S[1]
        ),
        Figure(f"{name}: place of a car, median error", "m", float(np.median(away_m))),
        Figure(f"{name}: place of a car, p95 error", "m", float(np.percentile(away_m, 95))),
        *(figure.of(name) for figure in drawn_figures(built, outline)),
    ]


def _recorded(truth: SimulatedRace, jitter_ms: float) -> SessionData:
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        path = Path(folder) / "race.txt"
        write_livetiming(truth, path, position_clock_jitter_ms=jitter_ms)
        record = SessionRecord(DEMO_EVENT, "race", "Race", RECORDING_STARTS, 0)
        return load_recorded(path, record, cache_dir=Path(folder), offline=True, say=lambda step: None)


def _at_random_times(truth: SimulatedRace, played: Timeline, column_of: np.ndarray) -> tuple[float, float, np.ndarray]:
    """How often the order of the cars that run is exact, and their leader right, in percent; and how far each car is
    from where it is shown, in metres."""
    moments = np.sort(np.random.default_rng(7).integers(truth.lights_out_ms, truth.end_ms - 2_000, RANDOM_TIMES))
    orders, places = truth.order_at(moments), truth.at(moments)
    exact = leaders = 0
    away_m = []
    for row, t_ms in enumerate(moments.tolist()):
        frame = played.sample(t_ms)
        cars = [car for car in orders[row].tolist() if truth.retired_ms.get(car, t_ms + 1) > t_ms]
        shown = sorted(cars, key=lambda car: int(frame["position"][column_of[car]]))
        exact += shown == cars
        leaders += shown[0] == cars[0]
        x_m, y_m = frame["x"][column_of[cars]] / 100, frame["y"][column_of[cars]] / 100
        away_m.append(np.hypot(x_m - places.x_m[row, cars], y_m - places.y_m[row, cars]))
    return 100 * exact / len(moments), 100 * leaders / len(moments), np.concatenate(away_m)


def _at_lines(truth: SimulatedRace, played: Timeline, column_of: np.ndarray) -> tuple[int, int, list[float]]:
    """How many of how many crossings have the true place, and the errors of the gaps in seconds."""
    right = crossings = 0
    errors_s = []
    for ends in truth.lap_end_ms:
        for car in np.flatnonzero(ends != NOT_REACHED).tolist():
            t_ms = int(ends[car])
            frame = played.sample(t_ms)
            right += int(frame["position"][column_of[car]]) == 1 + truth.order_at(t_ms)[0].tolist().index(car)
            crossings += 1
            gap_s = truth.gap_at(t_ms)[0][car]
            if not np.isnan(gap_s):
                errors_s.append(abs(int(frame["gap"][column_of[car]]) / 1000 - gap_s))
    return right, crossings, errors_s


def _ends_right(truth: SimulatedRace, played: Timeline, column_of: np.ndarray) -> bool:
    frame = played.sample(played.manifest.t_end_ms)
    shown = np.argsort(frame["position"]).tolist()
    return shown == [int(column_of[result.car]) for result in truth.classification]
