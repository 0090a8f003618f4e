"""Cars are on a line when they officially were, as far as their crossings before tell. Pure.

At official times each car is ahead of the line or behind it by a time of its own, up to 40 ms in the race that was
measured (Australia 2025), which changes slowly: what it was at the last crossings it mostly is at the next. Without
that places at crossings scatter by 17 ms, with it by 14; what is left a car's crossings do not have in common.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.build.closed_line import ClosedLine, Floats
from replays.build.places import ON_TRACK_M, Places
from replays.loading.session_data import SessionData

Ints = npt.NDArray[np.int64]

CROSSINGS = 9
"""So many before count, by their median: those of three laps."""
DRIVING_M_PER_MS, FASTEST_M_PER_MS = 0.015, 0.12
"""A slower car needs long for a metre, none is faster."""
MOST_MS = 300.0
"""A car that is further off was somewhere else."""
AROUND_MS = 1_000
"""A speed is the mean of so long before and after."""
LEAST_MS = 3.0
"""What is less may be the grain of positions: those stay where the feed has them."""
COUNTS_AFTER_MS = 1_000
"""Places around a crossing look so far less ahead than motion may."""
SETTLES_IN_MS = 10_000
"""What a crossing changes is spread over so long that nobody sees it."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A car's way by its samples: all (k,)."""

    t_ms: Ints
    way_m: Floats
    speed_m_per_ms: Floats
    on_track: npt.NDArray[np.bool_]


def ahead_at_lines_m(
    data: SessionData, line: ClosedLine, places: Places, moved_m: Floats, sectors: tuple[float, float]
) -> Floats:
    """How far each sample is ahead of where the car's crossings before have it, float64 (instants, cars) in metres; 0
    where nothing tells it.

    `places` are those of the positions of `data` on `line`, which are moved by `moved_m`; `sectors` the phases at which
    the first two sectors end.
    """
    assert data.positions is not None
    ahead_m = np.zeros(places.phase.shape)
    for car, crossings in enumerate(_crossings(data, (*sectors, 0.0))):
        known = np.flatnonzero(~np.isnan(places.phase[:, car]))
        if known.size < 2 or not crossings:
            continue
        t_ms, told_m = data.positions.t_ms[known], np.unwrap(places.phase[known, car], period=1.0) * line.length_m
        speed_m_per_ms = _speed_m_per_ms(t_ms, told_m)
        way = _Way(t_ms, told_m + moved_m[known, car], speed_m_per_ms, places.away_m[known, car] <= ON_TRACK_M)
        ahead_m[known, car] = _settled_ms(t_ms, *_early_ms(way, line.length_m, crossings)) * speed_m_per_ms
    return ahead_m


def _speed_m_per_ms(t_ms: Ints, way_m: Floats) -> Floats:
    """The mean speed around each sample; that of the feed, as what was moved has looked ahead already."""
    began_ms, ended_ms = np.maximum(t_ms - AROUND_MS, t_ms[0]), np.minimum(t_ms + AROUND_MS, t_ms[-1])
    driven_m = np.interp(ended_ms, t_ms, way_m) - np.interp(began_ms, t_ms, way_m)
    return np.clip(driven_m / (ended_ms - began_ms), 0.0, FASTEST_M_PER_MS)


def _crossings(data: SessionData, lines: tuple[float, ...]) -> list[list[tuple[int, float]]]:
    """Of each car the official crossings of `lines`, which are phases: time and phase, in order of time."""
    found: list[list[tuple[int, float]]] = [[] for _ in data.entries]
    for lap in data.laps:
        if lap.generated or lap.number not in data.column_of:
            continue
        times = zip(lap.sector_end_ms, lines, strict=True)
        found[data.column_of[lap.number]] += [(t_ms, phase) for t_ms, phase in times if t_ms is not None]
    return [sorted(own) for own in found]


def _early_ms(way: _Way, lap_m: float, crossings: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    """Those crossings that tell how early the car was, and how early."""
    at_ms, phase = (np.array(column) for column in zip(*crossings, strict=True))
    after = np.clip(np.searchsorted(way.t_ms, at_ms), 1, len(way.t_ms) - 1)
    seen = (at_ms >= way.t_ms[after - 1]) & (at_ms <= way.t_ms[after])
    seen &= (way.t_ms[after] - way.t_ms[after - 1] <= MAX_GAP_MS) & way.on_track[after - 1] & way.on_track[after]
    ahead = np.interp(at_ms, way.t_ms, way.way_m) / lap_m - phase
    speed_m_per_ms = np.interp(at_ms, way.t_ms, way.speed_m_per_ms)
    early_ms = (ahead - np.rint(ahead)) * lap_m / np.maximum(speed_m_per_ms, DRIVING_M_PER_MS)
    tells = seen & (speed_m_per_ms >= DRIVING_M_PER_MS) & (np.abs(early_ms) <= MOST_MS)
    return at_ms[tells].tolist(), early_ms[tells].tolist()


def _settled_ms(t_ms: Ints, at_ms: list[int], early_ms: list[float]) -> Floats:
    """How early the car is taken to be at each of its samples, by the crossings before."""
    knots_ms, levels_ms = [int(t_ms[0])], [0.0]
    for number, crossed_ms in enumerate(at_ms, start=1):
        if crossed_ms + COUNTS_AFTER_MS <= knots_ms[-1]:
            continue
        usual_ms = median(early_ms[max(number - CROSSINGS, 0) : number])
        knots_ms += [crossed_ms + COUNTS_AFTER_MS, crossed_ms + COUNTS_AFTER_MS + SETTLES_IN_MS]
        levels_ms += [levels_ms[-1], usual_ms if abs(usual_ms) >= LEAST_MS else 0.0]
    return np.interp(t_ms, knots_ms, levels_ms)
