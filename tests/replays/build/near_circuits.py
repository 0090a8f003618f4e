"""Circuits that come near themselves, and cars on them whose every place is known, for tests of the projection.

Each circuit is a closed curve, drawn densely. A car drives it at speeds that change, a little beside the line, seen by
a feed that jitters, is wrong by a metre or two, and has holes.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from replays.loading.session_data import PositionFeed, SessionData
from seasons.records import LapRecord
from tests.replays.build.sessions import START_MS, lap, session

STEP_MS = 240
DENSE_M = 0.25
TIGHT_M = 40.0
GRID_M = 40.0


@dataclass(frozen=True)
class Circuit:
    """`xy_m` (n, 2) from the line on, at equal steps. At `doubt_m` along it another part is near, at `tight_m` a bend
    is so tight that cars keep to the line."""

    xy_m: Any
    length_m: float
    doubt_m: float
    tight_m: float | None = None

    def at(self, s_m: Any, beside_m: Any = 0.0) -> Any:
        """The points (k, 2) at `s_m` along the line, `beside_m` to the left of it."""
        step = np.asarray(s_m) / self.length_m * len(self.xy_m)
        low = np.floor(step).astype(int) % len(self.xy_m)
        tangent = np.roll(self.xy_m, -1, axis=0) - self.xy_m
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        left = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        on_line = self.xy_m[low] + tangent[low] * ((step % 1) * self.length_m / len(self.xy_m))[:, None]
        return on_line + left[low] * np.broadcast_to(beside_m, low.shape)[:, None]


def drawn(points: Any, *, begins_at: float, doubt_at: float) -> Circuit:
    """The circuit through dense `points` (k, 2), both places given as shares of the way through them."""
    ring = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    even = np.linspace(0, along[-1], round(along[-1] / DENSE_M), endpoint=False)
    xy = np.column_stack([np.interp(even, along, ring[:, axis]) for axis in (0, 1)])
    return Circuit(
        np.roll(xy, -round(begins_at * len(xy)), axis=0), along[-1], (doubt_at - begins_at) % 1.0 * along[-1]
    )


def figure_eight() -> Circuit:
    """A lemniscate: it crosses itself at a right angle."""
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    x = 500 * np.cos(angle) / (1 + np.sin(angle) ** 2)
    return drawn(np.column_stack([x, x * np.sin(angle)]), begins_at=0.1, doubt_at=0.25)


def hairpin() -> Circuit:
    """Two legs of 400 m, 12 m apart, with a half circle between them, and a wide loop at the other end."""
    circuit = drawn(_between_bends(6.0, 6.0, 100.0, 0.0, 400.0, 700.0), begins_at=0.0, doubt_at=0.38)
    return replace(circuit, tight_m=(circuit.length_m + np.pi * 100.0) / 2)


def parallel_straights() -> Circuit:
    """Two straights of 800 m, 15 m apart, driven in opposite directions, with a wide loop at each end."""
    return drawn(_between_bends(80.0, 7.5, 80.0, -600.0, 400.0, 600.0), begins_at=0.0, doubt_at=0.4)


def two_rounds() -> Circuit:
    """Two rounds in one lap, an outer and an inner one: they cross at a small angle, in the same direction."""
    angle = np.linspace(0, 4 * np.pi, 40_000, endpoint=False)
    radius = 300 + 60 * np.cos(angle / 2)
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return drawn(points, begins_at=0.05, doubt_at=0.281)


def _between_bends(left_m: float, half_gap_m: float, right_m: float, x0: float, x1: float, x2: float) -> Any:
    """Round two half circles with radius `left_m` about (x0, 0) and `right_m` about (x2, 0), and along y = +-half_gap_m
    between; from x1 on the legs part. From the right end's foot, y < 0, to the left along y > 0."""
    x = np.linspace(x0, x2, 20_000)
    half = half_gap_m + (right_m - half_gap_m) * _rise((x - x1) / (x2 - x1))
    half += (left_m - half_gap_m) * _rise((x0 - x) / (x2 - x1) + 1)
    bend = np.linspace(-np.pi / 2, np.pi / 2, 5_000)[1:-1]
    right = np.column_stack([x2 + right_m * np.cos(bend), right_m * np.sin(bend)])
    left = np.column_stack([x0 - left_m * np.cos(bend), -left_m * np.sin(bend)])
    return np.vstack([right, np.column_stack([x, half])[::-1], left, np.column_stack([x, -half])])


