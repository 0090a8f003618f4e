"""Places along the track, steadied by the cars' speeds where the position feed jumps. Pure.

In the race that was measured (Australia 2025) the feed runs on by a car's own speed, to 0.1 m, and at some 25 places of
a lap it sets the car right: by a metre mostly, by 56 m at most, forwards or back, in one of a thousand steps so far
that the car would drive backwards. Where it is set to is no truer than where it was: the next time it goes back as
often, and official line crossings agree with the places before and after a jump alike. So a car's speed has the say in
how it moves from moment to moment and the feed in where that is in the long run: what the one has more than the other
is averaged over the seconds around each sample, and where even that would lead a car back it waits. There the cars'
places at official crossings scatter as little as before, and the speed at which a car is drawn on a straight varies by
3.5 km/h more than its own instead of by 66 (p95).

An error that grows evenly, as that of a wrong speed, is averaged away: it moves nothing.
"""

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.closed_line import ClosedLine
from replays.build.mended_clock import KMH_PER_M_PER_MS, odometer_of
from replays.build.places import ON_TRACK_M, Places
from replays.loading.session_data import CarFeed, PositionFeed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AROUND_MS = 2_000
"""What is averaged lies no further away than motion may look ahead."""
DRIVING_KMH = 20.0
"""Slower cars stay where the feed has them: in the box, on the grid, where they stopped."""
MOST_M = 60.0
"""A car that is further off than this was somewhere else: it is not led from there to here."""
APART_M = 16_384.0
"""More than a car is ever set back, which is half a lap at most; the same however much of a session is known."""


def steadied_m(feed: PositionFeed, cars: CarFeed, line: ClosedLine, places: Places) -> Floats:
    """By how much each sample of `feed` is to be moved along `line` to where the cars' speeds have it, float64
    (instants, cars) in metres. Both feeds are on one clock, `places` are those of `feed` on `line`."""
    driven_m, unknown_steps = _driven(feed.t_ms, cars)
    moved_m = np.zeros(places.phase.shape)
    for car in range(places.phase.shape[1]):
        known = np.flatnonzero(~np.isnan(places.phase[:, car]))
        if known.size <= 2:
            continue
        t_ms = feed.t_ms[known]
        step_m = np.where(np.diff(unknown_steps[known, car]) > 0, np.nan, np.diff(driven_m[known, car]))
        ahead_m = _ahead(places.phase[known, car]) * line.length_m
        on_track = places.away_m[known, car] <= ON_TRACK_M
        moved_m[known, car] = _moved_m(t_ms, step_m, ahead_m, on_track[1:] & on_track[:-1])
    return moved_m


def _ahead(phase: Floats) -> Floats:
    """How far each phase is ahead of the one before, as a share of a lap: half a lap at most, back or forth."""
    step = np.diff(phase)
    return step - np.rint(step)


def _driven(t_ms: Ints, cars: CarFeed) -> tuple[Floats, Ints]:
    """How far each car has driven by its speeds at each instant, and how many steps before have no speed; both
    (instants, cars)."""
    read = odometer_of(cars).read(t_ms)
    step_m = read.rows(slice(1, None)).metres_since(read.rows(slice(0, -1)))
    unknown = np.isnan(step_m)
    step_m[unknown] = 0.0
    none = np.zeros((1, step_m.shape[1]))
    return np.concatenate([none, np.cumsum(step_m, axis=0)]), np.concatenate([none, np.cumsum(unknown, axis=0)])


def _moved_m(t_ms: Ints, step_m: Floats, ahead_m: Floats, on_track: npt.NDArray[np.bool_]) -> Floats:
    """By how much each sample (k,) of one car is to be moved, of whose steps (k - 1,) it is known how far it drove by
    its speed, how far ahead the feed then had it, and whether it was on the track."""
    step_ms = np.diff(t_ms)
    more_m = ahead_m - step_m
    with np.errstate(invalid="ignore"):
        drives = (step_m * KMH_PER_M_PER_MS >= DRIVING_KMH * step_ms) & (step_ms <= MAX_GAP_MS)
        drives &= on_track & (np.abs(more_m) <= MOST_M)
    feed_ahead_m = np.concatenate([[0.0], np.cumsum(np.where(drives, more_m, 0.0))])
    ends = np.flatnonzero(~drives)
    stretch = np.searchsorted(ends, np.arange(len(t_ms)))
    began_ms = t_ms[np.concatenate([[0], ends + 1])][stretch]
    over_ms = t_ms[np.concatenate([ends, [len(t_ms) - 1]])][stretch]
    around_ms = np.minimum(AROUND_MS, np.minimum(t_ms - began_ms, over_ms - t_ms))
    told_m = np.concatenate([[0.0], np.cumsum(ahead_m)])
    return _never_back(told_m + _averaged(t_ms, feed_ahead_m, around_ms) - feed_ahead_m, stretch) - told_m


def _averaged(t_ms: Ints, values: Floats, around_ms: Ints) -> Floats:
    """The mean of `values` (k,), from sample to sample, over `around_ms` (k,) before and after each."""
    area = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(t_ms))])
    inside = np.interp(t_ms + around_ms, t_ms, area) - np.interp(t_ms - around_ms, t_ms, area)
    return np.where(around_ms > 0, inside / np.maximum(2 * around_ms, 1), values)


def _never_back(way_m: Floats, stretch: Ints) -> Floats:
    """`way_m` (k,) without steps back; each of the stretches, which are numbered from 0, by itself."""
    apart_m = stretch * APART_M
    return np.maximum.accumulate(way_m + apart_m) - apart_m
