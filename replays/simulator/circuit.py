"""The invented circuit: a closed line made of straights and corners, its pit lane, its timing lines.

Places on the track are (s, d): `s` metres along the racing line from the start/finish line, `d` metres to the
left of it. The line is drawn from its curvature (straight, transition, arc, transition), as real circuits are
surveyed, so the curvature is known exactly and nothing has to be fitted.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP_M = 1.0
"""Distance between points of the line, roughly: the line is cut into equal steps near this length."""

SECTOR_ENDS = (0.331, 0.688, 1.0)
"""Where the three sectors end, as fractions of a lap."""

SPEED_TRAP = 0.665
"""Where the speed trap stands, as a fraction of a lap: near the end of the back straight."""

MARSHAL_SECTORS = 18
"""Number of marshalling sectors, of equal length, counted from 1 after the line."""

PIT_ENTRY_BEFORE_LINE_M = 330.0
PIT_LIMIT_BEFORE_LINE_M = 205.0
PIT_LIMIT_AFTER_LINE_M = 190.0
PIT_EXIT_AFTER_LINE_M = 330.0
PIT_LANE_OFFSET_M = -21.0
"""The pit lane runs to the right of the main straight, which is the inside of a clockwise circuit."""
PIT_EXIT_OFFSET_M = -4.0
"""A car leaves the pit lane on the right edge of the track, beside the racing line."""

FIRST_BOX_AFTER_LINE_M = 20.0
BOX_SPACING_M = 15.0
BOX_OFFSET_M = -4.5
"""Boxes lie after the line and further right than the fast lane, one for each team."""

POLE_BEFORE_LINE_M = 14.0
GRID_SPACING_M = 8.0
GRID_OFFSET_M = 3.2

ROTATION_DEG = 0.0


@dataclass(frozen=True, slots=True)
class Corner:
    """A corner as designed: `turn_deg` positive to the left, radius of the racing line at its apex."""

    name: str
    turn_deg: float
    radius_m: float


# Straights (m) and corners in driving order, from the start/finish line. The two straights named None are as
# long as closing the loop makes them.
_LAYOUT: tuple[float | Corner | None, ...] = (
    505.0,
    Corner("1", -88, 42),
    70.0,
    Corner("2", 62, 62),
    190.0,
    Corner("3", -38, 190),
    120.0,
    Corner("4", -52, 95),
    55.0,
    Corner("5", 64, 85),
    50.0,
    Corner("6", -72, 88),
    45.0,
    Corner("7", 58, 100),
    None,
    Corner("8", -152, 17),
    420.0,
    Corner("9", 48, 120),
    90.0,
    Corner("10", -82, 55),
    310.0,
    Corner("11", 72, 70),
    None,
    Corner("12", -52, 26),
    22.0,
    Corner("13", 56, 26),
    230.0,
    Corner("14", -128, 105),
    430.0,
    Corner("15", -56, 48),
    470.0,
)


@dataclass(frozen=True)
class Circuit:
    """The drawn circuit: n points at equal steps along the racing line, the first on the start/finish line.

    `x_m`, `y_m`, `heading_rad` (counter-clockwise from the x axis) and `curvature` (1/m, positive to the left)
    are float64 (n,). `corners` are (name, s in metres) of the apexes.
    """

    name: str
    length_m: float
    x_m: Floats
    y_m: Floats
    heading_rad: Floats
    curvature: Floats
    corners: tuple[tuple[str, float], ...]
    rotation_deg: float = ROTATION_DEG

    @cached_property
    def step_m(self) -> float:
        return self.length_m / len(self.x_m)

    def sample(self, s_m: npt.ArrayLike, table: Floats) -> Floats:
        """A column of the circuit at any places, linearly between points, round the lap. Shape of `s_m`."""
        steps = np.asarray(s_m, dtype=float) % self.length_m / self.step_m
        low = steps.astype(np.int64) % len(table)
        high = (low + 1) % len(table)
        fraction = steps - np.floor(steps)
        return table[low] + (table[high] - table[low]) * fraction

    @cached_property
    def _normals(self) -> tuple[Floats, Floats]:
        left_x = np.round(-np.sin(self.heading_rad), 9).astype(np.float64)
        left_y = np.round(np.cos(self.heading_rad), 9).astype(np.float64)
        return left_x, left_y

    def place(self, s_m: npt.ArrayLike, d_m: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Coordinates in metres of places (s, d); both of the broadcast shape of the arguments."""
        offset = np.asarray(d_m, dtype=float)
        left_x, left_y = self._normals
        x_m = self.sample(s_m, self.x_m) + offset * self.sample(s_m, left_x)
        y_m = self.sample(s_m, self.y_m) + offset * self.sample(s_m, left_y)
        return x_m, y_m

    def pit_offset(self, s_m: npt.ArrayLike) -> Floats:
        """Where the pit lane runs: metres left of the racing line at `s_m`."""
        return np.interp(self.from_line(s_m), _PIT_RAMP_S_M, _PIT_RAMP_D_M)

    def from_line(self, s_m: npt.ArrayLike) -> Floats:
        """Metres past the start/finish line, negative on the half lap before it. Shape of `s_m`."""
        half = self.length_m / 2
        return (np.asarray(s_m, dtype=float) + half) % self.length_m - half

    def pit_path(self) -> tuple[Floats, Floats]:
        """The pit lane from entry to exit: x and y in metres, a point about every 5 m."""
        s_m = np.arange(-PIT_ENTRY_BEFORE_LINE_M, PIT_EXIT_AFTER_LINE_M + 1, 5.0)
        return self.place(s_m, self.pit_offset(s_m))

    def marshal_sector(self, s_m: float) -> int:
        return int(s_m % self.length_m / self.length_m * MARSHAL_SECTORS) + 1