def _rise(share: Any) -> Any:
    within = np.clip(share, 0, 1)
    return within**2 * (3 - 2 * within)


@dataclass(frozen=True)
class Drive:
    """How a car drives: `seed` of its speeds, its line and its noise; `beside_m` at most from the line; the feed is
    wrong by `noise_m`, from least to most, in any direction; at `stops_m` along its second lap it stands for 30 s."""

    seed: int = 0
    laps: int = 3
    beside_m: float = 0.0
    noise_m: tuple[float, float] = (0.0, 0.0)
    stops_m: float | None = None


def drive_race(circuit: Circuit, drives: list[Drive], *, hole_ms: int = 0) -> tuple[SessionData, Any]:
    """The race of cars that stand GRID_M short of the line at lights-out, and their true progress (instants, cars).

    The feed has a hole of `hole_ms` every 20 s.
    """
    ways = [_way(circuit, drive) for drive in drives]
    random = np.random.default_rng(drives[0].seed)
    t_ms = START_MS + np.arange(0, max(way_ms[-1] for way_ms, _ in ways) + 5_000, STEP_MS)
    t_ms = (t_ms + random.integers(-60, 60, t_ms.size)).astype(np.int64)
    t_ms = t_ms[(t_ms - START_MS + 10_000) % 20_000 >= hole_ms]
    progress = np.column_stack([np.interp(t_ms - START_MS, *way) for way in ways]) / circuit.length_m
    x_dm, y_dm = np.array([_seen(circuit, *each) for each in zip(drives, progress.T, strict=True)]).T
    numbers = tuple(str(n) for n in range(1, len(drives) + 1))
    laps = tuple(one for number, way in zip(numbers, ways, strict=True) for one in _timed(number, way, circuit))
    return session(numbers, laps, positions=PositionFeed(t_ms, x_dm, y_dm)), progress


def _way(circuit: Circuit, drive: Drive) -> tuple[Any, Any]:
    """A clock in ms since lights-out and the metres driven since the line by then."""
    random = np.random.default_rng(drive.seed)
    driven_m = np.linspace(-GRID_M, drive.laps * circuit.length_m, 400 * drive.laps)
    knots = 24 * drive.laps
    speed_m_s = np.interp(driven_m, np.linspace(-GRID_M, driven_m[-1], knots), random.uniform(12, 80, knots))
    t_ms = np.concatenate([[0.0], np.cumsum(np.diff(driven_m) / speed_m_s[1:] * 1_000)])
    if drive.stops_m is not None:
        t_ms[driven_m > circuit.length_m + drive.stops_m] += 30_000
    return t_ms, driven_m


def _seen(circuit: Circuit, drive: Drive, progress: Any) -> Any:
    """The feed's x and y, (instants, 2) int32, of a car that weaves within `beside_m` of the line."""
    random = np.random.default_rng(drive.seed + 1)
    driven_m = progress * circuit.length_m
    knots_m = np.arange(-GRID_M, driven_m[-1] + 200, 100)
    beside_m = np.interp(driven_m, knots_m, random.uniform(-drive.beside_m, drive.beside_m, knots_m.size))
    if circuit.tight_m is not None:
        beside_m *= np.clip(np.abs(driven_m % circuit.length_m - circuit.tight_m) / TIGHT_M, 0, 1)
    noise_m, angle = random.uniform(*drive.noise_m, progress.size), random.uniform(0, 2 * np.pi, progress.size)
    wrong_by_m = noise_m[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.rint((circuit.at(driven_m, beside_m) + wrong_by_m) * 10).astype(np.int32)


def _timed(number: str, way: tuple[Any, Any], circuit: Circuit) -> list[LapRecord]:
    way_ms, driven_m = way
    lines_m = np.arange(0, driven_m[-1] + 1, circuit.length_m)
    ends = (START_MS + np.rint(np.interp(lines_m, driven_m, way_ms))).astype(int).tolist()
    return [
        lap(number, n, end, start_ms=start, lap_time_ms=end - start)
        for n, (start, end) in enumerate(pairwise(ends), start=1)
    ]
