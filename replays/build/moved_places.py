"""Places moved along the outline, and the samples of the position feed with them. Pure."""

from dataclasses import dataclass, replace

import numpy as np

from replays.build.closed_line import ClosedLine, Floats
from replays.build.outline import DM_PER_M
from replays.build.places import Places
from replays.loading.session_data import PositionFeed


@dataclass(frozen=True, slots=True)
class MovedPlaces:
    """The feed and its places on the outline, and by how much its samples were moved along that: `moved_m` float64
    (instants, cars), 0 where they were not."""

    feed: PositionFeed
    places: Places
    moved_m: Floats


def moved_places(feed: PositionFeed, line: ClosedLine, places: Places, moved_m: Floats) -> MovedPlaces:
    """`feed`, whose places on `line` are `places`, with its samples moved by `moved_m`: as far as the line goes from
    the phase where each was to where it is now."""
    phase = places.phase + moved_m / line.length_m
    now = replace(places, phase=phase - np.floor(phase))
    moves = np.abs(moved_m) * DM_PER_M >= 0.5
    if not moves.any():
        return MovedPlaces(feed, now, moved_m)
    shift_dm = np.rint((line.at(now.phase[moves]) - line.at(places.phase[moves])) * DM_PER_M).astype(np.int32)
    x_dm, y_dm = feed.x_dm.copy(), feed.y_dm.copy()
    x_dm[moves] += shift_dm[:, 0]
    y_dm[moves] += shift_dm[:, 1]
    return MovedPlaces(replace(feed, x_dm=x_dm, y_dm=y_dm), now, moved_m)
