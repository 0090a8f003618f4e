"""Where a closed line comes near itself: at crossings, hairpins, parallel straights. Pure."""

import numpy as np
from scipy.spatial import cKDTree

from replays.build.closed_line import SPACING_M, ClosedLine, Floats, Indices

REACH_M = 50.0
ROUND_ABOUT = 1.75
"""Two places are on different parts if the way between them is so many times as long as the straight line.

Across a half circle it is 1.57 times as long: from one leg of a hairpin to the other, however tight, it is more.
"""

COARSE_M = 6.0
APART_M = 60.0
MOST_PARTS = 2
NO_PART = -1


def parts_beside(line: ClosedLine) -> Indices:
    """For each of the n points of `line` those nearest to it on other parts within REACH_M: (n, parts), NO_PART where
    there are no more. A line that keeps away from itself has (n, 0)."""
    points = len(line.xy_m)
    every = max(round(COARSE_M / SPACING_M), 1)
    own, ahead, gap_m = _pairs_on_other_parts(line, every)
    if not own.size:
        return np.empty((points, 0), dtype=np.intp)
    begins = (np.diff(own, prepend=-1) != 0) | (np.diff(ahead, prepend=0) * line.step_m > APART_M)
    nearest = np.lexsort((gap_m, np.cumsum(begins)))[begins]
    nearest = nearest[np.lexsort((gap_m[nearest], own[nearest]))]
    own, far = own[nearest], (own + ahead)[nearest] % points
    rank = np.arange(len(own)) - np.searchsorted(own, own)
    listed = rank < MOST_PARTS
    beside = np.full((points, int(rank[listed].max()) + 1), NO_PART, dtype=np.intp)
    beside[own[listed], rank[listed]] = far[listed]
    return np.repeat(beside[::every], every, axis=0)[:points]


def _pairs_on_other_parts(line: ClosedLine, every: int) -> tuple[Indices, Indices, Floats]:
    """Of all pairs among each `every`th point, either way round, those that are near and on different parts.

    Which point (pairs,), by how many points the other is ahead of it, and their distance; ordered by the first two.
    """
    points = len(line.xy_m)
    one, other = every * cKDTree(line.xy_m[::every]).query_pairs(REACH_M, output_type="ndarray").T
    own, far = np.concatenate([one, other]), np.concatenate([other, one])
    ahead = (far - own) % points
    gap_m = np.linalg.norm(line.xy_m[own] - line.xy_m[far], axis=1)
    along_m = np.minimum(ahead, points - ahead) * line.step_m
    order = np.lexsort((ahead, own))
    order = order[(along_m > ROUND_ABOUT * gap_m)[order]]
    return own[order], ahead[order], gap_m[order]
