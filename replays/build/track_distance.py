"""How far cars were from where cars can be: the outline and the pit lane. Pure."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from replays.build.closed_line import SPACING_M, Floats
from replays.build.outline import position_m
from replays.build.places import Places
from replays.loading.session_data import PositionFeed

FAR_M = 25.0
"""Further from the outline and the pit lane than this a car is off the circuit, or its position is wrong."""

ON_TRACK_M = 10.0
"""Nearer to the outline than this a car is on the track: the pit lane is not asked."""


@dataclass(frozen=True, slots=True)
class FarSamples:
    """How many of the `known` samples were further than FAR_M from outline and pit lane, and the furthest of all."""

    known: int
    far: int
    furthest_m: float | None

    @property
    def share(self) -> float:
        return self.far / self.known if self.known else 0.0


def track_distances_m(places: Places, feed: PositionFeed, pit_lane: Floats | None) -> Floats:
    """The distance of every sample from the outline or the pit lane, whichever is nearer: float64 (instants, cars) in
    metres, NaN where the place is not known.

    `places` are those of `feed`; `pit_lane` (points, 2) from `pit_lane_path`, or None where it is not known.
    """
    distance_m = places.away_m.copy()
    if pit_lane is None or len(pit_lane) < 2:
        return distance_m
    beside = distance_m > ON_TRACK_M
    to_lane_m, _ = cKDTree(_filled(pit_lane)).query(position_m(feed)[beside])
    distance_m[beside] = np.minimum(distance_m[beside], to_lane_m)
    return distance_m


def _filled(path: Floats) -> Floats:
    """`path` (points, 2) with points at most SPACING_M apart."""
    along_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    even_m = np.linspace(0, along_m[-1], int(np.ceil(along_m[-1] / SPACING_M)) + 1)
    return np.column_stack([np.interp(even_m, along_m, path[:, axis]) for axis in (0, 1)])


def far_samples(distance_m: Floats) -> FarSamples:
    """The count of `track_distances_m`, or of a part of it: those outside of incidents, say."""
    known = distance_m[~np.isnan(distance_m)]
    return FarSamples(known.size, int((known > FAR_M).sum()), float(known.max()) if known.size else None)
