"""When each car was where along the race: its passages, and the places of the position feed as progress. Pure.

Progress is unwrapped: 3.25 is a quarter into the fourth lap. The timing feed says when a car crossed the line
and so has the last word: a car that has crossed it n times has at least n, one that has not has less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.outline import Outline, phase_when
from replays.loading.session_data import PositionFeed, SessionData
from seasons.keys import RACE_KINDS
from seasons.records import LapRecord

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

GRID_SLOT_M = 8.0
POLE_TO_LINE_M = 8.0
TYPICAL_LAP_M = 5_000.0
BEFORE_LINE = 1e-5
"""What a car that has not crossed the line officially lacks at least, in laps."""

BEYOND_LINE = 0.002
"""In laps, some 10 m: where nobody stands who starts from the grid."""

BEHIND_LINE_PHASE, PAST_LINE_PHASE = 0.85, 0.2
MID_LAP = (0.3, 0.85)
"""Begins well after PAST_LINE_PHASE: a car seen a little back where it begins has not come round."""


@dataclass(frozen=True, slots=True)
class Passages:
    """A car's way: at `t_ms[i]` it was at `progress[i]`. Both (m,); time increasing, progress never falling."""

    t_ms: Times
    progress: Floats

    def at(self, t_ms: Times) -> tuple[Floats, Times]:
        """The progress at each time, and when the car first was there; NaN and 0 before the first that is known.

        Between two places at most MAX_GAP_MS apart it is on the straight line, else the last one counts.
        """
        if not self.t_ms.size:
            return np.full(t_ms.shape, np.nan), np.zeros(t_ms.shape, np.int64)
        row = np.searchsorted(self.t_ms, t_ms, side="right") - 1
        known, row = row >= 0, np.maximum(row, 0)
        after = np.minimum(row + 1, self.t_ms.size - 1)
        step_ms = self.t_ms[after] - self.t_ms[row]
        rise = self.progress[after] - self.progress[row]
        moves = (step_ms <= MAX_GAP_MS) & (rise > 0) & (t_ms > self.t_ms[row])
        progress = self.progress[row] + np.where(moves, rise * (t_ms - self.t_ms[row]) / np.maximum(step_ms, 1), 0.0)
        when = np.where(moves, t_ms, self.t_ms[self._first[row]])
        return np.where(known, progress, np.nan), np.where(known, when, 0)

    def seen(self, t_ms: Times) -> npt.NDArray[np.bool_]:
        """At which of the times the car is seen where it is: between two places at most MAX_GAP_MS apart."""
        if self.t_ms.size < 2:
            return np.zeros(t_ms.shape, dtype=np.bool_)
        near = np.diff(self.t_ms) <= MAX_GAP_MS
        row = np.searchsorted(self.t_ms, t_ms, side="right") - 1
        return (row >= 0) & (row < near.size) & near[np.clip(row, 0, near.size - 1)]

    @property
    def _first(self) -> npt.NDArray[np.intp]:
        """For each place the first one with the same progress."""
        new = np.concatenate([[True], np.diff(self.progress) > 0])
        return np.maximum.accumulate(np.where(new, np.arange(new.size), 0))

    def when(self, progress: Floats) -> Floats:
        """When the car first was at each progress, in ms; NaN for what it has not passed."""
        if self.t_ms.size < 2:
            return np.full(progress.shape, np.nan)
        first = np.concatenate([[True], np.diff(self.progress) > 0])
        return np.interp(progress, self.progress[first], self.t_ms[first], left=np.nan, right=np.nan)


def line_crossings(laps: Sequence[LapRecord]) -> dict[str, list[tuple[int, int]]]:
    """Per car the (laps completed, time in ms) of each crossing, both increasing; generated laps left out."""
    crossings: dict[str, list[tuple[int, int]]] = {}
    for lap in laps:
        if lap.generated or lap.end_ms is None:
            continue
        own = crossings.setdefault(lap.number, [])
        if not own or (lap.lap_number > own[-1][0] and lap.end_ms > own[-1][1]):
            own.append((lap.lap_number, lap.end_ms))
    return crossings


def sector_phases(data: SessionData, outline: Outline | None) -> tuple[float, float]:
    """Where the first and second sector end, as phases: by positions, else by the share of clean laps' time."""
    whole = [lap for lap in data.laps if lap.accurate and lap.lap_time_ms and all(lap.sector_ms)]
    if not whole:
        return 1 / 3, 2 / 3
    if outline is not None and outline.source == "telemetry" and data.positions is not None:
        found = [
            phase_when(
                data.positions,
                outline,
                [(data.column_of[lap.number], end) for lap in whole if (end := lap.sector_end_ms[sector])],
            )
            for sector in (0, 1)
        ]
        if found[0] is not None and found[1] is not None and 0 < found[0] < found[1] < 1:
            return found[0], found[1]
    times = np.array([lap.sector_ms for lap in whole], dtype=np.float64)
    shares = np.median(np.cumsum(times, axis=1) / times.sum(axis=1, keepdims=True), axis=0)
    return float(shares[0]), float(shares[1])


