"""Where every car was at every instant of the position feed, along the outline and beside it. Pure."""

from dataclasses import dataclass

import numpy as np

from replays.build.closed_line import ClosedLine, Floats
from replays.build.outline import position_m
from replays.build.projection import followed_phases
from replays.loading.session_data import PositionFeed

ON_TRACK_M = 12.0
"""Nearer to the outline than this a car drives on the track."""


@dataclass(frozen=True, slots=True)
class Places:
    """`phase` 0 to 1 of a lap and `away_m` from the nearest point of the outline; float64 (instants, cars), NaN where
    the place is not known."""

    phase: Floats
    away_m: Floats


def places_of(feed: PositionFeed, outline: ClosedLine) -> Places:
    """The places of all samples of `feed`, each car followed along `outline`."""
    xy_m = position_m(feed)
    instants, cars = xy_m.shape[:2]
    car = np.repeat(np.arange(cars), instants)
    by_car = xy_m.swapaxes(0, 1).reshape(-1, 2)
    phase, away_m = followed_phases(outline, car, np.tile(feed.t_ms, cars), by_car)
    return Places(phase.reshape(cars, instants).T, away_m.reshape(cars, instants).T)
