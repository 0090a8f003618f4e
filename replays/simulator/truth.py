"""A simulated race with everything that is known of it: what tests compare the replay with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from replays.simulator.cars import Happening
from replays.simulator.circuit import Circuit
from replays.simulator.field import DRIVERS, Driver
from replays.simulator.motion import NOT_REACHED, Motion, Places
from replays.simulator.weather import WeatherSample

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PitStop:
    """A drive through the pit lane: `lap` ends in it; times in ms of session time at the lines of the limit."""

    car: int
    lap: int
    in_ms: int
    out_ms: int
    standing_ms: int


@dataclass(frozen=True, slots=True)
class Stint:
    """Laps on one set of tyres, from `first_lap` (counting from 1) on; `used_laps` when it was put on."""

    car: int
    number: int
    compound: str
    first_lap: int
    used_laps: int
    fitted_ms: int


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the classification, in order of `position`. `finish_ms` is None for who retired."""

    position: int
    car: int
    laps: int
    finish_ms: int | None


@dataclass(frozen=True)
class SimulatedRace:
    """The truth about a race. Cars are columns in the order of `drivers`; times are ms of session time.

    `lap_end_ms` int64 (laps, cars) and `sector_end_ms` int64 (laps, 3, cars) say when each car passed each line,
    -1 where it never did; the last sector ends with the lap. `retired_ms` maps the cars that retired to when
    they stood still. `drs_open` has the rows of `motion`.
    """

    seed: int
    laps: int
    circuit: Circuit
    motion: Motion
    drs_open: Bools
    grid: tuple[int, ...]
    lights_out_ms: int
    lap_end_ms: Ints
    sector_end_ms: Ints
    pit_stops: tuple[PitStop, ...]
    stints: tuple[Stint, ...]
    retired_ms: dict[int, int]
    classification: tuple[Result, ...]
    happenings: tuple[Happening, ...]
    weather: tuple[WeatherSample, ...]
    drivers: tuple[Driver, ...] = DRIVERS

    @property
    def end_ms(self) -> int:
        """When the recording ends; it begins at 0."""
        return self.motion.end_ms

    @cached_property
    def t_ms(self) -> Ints:
        """The fine clock (rows,) of `places`, `order` and `gap_s`: 10 instants a second."""
        return np.arange(len(self.motion.s_m), dtype=np.int64) * self.motion.step_ms

    @cached_property
    def places(self) -> Places:
        """All cars at every instant of the fine clock."""
        return self.motion.at(self.t_ms)

    @cached_property
    def finish_ms(self) -> Ints:
        """When each car took the chequered flag (cars,), -1 for who retired."""
        finish = np.full(len(self.drivers), NOT_REACHED)
        for result in self.classification:
            finish[result.car] = NOT_REACHED if result.finish_ms is None else result.finish_ms
        return finish

    @cached_property
    def laps_done(self) -> Ints:
        """Laps each car is classified with (cars,)."""
        done = np.zeros(len(self.drivers), dtype=np.int64)
        for result in self.classification:
            done[result.car] = result.laps
        return done

    def at(self, t_ms: npt.ArrayLike) -> Places:
        """All cars at any instants (instants,) within the recording; raises ValueError beyond it."""
        return self.motion.at(t_ms)

    def progress_at(self, t_ms: npt.ArrayLike) -> Floats:
        """Laps driven (instants, cars), negative on the grid; at the flag it ends, though cars roll on."""
        instants = np.atleast_1d(np.asarray(t_ms, dtype=float))
        progress = self.motion.at(instants).s_m / self.circuit.length_m
        return np.where(self._home(instants), self.laps_done, progress)

    def order_at(self, t_ms: npt.ArrayLike) -> Ints:
        """Cars from first to last (instants, cars): by progress, those at the flag by when they got there."""
        instants = np.atleast_1d(np.asarray(t_ms, dtype=float))
        tie = np.where(self._home(instants), self.finish_ms, np.iinfo(np.int64).max)
        return np.lexsort((tie, -self.progress_at(instants)), axis=-1)

    def gap_at(self, t_ms: npt.ArrayLike) -> Floats:
        """Seconds since the leader of the moment was where each car is now (instants, cars).

        0 for the leader. NaN where the leader never was (behind him on the grid) and for cars that stopped. Cars
        at the flag keep the gap they had there.
        """
        instants = np.atleast_1d(np.asarray(t_ms, dtype=float))
        leaders = self.order_at(instants)[:, 0]
        place_m = self.progress_at(instants) * self.circuit.length_m
        when = np.where(self._home(instants), self.finish_ms, instants[:, None])
        gap = np.empty_like(place_m)
        for leader in np.unique(leaders).tolist():
            rows = leaders == leader
            was_there_ms = np.interp(place_m[rows], self.motion.s_m[:, leader], self.t_ms)
            gap[rows] = (when[rows] - was_there_ms) / 1000
            gap[rows] = np.where(place_m[rows] < self.motion.s_m[0, leader], np.nan, gap[rows])
            gap[rows, leader] = 0.0
        for car, stopped_ms in self.retired_ms.items():
            gap[instants >= stopped_ms, car] = np.nan
        return gap

    @cached_property
    def order(self) -> Ints:
        """`order_at` every instant of the fine clock (rows, cars)."""
        return self.order_at(self.t_ms)

    @cached_property
    def gap_s(self) -> Floats:
        """`gap_at` every instant of the fine clock (rows, cars)."""
        return self.gap_at(self.t_ms)

    def lap_time_ms(self, car: int, lap: int) -> int:
        """Time of a lap, counting from 1; the first begins at lights-out. Raises ValueError if never finished."""
        end = int(self.lap_end_ms[lap - 1, car])
        if end == NOT_REACHED:
            raise ValueError(f"car {self.drivers[car].number} did not finish lap {lap}")
        return end - (self.lights_out_ms if lap == 1 else int(self.lap_end_ms[lap - 2, car]))

    def _home(self, instants: Floats) -> Bools:
        """Which cars have taken the flag (instants, cars)."""
        return (self.finish_ms != NOT_REACHED) & (instants[:, None] >= self.finish_ms)