def race_passages(
    data: SessionData, progress: Floats | None, grid: Mapping[str, int], sectors: tuple[float, float], lap_m: float
) -> list[Passages]:
    """The passages of every car of a race, in the order of the entries.

    `progress` float64 (instants, cars) on the position feed's clock, or None: then the timing lines alone.
    """
    crossings = line_crossings(data.laps)
    passages = []
    for car, entry in enumerate(data.entries):
        points: list[tuple[float, int]] = list(crossings.get(entry.number, ()))
        if data.start_ms is not None:
            slot_m = POLE_TO_LINE_M + GRID_SLOT_M * grid[entry.number]
            points.insert(0, (-slot_m / lap_m, data.start_ms))
        if progress is None or data.positions is None:
            points += _sector_points(data, entry.number, sectors)
            t_ms, along = np.empty(0, np.int64), np.empty(0)
        else:
            known = ~np.isnan(progress[:, car])
            t_ms, along = data.positions.t_ms[known], progress[known, car]
        passages.append(_merged(t_ms, along, points))
    return passages


def _sector_points(data: SessionData, number: str, sectors: tuple[float, float]) -> list[tuple[float, int]]:
    return [
        (lap.lap_number - 1 + phase, end)
        for lap in data.laps
        if lap.number == number and not lap.generated
        for phase, end in zip(sectors, lap.sector_end_ms[:2], strict=True)
        if end is not None
    ]


def _merged(t_ms: Times, progress: Floats, points: Sequence[tuple[float, int]]) -> Passages:
    """Samples and timing points as one way; at the same instant the timing point counts."""
    times = np.concatenate([np.array([t for _, t in points], dtype=np.int64), t_ms])
    along = np.concatenate([np.array([p for p, _ in points], dtype=np.float64), progress])
    times, first = np.unique(times, return_index=True)
    return Passages(times, np.maximum.accumulate(along[first]) if first.size else along[first])


def progress_at_phases(data: SessionData, feed: PositionFeed, phase: Floats) -> Floats:
    """Progress of every sample of `feed`, whose `phase` (instants, cars) is given; NaN where the place is not known.

    Between line crossings progress follows the phase; near the line, where the positions and the timing feed
    may disagree by some metres, the timing feed decides.
    """
    instants, cars = phase.shape
    crossings = line_crossings(data.laps)
    progress = np.full((instants, cars), np.nan)
    for car, entry in enumerate(data.entries):
        progress[:, car] = _unwrap(feed.t_ms, phase[:, car], crossings.get(entry.number, []))
    if data.start_ms is not None and data.session.kind in RACE_KINDS:
        first = int(np.searchsorted(feed.t_ms, data.start_ms))
        progress[:first] = np.nan
        _hold_pit_lane_starters(progress[first:])
    return progress


def _hold_pit_lane_starters(progress: Floats) -> None:
    """Forget the places of cars that wait beyond the line at the start until the field has passed them.

    `progress` (instants, cars) since lights-out. Those cars stand in the pit lane: beyond the line, but last.
    """
    began = np.array([column[~np.isnan(column)][0] if (~np.isnan(column)).any() else np.nan for column in progress.T])
    waiting = np.flatnonzero(began >= BEYOND_LINE)
    started = np.flatnonzero(began < BEYOND_LINE)
    if not waiting.size or not started.size:
        return
    last = np.nanmin(np.where(np.isnan(progress[:, started]), np.inf, progress[:, started]), axis=1)
    for car in waiting:
        passed = np.flatnonzero(last > progress[:, car])
        progress[: passed[0] if passed.size else len(progress), car] = np.nan


def _unwrap(t_ms: Times, phase: Floats, crossings: list[tuple[int, int]]) -> Floats:
    """`phase` (instants,) of one car with its whole laps added."""
    laps = np.array([0] + [lap for lap, _ in crossings])
    since = np.searchsorted(np.array([t for _, t in crossings]), t_ms, side="right")
    done = laps[since].astype(np.float64)
    rows = np.arange(t_ms.size)
    in_middle = (phase > MID_LAP[0]) & (phase < MID_LAP[1])
    last_middle = np.maximum.accumulate(np.where(in_middle, rows, -1))
    lap_began = np.concatenate([[0], np.searchsorted(t_ms, [t for _, t in crossings])])[since]
    been_in_middle = last_middle >= lap_began
    behind = (phase >= BEHIND_LINE_PHASE) & ~been_in_middle
    past = (phase <= PAST_LINE_PHASE) & been_in_middle
    along = phase - behind
    along[behind & (done > 0)] = 0.0
    along[past] = 1.0
    return done + np.minimum(along, 1.0 - BEFORE_LINE)


def running_maximum(progress: Floats) -> Floats:
    """`progress` (instants, cars) without backward steps, NaN kept where it was."""
    highest = np.fmax.accumulate(progress, axis=0)
    return np.where(np.isnan(progress), np.nan, highest)
