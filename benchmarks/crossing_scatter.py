"""How well the places of cars agree with the official times at which they crossed lines. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.mended_clock import odometer_of
from replays.build.outline import Outline, position_m
from replays.build.places import ON_TRACK_M
from replays.loading.session_data import SessionData
from replays.motion import Motion
from seasons.records import LapRecord

FINISH = 2
"""The line at which a lap's third sector ends."""
LINES = (0, 1, FINISH)

Floats = npt.NDArray[np.float64]


def crossing_errors_ms(data: SessionData, outline: Outline, fast: float, lines: Sequence[int] = LINES) -> Floats:
    """By how much each car was early or late at `lines` of its fast laps, in ms: by its place along the track at the
    official time, and its speed.

    The line is where the cars are in the median; nothing of a car's own is taken off. `data` is on one clock, with
    positions and speeds. Fast are laps up to `fast` times as long as the fastest.
    """
    crossings = [
        (data.column_of[lap.number], line, t_ms)
        for lap in _fast(data, fast)
        for line, t_ms in enumerate(lap.sector_end_ms)
        if line in lines and t_ms is not None and lap.number in data.column_of
    ]
    if data.positions is None or data.cars is None or not crossings:
        return np.empty(0)
    car, line, t_ms = (np.array(column) for column in zip(*crossings, strict=True))
    late_ms = np.full(len(crossings), np.nan)
    place_m, speed_m_per_ms = _places(data, outline, car, t_ms)
    for number in lines:
        own = (line == number) & ~np.isnan(place_m)
        if own.any():
            ahead_m = _around(place_m[own], outline.length_m)
            late_ms[own] = ahead_m / speed_m_per_ms[own]
    return late_ms[~np.isnan(late_ms)]


def _fast(data: SessionData, fast: float) -> list[LapRecord]:
    laps = [lap for lap in data.laps if lap.accurate and lap.lap_time_ms]
    fastest_ms = min((lap.lap_time_ms or 0 for lap in laps), default=0)
    return [lap for lap in laps if (lap.lap_time_ms or 0) <= fast * fastest_ms]


def _places(
    data: SessionData, outline: Outline, car: npt.NDArray[np.int64], t_ms: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """How far along the lap each of the cars was at its time, in metres, and its speed in m/ms; NaN where unknown."""
    assert data.positions is not None
    assert data.cars is not None
    clock = data.positions.t_ms
    motion = Motion(clock, position_m(data.positions), odometer_of(data.cars), MAX_GAP_MS)
    row = np.clip(np.searchsorted(clock, t_ms, side="right") - 1, 0, len(clock) - 2)
    each = np.arange(len(car))
    xy_m = motion.place(row, motion.share(row, t_ms))[each, car]
    later_m = motion.place(row, np.minimum(motion.share(row, t_ms) + 0.01, 1.0))[each, car]
    phase, away_m = outline.phases(xy_m)
    moved_m = np.linalg.norm(later_m - xy_m, axis=1)
    step_ms = (clock[row + 1] - clock[row]) * 0.01
    known = (away_m <= ON_TRACK_M) & (moved_m > 0.05)
    return np.where(known, phase * outline.length_m, np.nan), np.where(known, moved_m / step_ms, np.nan)


def _around(place_m: Floats, lap_m: float) -> Floats:
    """`place_m` along a closed lap as the way from their middle."""
    angle = place_m / lap_m * 2 * np.pi
    turned = np.angle(np.exp(1j * (angle - np.angle(np.exp(1j * angle).mean()))))
    return (turned - np.median(turned)) / (2 * np.pi) * lap_m
