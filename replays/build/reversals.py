"""Samples of the position feed from which a car would have to go back, while it drives on. Pure.

In the race that was measured (Australia 2025) the feed's places run on by a car's own speed, to 0.1 m, and are set
right where the car passes a loop in the track: by up to 25 m, and in one of a thousand steps backwards. The places just
before were too far ahead.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.mended_clock import odometer_of
from replays.build.outline import position_m
from replays.loading.session_data import MISSING, CarFeed, PositionFeed

DRIVING_KMH = 30.0
BACK_M = 0.5
"""What neither the feed's grain of 0.1 m nor a bend of the track can be."""
MOST_STEPS = 3
"""So many steps may lead back until the car drives on."""
SLOWEST = 0.5
"""A car is not shown slower than that share of its speed while it waits for where it is, if MAX_GAP_MS allows it."""
KMH_PER_M_PER_MS = 3_600.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def without_reversals(feed: PositionFeed, cars: CarFeed | None) -> tuple[PositionFeed, int]:
    """`feed` without the samples that were too far ahead, and how many those are. Both are on one clock."""
    if cars is None or not cars.t_ms.size or len(feed.t_ms) <= 2:
        return feed, 0
    xy_m = position_m(feed)
    odometer = odometer_of(cars).read(feed.t_ms)
    driven_m = odometer.rows(slice(1, None)).metres_since(odometer.rows(slice(0, -1)))
    wrong = np.zeros(feed.x_dm.shape, dtype=np.bool_)
    for row, car in zip(*np.nonzero(_lead_back(feed.t_ms, xy_m, driven_m)), strict=True):
        after = _drives_on_from(xy_m[:, car], row)
        if after is not None:
            wrong[_too_far_ahead(feed.t_ms, xy_m[:, car], driven_m[:, car], row, after), car] = True
    if not wrong.any():
        return feed, 0
    x_dm, y_dm = (np.where(wrong, MISSING, axis) for axis in (feed.x_dm, feed.y_dm))
    return replace(feed, x_dm=x_dm, y_dm=y_dm), int(wrong.sum())


def _lead_back(t_ms: Ints, xy_m: Floats, driven_m: Floats) -> npt.NDArray[np.bool_]:
    """Whether each step of a car that drives leads back to where it came from, (steps, cars)."""
    step_ms = np.diff(t_ms)[:, None]
    x_m, y_m = np.diff(xy_m[..., 0], axis=0), np.diff(xy_m[..., 1], axis=0)
    with np.errstate(invalid="ignore"):
        drives = (driven_m * KMH_PER_M_PER_MS >= DRIVING_KMH * step_ms) & (step_ms <= MAX_GAP_MS)
        ahead = x_m[1:] * x_m[:-1] + y_m[1:] * y_m[:-1]
        back = np.zeros(driven_m.shape, dtype=np.bool_)
        back[1:] = (ahead < -BACK_M * np.hypot(x_m[:-1], y_m[:-1])) & drives[1:] & drives[:-1]
    return back


def _drives_on_from(xy_m: Floats, row: int) -> int | None:
    """The sample from which one car goes on in the direction that it had before `row`; None: it has turned round."""
    heading = xy_m[row] - xy_m[row - 1]
    for after in range(row + 1, min(row + 1 + MOST_STEPS, len(xy_m) - 1)):
        if (xy_m[after + 1] - xy_m[after]) @ heading > 0:
            return after
    return None


def _too_far_ahead(t_ms: Ints, xy_m: Floats, driven_m: Floats, row: int, after: int) -> slice:
    """The samples without which a car gets on to the one at `after`; none where it went back too far for that."""
    heading = xy_m[after + 1] - xy_m[after]
    driven = float(driven_m[row:after].sum())
    goes_on_from = None
    for before in range(row - 1, -1, -1):
        driven += driven_m[before]
        way = xy_m[after] - xy_m[before]
        if t_ms[after] - t_ms[before] > MAX_GAP_MS or np.isnan(driven) or np.isnan(way).any():
            break
        if way @ heading > 0:
            goes_on_from = before
            if np.linalg.norm(way) >= SLOWEST * driven:
                break
    return slice(0) if goes_on_from is None else slice(goes_on_from + 1, after)
