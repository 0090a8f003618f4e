"""`make fidelity`: how true replays are, beside their targets. Exits with 1 where one is missed.

The demo race, of which the simulator knows the truth, with even stamps of its positions and with stamps as bad as the
real ones; and every session of the archive of real ones. `python -m benchmarks.fidelity demo` measures one subject.

The archive has one race with positions. What the build has to choose (how late speeds are looked for, how a step's
error is shared out, blocks of the clock) was chosen on that race, so its figures are not those of an unseen one.
"""

import pickle
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import archive, true_demo
from benchmarks.crossing_scatter import FINISH, LINES, crossing_errors_ms
from benchmarks.drawn_motion import driven_back_m, unsteadiness_kmh
from benchmarks.figures import Figure, write_results
from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.artefact.model import Feed, Replay
from replays.build import fidelity
from replays.build.assemble import build_replay
from replays.build.mended_clock import mended_clock
from replays.build.mended_places import mended_places
from replays.build.outline import Outline, build_outline
from replays.build.places import places_of
from replays.build.telemetry_feeds import on_clock
from replays.build.timing_lag import on_official_clock
from replays.columns import BY_NAME, null_of
from replays.loading.session_data import SessionData
from replays.timeline import Timeline

MAX_LEFT_OUT_M = (0.11, 0.8)
"""On the race that is measured; median and p95."""
MIN_STRAIGHT_TO_OURS = (8, 3)
MAX_SPEED_KMH = 15
MAX_SCATTER_MS = 15
FAST = (1.07, 1.1, 1.15, 1.2)
"""What a fast lap may be to the fastest; the race was wet, and the answer depends on it."""
MAX_GAP_S = (0.03, 0.2)
FRAMES_A_SECOND = 10
BACK_M = 0.5
"""What is less is noise: the feed's grain of 0.1 m, and the outline's."""
ROBUST_SD = 1.4826


def real_session(data: SessionData) -> list[Figure]:
    built = build_replay(data)
    name = built.header["session"]["key"]
    return [
        Figure(f"{name}: {figure.name}", *_rest(figure)) for figure in [*_lines(data, built), *_motion(data, built)]
    ]


def _rest(figure: Figure) -> tuple[str, float, float | None, str, bool]:
    return figure.unit, figure.measured, figure.target, figure.peer, figure.at_least


def _lines(data: SessionData, built: Replay) -> list[Figure]:
    timing = _timing(built)
    figures = []
    right, crossings = fidelity.places_at_lines(data, timing)
    if crossings:
        errors_s = fidelity.gap_errors_s(data, timing)
        figures += [
            Figure(f"official place at {crossings} line crossings", "%", 100 * right / crossings, 100, "", True),
            Figure("gap to the leader at the line, median error", "s", float(np.median(errors_s)), MAX_GAP_S[0]),
            Figure("gap to the leader at the line, p99 error", "s", float(np.percentile(errors_s, 99)), MAX_GAP_S[1]),
        ]
    official = fidelity.final_order_is_official(data, timing)
    if official is not None:
        figures.append(Figure("final order is the classification", "%", 100.0 * official, 100, "", True))
    return figures


def _timing(built: Replay) -> Feed:
    return next(feed for feed in built.feeds if feed.name == "timing")


def _motion(data: SessionData, built: Replay) -> list[Figure]:
    """What can be said of motion where there are positions and speeds."""
    clock = on_official_clock(mended_clock(data.positions, data.cars), data)
    if data.positions is None or data.cars is None or clock.spread_ms is None:
        return []
    mended = on_clock(data, clock)
    outline = build_outline(mended)
    if outline is None or mended.positions is None or mended.cars is None:
        return []
    places = mended_places(mended.positions, mended.cars, outline, places_of(mended.positions, outline))
    placed = replace(mended, positions=places.feed)
    cars = range(len(data.entries))
    ours = _two(fidelity.left_out_m(data.positions, data.cars, clock.speed_lag_ms, cars))
    straight = _two(fidelity.straight_left_out_m(data.positions, data.cars, cars))
    own_clock = _two(fidelity.speed_errors_kmh(data.positions, data.cars))
    off_track = built.header["quality"]["off_track"]
    return [
        Figure("left-out sample, median", "m", ours[0], MAX_LEFT_OUT_M[0]),
        Figure("left-out sample, p95", "m", ours[1], MAX_LEFT_OUT_M[1]),
        Figure("  straight lines on the feed's clock, median", "m", straight[0]),
        Figure("  straight lines on the feed's clock, p95", "m", straight[1]),
        Figure("  straight lines' median to ours", "x", straight[0] / ours[0], MIN_STRAIGHT_TO_OURS[0], "", True),
        Figure("  straight lines' p95 to ours", "x", straight[1] / ours[1], MIN_STRAIGHT_TO_OURS[1], "", True),
        Figure("speed of the motion to the cars' own, p95", "km/h", _two(_speed_errors(mended))[1], MAX_SPEED_KMH),
        Figure("  on the feed's clock, p95", "km/h", own_clock[1]),
        *(_scatter(placed, data, outline, fast, lines) for lines in ((FINISH,), LINES) for fast in FAST),
        *_drawn(built, outline),
        Figure("places more than 25 m from track and pit lane", "", off_track["far"], 0),
        Figure("  furthest", "m", off_track["furthest_m"]),
    ]


