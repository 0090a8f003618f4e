"""A closed line in the plane and places along it. Pure.

Coordinates in metres; a place along the line is a phase, 0 to 1 of a round from its first point.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

SPACING_M = 2.0
SETTLING_ROUNDS = 4
MAX_SETTLING_STEPS = 15

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """A closed line, evenly spaced. `xy_m` float64 (n, 2) without a repeated end; `length_m` of one round."""

    xy_m: Floats
    length_m: float
    tree: cKDTree

    @property
    def step_m(self) -> float:
        return self.length_m / len(self.xy_m)

    def at(self, phase: Floats) -> Floats:
        """The places at phases (k,) of a round, 0 to 1: metres, (k, 2)."""
        along = phase * len(self.xy_m)
        before = along.astype(np.intp)
        share = (along - before)[:, None]
        ring = np.vstack([self.xy_m, self.xy_m[:2]])  # a phase may be rounded up to 1
        ahead = np.diff(ring, axis=0)
        return ring.take(before, axis=0) + ahead.take(before, axis=0) * share

    def phases(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Phase (0 to 1) and distance in metres from the line of each point; NaN for points that are NaN.

        `xy_m` float64 (k, 2). The nearest place on the line, wherever the point came from.
        """
        phase = np.full(len(xy_m), np.nan)
        away_m = np.full(len(xy_m), np.nan)
        known = ~np.isnan(xy_m).any(axis=1)
        away_m[known], nearest = self.tree.query(xy_m[known])
        phase[known] = self.phase_beside(xy_m[known], nearest)
        return phase, away_m

    def phase_beside(self, xy_m: Floats, index: Indices) -> Floats:
        """The phase of each point (k, 2) next to the line's point `index` (k,), refined along the tangent there."""
        steps = self._steps_ahead(xy_m, index)
        return (index + np.clip(steps, -0.5, 0.5)) / len(self.xy_m) % 1.0

    def settled(self, xy_m: Floats, index: Indices) -> Indices:
        """The line's points (k,) nearest to the points (k, 2) on that part of the line on which `index` (k,) are."""
        gap_m = self._away_m(xy_m, index)
        for _ in range(SETTLING_ROUNDS):
            steps = np.clip(np.rint(self._steps_ahead(xy_m, index)), -MAX_SETTLING_STEPS, MAX_SETTLING_STEPS)
            moved = (index + steps.astype(np.intp)) % len(self.xy_m)
            moved_gap_m = self._away_m(xy_m, moved)
            closer = moved_gap_m < gap_m
            index, gap_m = np.where(closer, moved, index), np.where(closer, moved_gap_m, gap_m)
        return index

    def _away_m(self, xy_m: Floats, index: Indices) -> Floats:
        offset = xy_m - self.xy_m[index]
        return np.hypot(offset[:, 0], offset[:, 1])

    def _steps_ahead(self, xy_m: Floats, index: Indices) -> Floats:
        """How far each point is ahead of the line's point `index`, along the tangent there, in points."""
        tangent = np.roll(self.xy_m, -1, axis=0) - np.roll(self.xy_m, 1, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        along_m = ((xy_m - self.xy_m[index]) * tangent[index]).sum(axis=1)
        return along_m / self.step_m


def closed_line(points: Floats) -> ClosedLine:
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
    return ClosedLine(xy_m, float(arc_m[-1]), cKDTree(xy_m))
