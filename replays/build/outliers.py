"""Samples of the position feed at which a car cannot have been. Pure."""

from dataclasses import replace

import numpy as np

from replays.loading.session_data import MISSING, PositionFeed

FASTEST_M_PER_MS = 0.12
STAMP_MARGIN_M = 30.0
"""What the stamps' errors add to the way between two samples, at most."""
DM_PER_M = 10.0


def without_outliers(feed: PositionFeed) -> tuple[PositionFeed, int]:
    """`feed` without the samples to which a car would have had to leap, and from which back again; and how many those
    are. It never leaps from one known sample to the next but one."""
    known = feed.x_dm != MISSING
    step_ms = np.diff(feed.t_ms)[:, None]
    leaps = _apart_m(feed, 1) > step_ms * FASTEST_M_PER_MS + STAMP_MARGIN_M
    goes_on = _apart_m(feed, 2) <= (step_ms[1:] + step_ms[:-1]) * FASTEST_M_PER_MS + STAMP_MARGIN_M
    wrong = leaps[:-1] & leaps[1:] & goes_on & known[:-2] & known[1:-1] & known[2:]
    if not wrong.any():
        return feed, 0
    x_dm, y_dm = feed.x_dm.copy(), feed.y_dm.copy()
    x_dm[1:-1][wrong] = MISSING
    y_dm[1:-1][wrong] = MISSING
    return replace(feed, x_dm=x_dm, y_dm=y_dm), int(wrong.sum())


def _apart_m(feed: PositionFeed, samples: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """How far each car's samples are from those so many later, metres."""
    x, y = feed.x_dm.astype(np.float64), feed.y_dm.astype(np.float64)
    return np.hypot(x[samples:] - x[:-samples], y[samples:] - y[:-samples]) / DM_PER_M