def _drawn(built: Replay, outline: Outline) -> list[Figure]:
    """As viewers see it, FRAMES_A_SECOND."""
    files = pack(built)
    played = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    step_ms = 1_000 // FRAMES_A_SECOND
    frames = np.stack([played.sample(t_ms) for t_ms in range(built.t_start_ms, built.t_end_ms, step_ms)])
    x, y, speed = (_values(frames, name) for name in ("x", "y", "speed"))
    xy_m = np.stack([x, y], axis=-1)
    back_m = driven_back_m(xy_m, speed, outline)
    more_kmh = unsteadiness_kmh(xy_m, speed, 1 / FRAMES_A_SECOND)
    return [
        Figure(f"drawn back by more than {BACK_M} m, of {back_m.size} times", "", int((back_m > BACK_M).sum()), 0),
        Figure("  furthest", "m", float(back_m.max())),
        Figure("drawn speed on straights varies more than its channel, median", "km/h", float(np.median(more_kmh)), 0),
        Figure("  p95", "km/h", float(np.percentile(more_kmh, 95))),
    ]


def _values(frames: np.ndarray, name: str) -> np.ndarray:
    column, raw = BY_NAME[name], frames[name]
    return np.where(raw == null_of(column.dtype), np.nan, raw / column.scale)


def _scatter(placed: SessionData, told: SessionData, outline: Outline, fast: float, lines: tuple[int, ...]) -> Figure:
    ours_ms, feeds_ms = (crossing_errors_ms(one, outline, fast, lines) for one in (placed, told))
    ours, feeds = (float(np.median(np.abs(errors_ms)) * ROBUST_SD) for errors_ms in (ours_ms, feeds_ms))
    where = "the finish line" if lines == (FINISH,) else "all three lines"
    name = f"scatter at {where}, {len(ours_ms)} crossings of laps within {fast:.0%} (feed's clock: {feeds:.1f})"
    return Figure(name, "ms", ours, MAX_SCATTER_MS)


def _speed_errors(data: SessionData) -> np.ndarray:
    assert data.positions is not None
    assert data.cars is not None
    return fidelity.speed_errors_kmh(data.positions, data.cars)


def _two(errors: np.ndarray) -> tuple[float, float]:
    return float(np.median(errors)), float(np.percentile(errors, 95))


def main(wanted: list[str]) -> int:
    subjects: dict[str, Callable[[], list[Figure]]] = {
        "demo": lambda: true_demo.figures(jitter_ms=0.0),
        "jittered": lambda: true_demo.figures(jitter_ms=true_demo.REAL_JITTER_MS),
    }
    with tempfile.TemporaryDirectory(prefix="fidelity-") as folder:
        sessions = {} if archive.why_no_archive() else archive.load_all(Path(folder))
        for name, stored in sessions.items():
            subjects[name] = lambda stored=stored: real_session(pickle.loads(stored.read_bytes()))
        unknown = set(wanted) - subjects.keys()
        if unknown:
            print(f"no such subject: {', '.join(sorted(unknown))}; there are: {', '.join(subjects)}", file=sys.stderr)
            return 2
        figures: list[Figure] = []
        for name in wanted or subjects:
            measured = subjects[name]()
            print(name, *(f"  {figure.line()}" for figure in measured), sep="\n", flush=True)
            figures += measured
    if reason := archive.why_no_archive():
        print(f"no real sessions were measured: {reason}")
    elif not wanted:
        write_results("fidelity", "the demo race with its truth; every session of the archive", figures)
    return int(any(figure.verdict == "MISSED" for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
