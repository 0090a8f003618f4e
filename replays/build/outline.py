"""The circuit's outline. Pure.

Built from the positions of clean laps, or, without positions, from circuit data. Coordinates in metres;
a place along the track is a phase, 0 to 1 of a lap from the start/finish line.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from replays.build.closed_line import ClosedLine, Floats, closed_line
from replays.build.projection import Times, followed_phases
from replays.loading.session_data import MISSING, PositionFeed, SessionData
from seasons.records import CircuitRecord, LapRecord

BIN_M = 6.0
CLEAN_LAPS = 12
MIN_SAMPLES_A_LAP = 120
MAX_STEP_IN_LAP_MS = 1_000
MAX_CLOSING_GAP_M = 120.0
MIN_DRAWN_POINTS = 10
MAX_OVERLAP_M = 50.0
DM_PER_M = 10.0


@dataclass(frozen=True, slots=True)
class Outline(ClosedLine):
    """The line cars drive, from start/finish on, in their direction; `source` `telemetry` or `circuit_data`."""

    source: str


def position_m(feed: PositionFeed) -> Floats:
    """The feed's positions in metres, float64 (instants, cars, 2), NaN where missing."""
    xy = np.stack([feed.x_dm, feed.y_dm], axis=-1).astype(np.float64) / DM_PER_M
    xy[feed.x_dm == MISSING] = np.nan
    return xy


def build_outline(data: SessionData) -> Outline | None:
    """The outline from the densest clean laps, else from circuit data, else None."""
    if data.positions is not None:
        outline = _from_telemetry(data, data.positions)
        if outline is not None:
            return outline
    return None if data.circuit is None else _from_circuit_data(data.circuit)


def _from_circuit_data(circuit: CircuitRecord) -> Outline | None:
    """The drawing begins at the line already. None where it is too short to be a circuit."""
    points = np.column_stack([circuit.x_m, circuit.y_m])
    if len(points) < MIN_DRAWN_POINTS:
        return None
    drawn = closed_line(_without_overlap(points))
    return Outline(drawn.xy_m, drawn.length_m, drawn.tree, "circuit_data")


def _without_overlap(points: Floats) -> Floats:
    """`points` without those at the end that lie past the first one: most drawings go on a little over the line."""
    ahead = points[3] - points[0]
    end = len(points)
    while end > MIN_DRAWN_POINTS and _is_past(points[end - 1] - points[0], ahead):
        end -= 1
    return points[:end]


def _is_past(offset: Floats, ahead: Floats) -> bool:
    return bool(np.linalg.norm(offset) < MAX_OVERLAP_M and offset @ ahead > 0)


def _from_telemetry(data: SessionData, feed: PositionFeed) -> Outline | None:
    laps = _clean_laps(data, feed)
    if not laps:
        return None
    _, fastest = laps[0]
    smooth = closed_line(_median_line(closed_line(fastest), laps))
    start = _phase_at_line(data, feed, smooth)
    xy_m = smooth.at((start + np.arange(len(smooth.xy_m)) / len(smooth.xy_m)) % 1.0)
    return Outline(xy_m, smooth.length_m, cKDTree(xy_m), "telemetry")


def _clean_laps(data: SessionData, feed: PositionFeed) -> list[tuple[Times, Floats]]:
    """The fastest laps without a pit stop or a gap, fastest first: times (samples,) and positions (samples, 2)."""
    timed = [lap for lap in data.laps if _usable(lap)]
    accurate = [lap for lap in timed if lap.accurate]
    laps = []
    for lap in sorted(accurate or timed, key=lambda lap: lap.lap_time_ms or 0):
        rows = slice(*np.searchsorted(feed.t_ms, (lap.start_ms or 0, lap.end_ms or 0)))
        t_ms, xy = _car_positions(feed, rows, data.column_of[lap.number])
        if len(xy) >= MIN_SAMPLES_A_LAP and np.diff(feed.t_ms[rows]).max() <= MAX_STEP_IN_LAP_MS:
            closing_m = np.linalg.norm(xy[0] - xy[-1])
            if closing_m <= MAX_CLOSING_GAP_M:
                laps.append((t_ms, xy))
        if len(laps) == CLEAN_LAPS:
            break
    return laps


def _usable(lap: LapRecord) -> bool:
    return bool(
        lap.lap_time_ms
        and lap.start_ms is not None
        and lap.end_ms is not None
        and lap.pit_in_ms is None
        and lap.pit_out_ms is None
        and not lap.generated
    )


def _car_positions(feed: PositionFeed, rows: slice, car: int) -> tuple[Times, Floats]:
    x, y = feed.x_dm[rows, car], feed.y_dm[rows, car]
    known = x != MISSING
    return feed.t_ms[rows][known], np.column_stack([x[known], y[known]]) / DM_PER_M


def _median_line(base: ClosedLine, laps: list[tuple[Times, Floats]]) -> Floats:
    """`base` moved to the median of the points of `laps` beside it, in bins of BIN_M along it; (bins, 2)."""
    way = np.repeat(np.arange(len(laps)), [len(t_ms) for t_ms, _ in laps])
    points = np.concatenate([xy for _, xy in laps])
    phase, _ = followed_phases(base, way, np.concatenate([t_ms for t_ms, _ in laps]), points)
    bins = max(round(base.length_m / BIN_M), 16)
    owner = np.minimum((phase * bins).astype(int), bins - 1)
    nearest = np.round(phase * len(base.xy_m)).astype(int) % len(base.xy_m)
    offset = points - base.xy_m[nearest]
    centres = base.xy_m[np.round((np.arange(bins) + 0.5) / bins * len(base.xy_m)).astype(int) % len(base.xy_m)]
    line = centres.copy()
    order = np.argsort(owner, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        line[owner[group[0]]] += np.median(offset[group], axis=0)
    return (np.roll(line, 1, axis=0) + 2 * line + np.roll(line, -1, axis=0)) / 4


def _phase_at_line(data: SessionData, feed: PositionFeed, line: ClosedLine) -> float:
    """The phase at which the cars are when the timing feed says that they cross the line."""
    crossings = [
        (data.column_of[lap.number], lap.end_ms) for lap in data.laps if _usable(lap) and lap.end_ms is not None
    ]
    return phase_when(feed, line, crossings) or 0.0


def phase_when(feed: PositionFeed, line: ClosedLine, passings: list[tuple[int, int]]) -> float | None:
    """The median phase at which cars are at given times: `passings` are (car column, t_ms); None without any."""
    points = []
    for car, t_ms in passings:
        row = int(np.searchsorted(feed.t_ms, t_ms))
        if not 0 < row < len(feed.t_ms) or feed.t_ms[row] - feed.t_ms[row - 1] > MAX_STEP_IN_LAP_MS:
            continue
        pair_x, pair_y = feed.x_dm[row - 1 : row + 1, car], feed.y_dm[row - 1 : row + 1, car]
        if (pair_x == MISSING).any():
            continue
        share = (t_ms - feed.t_ms[row - 1]) / (feed.t_ms[row] - feed.t_ms[row - 1])
        points.append((pair_x[0] + (pair_x[1] - pair_x[0]) * share, pair_y[0] + (pair_y[1] - pair_y[0]) * share))
    if not points:
        return None
    phase, _ = line.phases(np.array(points) / DM_PER_M)
    middle = np.angle(np.exp(2j * np.pi * phase).mean())
    around = np.angle(np.exp(1j * (2 * np.pi * phase - middle)))
    return float((middle + np.median(around)) / (2 * np.pi) % 1.0)
