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

from benchmarks import archive, official_ends, true_demo
from benchmarks.crossing_scatter import FINISH, LINES, crossing_errors_ms
from benchmarks.drawn_figures import drawn_figures
from benchmarks.figures import Figure, write_results
from replays.artefact.model import Feed, Replay
from replays.build import fidelity
from replays.build.assemble import build_replay
from replays.build.located import located
from replays.build.mended_clock import mended_clock, robust_sd
from replays.build.outline import Outline, build_outline
from replays.build.passages import sector_phases
from replays.build.telemetry_feeds import on_clock
from replays.build.timing_lag import on_official_clock
from replays.loading.session_data import SessionData

MAX_LEFT_OUT_M = (0.11, 0.8)
"""On the race that is measured; median and p95."""
MIN_STRAIGHT_TO_OURS = (8, 3)
MAX_SPEED_KMH = 15
MAX_SCATTER_MS = 15
FAST = (1.07, 1.1, 1.15, 1.2)
"""What a fast lap may be to the fastest; the race was wet, and the answer depends on it."""
MAX_GAP_S = (0.03, 0.2)


def real_session(data: SessionData) -> list[Figure]:
    built = build_replay(data)
    name = built.header["session"]["key"]
    return [figure.of(name) for figure in [*_lines(data, built), *_motion(data, built)]]


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
    ends_ms = official_ends.last_gap_errors_ms(data)
    if ends_ms:
        figures.append(Figure(f"gap of {len(ends_ms)} cars at the flag to the result's, most", "ms", max(ends_ms), 1))
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
    sectors = sector_phases(mended, outline)
    cars = located(mended, data.positions.t_ms, outline, sectors, mends=not clock.why_not)
    if cars is None:
        return []
    placed = replace(mended, positions=cars.feed)
    columns = range(len(data.entries))
    ours = _two(fidelity.left_out_m(data.positions, data.cars, clock.speed_lag_ms, columns))
    straight = _two(fidelity.straight_left_out_m(data.positions, data.cars, columns))
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
        *drawn_figures(built, outline),
        Figure("places more than 25 m from track and pit lane", "", off_track["far"], 0),
        Figure("  furthest", "m", off_track["furthest_m"]),
    ]


def _scatter(placed: SessionData, told: SessionData, outline: Outline, fast: float, lines: tuple[int, ...]) -> Figure:
    ours_ms, feeds_ms = (crossing_errors_ms(one, outline, fast, lines) for one in (placed, told))
    ours, feeds = (robust_sd(errors_ms) for errors_ms in (ours_ms, feeds_ms))
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
