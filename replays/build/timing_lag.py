"""By how much official times are late to the telemetry. Pure.

Official line crossings reach the feed some time after the cars were on the line, while telemetry is stamped where it is
made. A line is where the cars are at its official times, then, but by their speed: a car is as far beyond it as it
drives in that time, a fast one further than a slow one. In the race that was measured (Australia 2025, 2,600 crossings
at 80 to 320 km/h) the three lines by themselves tell 175, 180 and 169 ms, each to 5, and slow cars are 7 m short of
where fast ones are. So moved, the cars stand on the grid 8 m apart, the first 5 m before the line.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.mended_clock import Clock, robust_sd
from replays.build.outline import position_m
from replays.build.telemetry_feeds import on_clock
from replays.loading.session_data import PositionFeed, SessionData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LINES = 3
MIN_MOVED_M = 1.0
"""From one sample to the next; a car that moves less has no direction."""
MAX_M_PER_MS = 0.12
"""No car is faster: what seems to be is a position that is wrong."""
NEAR_M, BESIDE_M = 60.0, 12.0
"""What is further from where the cars are at a line, along and across their direction, was somewhere else."""
MIN_CROSSINGS = 50
MAX_LAG_MS = 1_000
MAX_ERROR_MS = 10.0
"""Of the lag, as its standard error: where cars are all alike fast, nothing tells it."""
SOFT_ROUNDS = 12
SOFT_WITHIN = 2.0
"""Crossings that are off by more than so many standard deviations have less and less of a say."""


def on_official_clock(clock: Clock, told: SessionData) -> Clock:
    """`clock` of the telemetry of `told` moved so that official times are right on it."""
    lag_ms = timing_lag_ms(on_clock(told, clock))
    if clock.positions_ms is None or not lag_ms:
        return clock
    cars_ms = None if clock.cars_ms is None else clock.cars_ms + lag_ms
    return replace(clock, positions_ms=clock.positions_ms + lag_ms, cars_ms=cars_ms, timing_lag_ms=lag_ms)


def timing_lag_ms(data: SessionData) -> int:
    """By how much official times are late to the positions of `data`; 0 where too little tells it."""
    if data.positions is None or len(data.positions.t_ms) < 2:
        return 0
    crossings = list(_crossings(data))
    if not crossings:
        return 0
    line, car, t_ms = (np.array(column, dtype=np.int64) for column in zip(*crossings, strict=True))
    xy_m, step_m, speed_m_per_ms = _seen(data.positions, car, t_ms)
    beyond_m = np.full(len(line), np.nan)
    for number in range(LINES):
        own = (line == number) & ~np.isnan(speed_m_per_ms)
        if own.any():
            beyond_m[own] = _beyond_m(xy_m[own], step_m[own])
    known = ~np.isnan(beyond_m)
    if known.sum() < MIN_CROSSINGS:
        return 0
    lag_ms, error_ms = _slope(line[known], car[known], speed_m_per_ms[known], beyond_m[known])
    return round(lag_ms) if error_ms <= MAX_ERROR_MS and 0 < lag_ms <= MAX_LAG_MS else 0


def _crossings(data: SessionData) -> Iterator[tuple[int, int, int]]:
    """Line, car (column) and time of each official crossing on the track."""
    for lap in data.laps:
        for line, t_ms in enumerate(lap.sector_end_ms):
            in_pit_lane = line == LINES - 1 and lap.pit_in_ms is not None
            if t_ms is not None and not in_pit_lane and not lap.generated and lap.number in data.column_of:
                yield line, data.column_of[lap.number], t_ms


def _seen(feed: PositionFeed, car: Ints, t_ms: Ints) -> tuple[Floats, Floats, Floats]:
    """Where each of the cars (k,) was at its time, in metres, (k, 2), its way from the sample before to the one after,
    and its speed in m/ms; NaN where that is not known."""
    after = np.clip(np.searchsorted(feed.t_ms, t_ms), 1, len(feed.t_ms) - 1)
    step_ms = feed.t_ms[after] - feed.t_ms[after - 1]
    xy_m = position_m(feed)
    began_m, step_m = xy_m[after - 1, car], xy_m[after, car] - xy_m[after - 1, car]
    share = (t_ms - feed.t_ms[after - 1]) / step_ms
    moved_m = np.hypot(step_m[:, 0], step_m[:, 1])
    known = (moved_m >= MIN_MOVED_M) & (moved_m <= MAX_M_PER_MS * step_ms)
    known &= (step_ms <= MAX_GAP_MS) & (share >= 0) & (share <= 1)
    return began_m + step_m * share[:, None], step_m, np.where(known, moved_m / step_ms, np.nan)


def _beyond_m(xy_m: Floats, step_m: Floats) -> Floats:
    """How far the cars (k,) were beyond the middle of all of them, in their direction; NaN for those elsewhere."""
    heading = np.median(step_m / np.linalg.norm(step_m, axis=1)[:, None], axis=0)
    heading /= np.linalg.norm(heading)
    away_m = xy_m - np.median(xy_m, axis=0)
    along_m, across_m = away_m @ heading, away_m @ np.array([-heading[1], heading[0]])
    return np.where((np.abs(along_m) <= NEAR_M) & (np.abs(across_m) <= BESIDE_M), along_m, np.nan)


def _slope(line: Ints, car: Ints, speed_m_per_ms: Floats, beyond_m: Floats) -> tuple[float, float]:
    """By how many ms of their speed cars (k,) are beyond a line, each line and each car with a place of its own, and
    the standard error of that."""
    lines = line[:, None] == np.unique(line)
    cars = car[:, None] == np.unique(car)[1:]
    known = np.column_stack([speed_m_per_ms, lines, cars])
    weight = np.ones(len(line))
    for _ in range(SOFT_ROUNDS):
        weighted = known * weight[:, None]
        found = np.linalg.lstsq(weighted, beyond_m * weight, rcond=None)[0]
        off_m = beyond_m - known @ found
        spread_m = max(robust_sd(off_m), 1e-3)
        weight = 1 / np.sqrt(1 + (off_m / (SOFT_WITHIN * spread_m)) ** 2)
    error_ms = spread_m * np.sqrt(np.linalg.pinv(weighted.T @ weighted)[0, 0])
    return float(found[0]), float(error_ms)
