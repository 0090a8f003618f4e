"""The circuit's outline and where a point lies along it. Pure.

Built from the positions of clean laps, or, without positions, from circuit data. Coordinates in metres;
a place along the track is a phase, 0 to 1 of a lap from the start/finish line.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from replays.loading.session_data import MISSING, PositionFeed, SessionData
from seasons.records import CircuitRecord, LapRecord

SPACING_M = 2.0
BIN_M = 6.0
CLEAN_LAPS = 12
MIN_SAMPLES_A_LAP = 120
MAX_STEP_IN_LAP_MS = 1_000
MAX_CLOSING_GAP_M = 120.0
DM_PER_M = 10.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed line, evenly spaced, beginning at start/finish, in the direction of travel.

    `xy_m` float64 (n, 2) without a repeated end; `length_m` of one round; `source` `telemetry` or `circuit_data`.
    """

    xy_m: Floats
    length_m: float
    source: str
    tree: cKDTree

    def phases(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Phase (0 to 1) and distance in metres from the outline of each point; NaN for points that are NaN.

        `xy_m` float64 (k, 2). The nearest place on the line, refined along its tangent.
        """
        phase = np.full(len(xy_m), np.nan)
        away_m = np.full(len(xy_m), np.nan)
        known = ~np.isnan(xy_m).any(axis=1)
        if not known.any():
            return phase, away_m
        away_m[known], nearest = self.tree.query(xy_m[known])
        tangent = np.roll(self.xy_m, -1, axis=0) - np.roll(self.xy_m, 1, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        along_m = ((xy_m[known] - self.xy_m[nearest]) * tangent[nearest]).sum(axis=1)
        step_m = self.length_m / len(self.xy_m)
        phase[known] = (nearest + np.clip(along_m / step_m, -0.5, 0.5)) / len(self.xy_m) % 1.0
        return phase, away_m


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
    if len(points) < 10:
        return None
    return _closed(points, "circuit_data")


def _from_telemetry(data: SessionData, feed: PositionFeed) -> Outline | None:
    laps = _clean_laps(data, feed)
    if not laps:
        return None
    base = _closed(laps[0], "telemetry")
    smooth = _closed(_median_line(base, np.concatenate(laps)), "telemetry")
    start = _phase_at_line(data, feed, smooth)
    shift = round(start * len(smooth.xy_m))
    xy_m = np.roll(smooth.xy_m, -shift, axis=0)
    return Outline(xy_m, smooth.length_m, "telemetry", cKDTree(xy_m))


def _clean_laps(data: SessionData, feed: PositionFeed) -> list[Floats]:
    """The positions of the fastest laps without a pit stop or a gap, fastest first; each (samples, 2)."""
    timed = [lap for lap in data.laps if _usable(lap)]
    accurate = [lap for lap in timed if lap.accurate]
    laps = []
    for lap in sorted(accurate or timed, key=lambda lap: lap.lap_time_ms or 0):
        rows = slice(*np.searchsorted(feed.t_ms, (lap.start_ms or 0, lap.end_ms or 0)))
        xy = _car_positions(feed, rows, data.column_of[lap.number])
        if len(xy) >= MIN_SAMPLES_A_LAP and np.diff(feed.t_ms[rows]).max() <= MAX_STEP_IN_LAP_MS:
            closing_m = np.linalg.norm(xy[0] - xy[-1])
            if closing_m <= MAX_CLOSING_GAP_M:
                laps.append(xy)
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


def _car_positions(feed: PositionFeed, rows: slice, car: int) -> Floats:
    x, y = feed.x_dm[rows, car], feed.y_dm[rows, car]
    known = x != MISSING
    return np.column_stack([x[known], y[known]]) / DM_PER_M


def _closed(points: Floats, source: str) -> Outline:
    """The smooth closed curve through `points` (k, 2), evenly spaced, beginning at the first of them."""
    moved = np.linalg.norm(np.diff(points, axis=0), axis=1) > 0.5
    points = points[np.concatenate([[True], moved])]
    if np.linalg.norm(points[0] - points[-1]) < SPACING_M:
        points = points[:-1]
    ring = np.vstack([points, points[:1]])
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    curve = CubicSpline(at, ring, bc_type="periodic")
    fine = curve(np.linspace(0, at[-1], 4 * max(round(at[-1] / SPACING_M), 8) + 1))
    arc_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    count = max(round(arc_m[-1] / SPACING_M), 8)
    even = np.linspace(0, arc_m[-1], count, endpoint=False)
    xy_m = np.column_stack([np.interp(even, arc_m, fine[:, axis]) for axis in (0, 1)])
    return Outline(xy_m, float(arc_m[-1]), source, cKDTree(xy_m))


def _median_line(base: Outline, points: Floats) -> Floats:
    """`base` moved to the median of the `points` around it, in bins of BIN_M along it; (bins, 2)."""
    phase, _ = base.phases(points)
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


def _phase_at_line(data: SessionData, feed: PositionFeed, outline: Outline) -> float:
    """The phase at which the cars are when the timing feed says that they cross the line."""
    crossings = [
        (data.column_of[lap.number], lap.end_ms) for lap in data.laps if _usable(lap) and lap.end_ms is not None
    ]
    return phase_when(feed, outline, crossings) or 0.0


def phase_when(feed: PositionFeed, outline: Outline, passings: list[tuple[int, int]]) -> float | None:
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
    phase, _ = outline.phases(np.array(points) / DM_PER_M)
    middle = np.angle(np.exp(2j * np.pi * phase).mean())
    around = np.angle(np.exp(1j * (2 * np.pi * phase - middle)))
    return float((middle + np.median(around)) / (2 * np.pi) % 1.0)
