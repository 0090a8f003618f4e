"""Where cars were, as far as timing can tell: a position feed for what has no positions. Pure.

Cars are placed on the circuit's outline. At a timing line they are where timing has them, in between where the pace
expected of them takes them: an estimate, to be marked as one.
"""

import numpy as np
import numpy.typing as npt

from replays.build.estimated_legs import Odometers
from replays.build.estimated_ways import LOOK_AHEAD_MS, SPEED_OVER_MS, Circuit, WaysDriven
from replays.build.expected_pace import RacingClock
from replays.build.lap_shape import lap_shape
from replays.build.outline import DM_PER_M, Outline
from replays.build.passages import GRID_SLOT_M, POLE_TO_LINE_M
from replays.build.race_order import grid_slots
from replays.build.timing_moments import Kind, Moment, timing_moments
from replays.loading.session_data import MISSING, CarFeed, PositionFeed, SessionData
from seasons.keys import RACE_KINDS

STEP_MS = 500
"""Twice a second: at 300 km/h a step is 42 m, whose chord leaves no bend of the outline by more than a car's width."""

BEFORE_START_MS = 600_000
AFTER_END_MS = 120_000
LONGEST_SPEED_STEP_MS = 1_000
MS_PER_HOUR_PER_KM = 3_600.0

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


def estimated_positions(
    data: SessionData, outline: Outline, sectors: tuple[float, float]
) -> tuple[PositionFeed, Floats] | None:
    """The places of all cars by `data`'s timing, and their progress, float64 (instants, cars); None without any lap.

    `sectors` are the phases at which the first and second sector end. What is shown at t depends on nothing that was
    said more than LOOK_AHEAD_MS later. Takes 0.15 s for a two-hour race.
    """
    moments = timing_moments(data)
    if not any(moment.kind == Kind.LINE for moment in moments):
        return None
    race = data.session.kind in RACE_KINDS
    circuit = Circuit(lap_shape(outline), outline.length_m, sectors)
    ways = WaysDriven(circuit, _grid(data, moments, outline.length_m), race=race)
    clock = RacingClock(data)
    odometers = [_Odometer(data.cars, car) for car in range(len(data.entries))]
    _follow(ways, moments, clock, odometers)
    t_ms = _instants(moments)
    driven_ms = clock.at(t_ms)
    progress = np.column_stack(
        [ways.way(car, t_ms, Odometers(driven_ms, metres.at(t_ms))) for car, metres in enumerate(odometers)]
    )
    return _on_outline(t_ms, progress, outline), progress


class _Odometer:
    """Metres driven by the speeds that a car sent; over a hole in them it stands."""

    def __init__(self, feed: CarFeed | None, car: int) -> None:
        known = np.empty(0, np.intp) if feed is None else np.flatnonzero(feed.speed_kmh[:, car] != MISSING)
        self._t_ms = np.empty(0, np.int64) if feed is None else feed.t_ms[known]
        speed_kmh = np.empty(0) if feed is None else feed.speed_kmh[known, car].astype(np.float64)
        step_ms = np.diff(self._t_ms)
        driven_m = (speed_kmh[1:] + speed_kmh[:-1]) / 2 * step_ms / MS_PER_HOUR_PER_KM
        driven_m[step_ms > LONGEST_SPEED_STEP_MS] = 0.0
        self._metres = np.concatenate([[0.0], np.cumsum(driven_m)])

    def at(self, t_ms: Floats | Times) -> Floats:
        return np.interp(t_ms, self._t_ms, self._metres) if self._t_ms.size else np.zeros(t_ms.shape)

    def heard(self, t_ms: Floats) -> Floats:
        """As `at`; NaN where the car has been silent for longer than LONGEST_SPEED_STEP_MS."""
        before = np.searchsorted(self._t_ms, t_ms, side="right") - 1
        if not self._t_ms.size:
            return np.full(t_ms.shape, np.nan)
        silent = (before < 0) | (t_ms - self._t_ms[np.maximum(before, 0)] > LONGEST_SPEED_STEP_MS)
        return np.where(silent, np.nan, self.at(t_ms))


def _follow(ways: WaysDriven, moments: list[Moment], clock: RacingClock, odometers: list[_Odometer]) -> None:
    t_ms = np.array([moment.t_ms for moment in moments], dtype=np.float64)
    cars = np.array([moment.car for moment in moments])
    ago_ms = (0, LOOK_AHEAD_MS, LOOK_AHEAD_MS + SPEED_OVER_MS)
    metres = [np.empty(t_ms.size) for _ in ago_ms]
    for car, odometer in enumerate(odometers):
        own = cars == car
        metres[0][own] = odometer.heard(t_ms[own])
        for at, ago in zip(metres[1:], ago_ms[1:], strict=True):
            at[own] = odometer.at(t_ms[own] - ago)
    now, turn, before = (Odometers(clock.at(t_ms - ago), at) for ago, at in zip(ago_ms, metres, strict=True))
    for row, moment in enumerate(moments):
        ways.tell(moment, now[row], turn[row], before[row])


def _grid(data: SessionData, moments: list[Moment], length_m: float) -> list[float | None]:
    """The progress of each car's grid slot; None for cars that do not start, and in other sessions than races."""
    starters = {moment.car for moment in moments if moment.kind in (Kind.LIGHTS_OUT, Kind.PIT_START)}
    slots = grid_slots(data)
    return [
        -(POLE_TO_LINE_M + GRID_SLOT_M * slots[entry.number]) / length_m if car in starters else None
        for car, entry in enumerate(data.entries)
    ]


def _instants(moments: list[Moment]) -> Times:
    start_ms = max(moments[0].t_ms - BEFORE_START_MS, 0)
    return np.arange(start_ms // STEP_MS * STEP_MS, moments[-1].t_ms + AFTER_END_MS, STEP_MS, dtype=np.int64)


def _on_outline(t_ms: Times, progress: Floats, outline: Outline) -> PositionFeed:
    """`progress` (instants, cars) as places on the line."""
    known = ~np.isnan(progress)
    x_dm, y_dm = (np.full(progress.shape, MISSING, dtype=np.int32) for _ in range(2))
    x_dm[known], y_dm[known] = np.rint(outline.at(progress[known] % 1.0) * DM_PER_M).astype(np.int32).T
    return PositionFeed(t_ms, x_dm, y_dm)