def _smooth_ramp(width: int) -> Floats:
    u = np.linspace(0.0, 1.0, width)
    return u * u * (3 - 2 * u)


_RAMP_IN = _smooth_ramp(25)
_PIT_RAMP_S_M: Floats = np.concatenate(
    [
        np.linspace(-PIT_ENTRY_BEFORE_LINE_M, -PIT_LIMIT_BEFORE_LINE_M, 25),
        np.linspace(PIT_LIMIT_AFTER_LINE_M, PIT_EXIT_AFTER_LINE_M, 25),
    ]
)
_PIT_RAMP_D_M: Floats = np.concatenate(
    [PIT_LANE_OFFSET_M * _RAMP_IN, PIT_LANE_OFFSET_M + (PIT_EXIT_OFFSET_M - PIT_LANE_OFFSET_M) * _RAMP_IN]
)


def box_after_line_m(team: int) -> float:
    """Where a team's box is, in metres past the line."""
    return FIRST_BOX_AFTER_LINE_M + BOX_SPACING_M * team


def _transition_m(corner: Corner) -> float:
    """Length over which the curvature comes in: longer for fast corners, at most what the arc allows."""
    arc_m = abs(np.radians(corner.turn_deg)) * corner.radius_m
    return min(0.75 * arc_m, 12.0 + 0.25 * corner.radius_m)


def _curvature_profile(straights_m: list[float], corners: list[Corner]) -> tuple[Floats, Floats, list[float]]:
    """Knots of the piecewise linear curvature: their s, their curvature, and s of each apex."""
    s_knots, k_knots, apexes = [0.0], [0.0], []
    s_m = 0.0
    for straight_m, corner in zip(straights_m, corners, strict=False):
        s_m += straight_m
        # A linear transition turns half as much as the arc over the same length, so the corner as a whole is
        # one transition longer than its arc.
        transition_m = _transition_m(corner)
        whole_m = abs(np.radians(corner.turn_deg)) * corner.radius_m + transition_m
        curvature = np.sign(corner.turn_deg) / corner.radius_m
        s_knots += [s_m, s_m + transition_m, s_m + whole_m - transition_m, s_m + whole_m]
        k_knots += [0.0, curvature, curvature, 0.0]
        apexes.append(s_m + whole_m / 2)
        s_m += whole_m
    s_knots.append(s_m + straights_m[-1])
    k_knots.append(0.0)
    return np.array(s_knots), np.array(k_knots), apexes


def _draw(s_knots: Floats, k_knots: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Integrate curvature to heading to coordinates by the midpoint rule: s, x, y, heading, curvature."""
    n = round(s_knots[-1] / STEP_M)
    s_m = np.linspace(0.0, s_knots[-1], n + 1)
    step_m = s_knots[-1] / n
    middle = np.interp(s_m[:-1] + step_m / 2, s_knots, k_knots)
    heading = np.concatenate([[0.0], np.cumsum(middle * step_m)])
    along = (heading[:-1] + heading[1:]) / 2
    x_m = np.concatenate([[0.0], np.cumsum(np.cos(along) * step_m)])
    y_m = np.concatenate([[0.0], np.cumsum(np.sin(along) * step_m)])
    return s_m, x_m, y_m, heading, np.interp(s_m, s_knots, k_knots)


def _closing_straights(straights_m: list[float | None], corners: list[Corner]) -> list[float]:
    """Fill in the two open straights so that the line ends where it began (two equations, two lengths)."""
    first, second = [i for i, length in enumerate(straights_m) if length is None]
    lengths = [length or 0.0 for length in straights_m]
    s_knots, k_knots, _ = _curvature_profile(lengths, corners)
    _, x_m, y_m, _, _ = _draw(s_knots, k_knots)
    turned = np.radians(np.cumsum([0.0] + [corner.turn_deg for corner in corners]))
    (ax, ay), (bx, by) = [(np.cos(turned[i]), np.sin(turned[i])) for i in (first, second)]
    determinant = ax * by - bx * ay
    lengths[first] = float((-x_m[-1] * by + bx * y_m[-1]) / determinant)
    lengths[second] = float((-ax * y_m[-1] + x_m[-1] * ay) / determinant)
    return lengths


@lru_cache(maxsize=1)
def demo_circuit() -> Circuit:
    """The circuit of the demo: 15 corners, clockwise, two long straights. Always the same."""
    corners = [part for part in _LAYOUT if isinstance(part, Corner)]
    straights = [part for part in _LAYOUT if not isinstance(part, Corner)]
    lengths = _closing_straights(straights, corners)
    s_knots, k_knots, apexes = _curvature_profile(lengths, corners)
    _, x_m, y_m, heading, curvature = _draw(s_knots, k_knots)
    # What the midpoint rule misses of the closure (millimetres) is spread over the lap.
    drift = np.linspace(0.0, 1.0, len(x_m))
    x_m, y_m = x_m - drift * x_m[-1], y_m - drift * y_m[-1]
    return Circuit(
        name="Port Verrin Circuit",
        length_m=float(np.round(s_knots[-1], 6)),
        x_m=np.round(x_m[:-1], 6),
        y_m=np.round(y_m[:-1], 6),
        heading_rad=np.round(heading[:-1], 9),
        curvature=np.round(curvature[:-1], 9),
        corners=tuple((corner.name, float(np.round(s, 3))) for corner, s in zip(corners, apexes, strict=True)),
    )
