"""Where along a closed line cars are, by the way they go. Pure.

The nearest place is wrong where the line comes near itself: at a crossing, on the legs of a hairpin, along parallel
straights. There each car has a candidate on every part within reach, and of all ways through the candidates, from
the last place without doubt to the next, that one counts which goes on as the car itself moves.
"""

import numpy as np
import numpy.typing as npt

from replays.build.cheapest_way import cheapest_way
from replays.build.closed_line import ClosedLine, Floats, Indices
from replays.build.near_parts import NO_PART, ROUND_ABOUT, parts_beside

Times = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MAX_SPEED_M_S = 110.0
SLACK_M = 30.0
"""How much further, or further back, than a car can have driven noise and the feed's jitter may make it seem."""

NOISE_M = 5.0
"""How much shorter noise may make a car's movement seem in a tight bend."""

WEIGHT_OF_DISTANCE = 0.5
"""How much a metre beside the line counts against a metre of unlike movement: little, since a car that stands off the
line stands there for hundreds of samples, but moves from part to part once."""

IMPOSSIBLE = 1e7
"""More than hours of anything else add up to: a car changes parts only where it cannot be otherwise."""

NO_CANDIDATE = 1e9


def followed_phases(line: ClosedLine, way: Indices, t_ms: Times, xy_m: Floats) -> tuple[Floats, Floats]:
    """Phase (0 to 1) along `line`, and metres from its nearest point, of the samples (k,) of one or more ways.

    `way` (k,) says whose each sample is; those of a way are together and in time order. `t_ms` int64 (k,); `xy_m`
    float64 (k, 2), NaN where the place is not known, and then phase and distance are NaN too.
    """
    phase = np.full(len(xy_m), np.nan)
    away_m = np.full(len(xy_m), np.nan)
    known = np.flatnonzero(~np.isnan(xy_m).any(axis=1))
    way, t_ms, xy_m = way[known], t_ms[known], xy_m[known]
    # In as many threads as there are cores: in one it is an eighth of a build.
    away_m[known], nearest = line.tree.query(xy_m, workers=-1)
    index = nearest
    beside = parts_beside(line)
    doubtful = (beside != NO_PART).any(axis=1)[nearest]
    if doubtful.any():
        index = _followed(line, beside, nearest, doubtful, np.diff(way) == 0, t_ms, xy_m)
    phase[known] = line.phase_beside(xy_m, index)
    return phase, away_m


def _followed(
    line: ClosedLine, beside: Indices, nearest: Indices, doubtful: Flags, goes_on: Flags, t_ms: Times, xy_m: Floats
) -> Indices:
    """`nearest` (k,) with the places on the way where that is `doubtful`; `goes_on` (k - 1,): the next sample is of the
    same way."""
    involved = doubtful.copy()
    involved[:-1] |= doubtful[1:] & goes_on
    involved[1:] |= doubtful[:-1] & goes_on
    rows = np.flatnonzero(involved)
    linked = (np.diff(rows) == 1) & goes_on[rows[:-1]]
    candidates = _candidates(line, beside, nearest[rows], xy_m[rows])
    chosen = cheapest_way(_costs(line, candidates, t_ms[rows], xy_m[rows], linked))
    index = nearest.copy()
    index[rows] = candidates[chosen, np.arange(len(rows))]
    return index


def _candidates(line: ClosedLine, beside: Indices, nearest: Indices, xy_m: Floats) -> Indices:
    """The points of the line at which each of m samples may be, (candidates, m): the nearest, and those on other parts;
    NO_PART where there are no more."""
    candidates = np.vstack([nearest, beside[nearest].T])
    for others in candidates[1:]:
        there = others != NO_PART
        others[there] = line.settled(xy_m[there], others[there])
    return candidates


def _costs(line: ClosedLine, candidates: Indices, t_ms: Times, xy_m: Floats, linked: Flags) -> Floats:
    """What speaks against each candidate of a sample after each one of the sample before: see `cheapest_way`.

    Its distance, and where `linked` (m - 1,) with the sample before, by how much the way from candidate to candidate is
    shorter than the car's movement, or longer than it can be round a bend: which says the less the longer it took.
    """
    offset_m = np.linalg.norm(line.xy_m[candidates] - xy_m, axis=2)
    standing = np.where(candidates == NO_PART, NO_CANDIDATE, WEIGHT_OF_DISTANCE * offset_m)
    along_m = line.step_m * candidates
    half_m = line.length_m / 2
    ahead_m = (along_m[None, :, 1:] - along_m[:, None, :-1] + half_m) % line.length_m - half_m
    elapsed_s = np.diff(t_ms) / 1_000
    moved_m = np.linalg.norm(np.diff(xy_m, axis=0), axis=1)
    unlike = np.maximum(moved_m - ahead_m, 0.0) + np.maximum(ahead_m - ROUND_ABOUT * moved_m - NOISE_M, 0.0)
    unlike /= np.maximum(elapsed_s, 1.0)
    unlike[(ahead_m < -moved_m - SLACK_M) | (ahead_m > MAX_SPEED_M_S * elapsed_s + SLACK_M)] += IMPOSSIBLE
    cost = np.repeat(standing[None], len(candidates), axis=0)
    cost[:, :, 1:] += np.where(linked, unlike, 0.0)
    return cost
