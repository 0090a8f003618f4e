"""How a lap's time spreads along the outline: slow in corners, fast on straights. Pure.

A car is taken round the line at a speed its curvature allows, which accelerates and brakes evenly. The lap time that
comes of it is right within a tenth on five circuits; where times are known only its spread along the lap is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.build.outline import Outline
from seasons.records import LapRecord

ARM_M = 20.0
"""Curvature is that of the circle through a point and those this far before and behind it."""

LATERAL_MS2 = 28.0
FORWARD_MS2 = 9.0
BRAKING_MS2 = 30.0
TOP_SPEED_MS = 88.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LapShape:
    """Between a lap's phase and the share of its time; both run from 0 to 1, strictly increasing, (points + 1,).

    `lap_ms` is how long the lap takes at the speeds assumed.
    """

    phase: Floats
    time_share: Floats
    lap_ms: float

    def times(self, progress: npt.ArrayLike) -> Floats:
        """Progress (laps driven) in laps of time: whole laps stay, the rest is the share of a lap's time."""
        laps = np.floor(progress)
        return laps + np.interp(np.asarray(progress) - laps, self.phase, self.time_share)

    def progress(self, times: npt.ArrayLike) -> Floats:
        """The reverse of `times`."""
        laps = np.floor(times)
        return laps + np.interp(np.asarray(times) - laps, self.time_share, self.phase)


def lap_shape(outline: Outline) -> LapShape:
    """The shape of a lap of `outline`."""
    points = len(outline.xy_m)
    step_m = outline.length_m / points
    speed_ms = _speeds(_curvature(outline.xy_m, max(round(ARM_M / step_m), 1)), step_m)
    step_s = step_m * 2 / (speed_ms + np.roll(speed_ms, -1))
    time_s = np.concatenate([[0.0], np.cumsum(step_s)])
    return LapShape(np.linspace(0.0, 1.0, points + 1), time_s / time_s[-1], float(time_s[-1]) * 1000)


def sector_phases_by_time(laps: Sequence[LapRecord], shape: LapShape) -> tuple[float, float] | None:
    """Where the first and second sector end, as phases, from the clean laps' sector times; None without any.

    A share of the time is no share of the way: in Melbourne this finds the second line within 70 m of where the
    positions have it, while the share itself misses it by 200 m.
    """
    whole = [lap.sector_ms for lap in laps if lap.accurate and lap.lap_time_ms and all(lap.sector_ms)]
    if not whole:
        return None
    times = np.array(whole, dtype=np.float64)
    shares = np.median(np.cumsum(times, axis=1) / times.sum(axis=1, keepdims=True), axis=0)
    first, second = shape.progress(shares[:2])
    return float(first), float(second)


def _curvature(xy_m: Floats, arm: int) -> Floats:
    """1/m at each point of the closed line: four times a triangle's area by the product of its sides."""
    before, after = np.roll(xy_m, arm, axis=0), np.roll(xy_m, -arm, axis=0)
    come, go, across = xy_m - before, after - xy_m, after - before
    doubled = np.abs(come[:, 0] * go[:, 1] - come[:, 1] * go[:, 0])
    sides = np.linalg.norm(come, axis=1) * np.linalg.norm(go, axis=1) * np.linalg.norm(across, axis=1)
    return 2 * doubled / np.maximum(sides, 1e-9)


def _speeds(curvature: Floats, step_m: float) -> Floats:
    """m/s at each point: what the corner allows, and what can be reached from the point before and braked to the next.

    Along the way the square of a speed changes by twice acceleration times distance, so that each limit is a running
    minimum of slanted values. Three rounds, of which the middle one counts, close the lap.
    """
    points = len(curvature)
    allowed = np.minimum(LATERAL_MS2 / np.maximum(curvature, 1e-6), TOP_SPEED_MS**2)
    squared = np.tile(allowed, 3)
    way_m = np.arange(3 * points) * step_m
    squared = np.minimum.accumulate(squared - 2 * FORWARD_MS2 * way_m) + 2 * FORWARD_MS2 * way_m
    squared = np.minimum.accumulate((squared + 2 * BRAKING_MS2 * way_m)[::-1])[::-1] - 2 * BRAKING_MS2 * way_m
    return np.asarray(np.sqrt(squared[points : 2 * points]))
