"""From the driven steps to motion at any instant: the same curve for the truth, the feeds and the timing.

Between two steps a car's acceleration is constant along the line, so its place is a parabola in time and the
moment it passes a line has a formula; across the road it moves on a cubic with the steps' slopes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from replays.simulator.circuit import Circuit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOT_REACHED = -1
"""In place of a time in ms, where a car never got that far."""


@dataclass(frozen=True, slots=True)
class Places:
    """Cars at some instants: float64 (instants, cars); `acceleration_ms2` is that along the road."""

    s_m: Floats
    x_m: Floats
    y_m: Floats
    speed_kmh: Floats
    acceleration_ms2: Floats


@dataclass(frozen=True)
class Motion:
    """Rows every `step_ms` from session time 0: place along the line, its rate, place across, (rows, cars)."""

    circuit: Circuit
    step_ms: int
    s_m: Floats
    u_ms: Floats
    d_m: Floats

    @cached_property
    def end_ms(self) -> int:
        return (len(self.s_m) - 1) * self.step_ms

    @cached_property
    def _sideways_ms(self) -> Floats:
        return np.gradient(self.d_m, self.step_ms / 1000, axis=0)

    def at(self, t_ms: npt.ArrayLike) -> Places:
        """Where all cars are at instants in ms of session time (instants,), within the rows."""
        instants = np.atleast_1d(np.asarray(t_ms, dtype=float))
        if instants.size and (instants.min() < 0 or instants.max() > self.end_ms):
            raise ValueError(f"t_ms: 0 to {self.end_ms}, not {instants.min():g} to {instants.max():g}")
        row = np.minimum((instants // self.step_ms).astype(np.int64), len(self.s_m) - 2)
        step_s = self.step_ms / 1000
        tau = ((instants - row * self.step_ms) / 1000)[:, None]
        u0, u1 = self.u_ms[row], self.u_ms[row + 1]
        acceleration = (u1 - u0) / step_s
        s_m = np.minimum(self.s_m[row] + u0 * tau + acceleration * tau * tau / 2, self.s_m[row + 1])
        d_m, sideways = self._across(row, tau, step_s)
        x_m, y_m = self.circuit.place(s_m, d_m)
        along = (u0 + acceleration * tau) * (1 - d_m * self.circuit.sample(s_m, self.circuit.curvature))
        return Places(s_m, x_m, y_m, 3.6 * np.sqrt(along * along + sideways * sideways), acceleration)

    def _across(self, row: Ints, tau: Floats, step_s: float) -> tuple[Floats, Floats]:
        """Place across the road and its rate, on cubics through the rows."""
        h = tau / step_s
        d0, d1 = self.d_m[row], self.d_m[row + 1]
        m0, m1 = self._sideways_ms[row] * step_s, self._sideways_ms[row + 1] * step_s
        a, b = 2 * (d0 - d1) + m0 + m1, 3 * (d1 - d0) - 2 * m0 - m1
        return ((a * h + b) * h + m0) * h + d0, ((3 * a * h + 2 * b) * h + m0) / step_s

    def passages_ms(self, car: int, s_m: Floats) -> Ints:
        """When a car first reached places along the line (places,), ascending; NOT_REACHED where it never did."""
        column, rate = self.s_m[:, car], self.u_ms[:, car]
        after = np.searchsorted(column, s_m, side="left")
        reached = (after < len(column)) & (after > 0)
        row = np.clip(after - 1, 0, len(column) - 2)
        way = s_m - column[row]
        u0, step_s = rate[row], self.step_ms / 1000
        acceleration = (rate[row + 1] - u0) / step_s
        root = np.sqrt(np.maximum(u0 * u0 + 2 * acceleration * way, 0.0))
        tau = np.minimum(2 * way / np.maximum(u0 + root, 1e-9), step_s)
        return np.where(reached, np.round(row * self.step_ms + 1000 * tau).astype(np.int64), NOT_REACHED)
