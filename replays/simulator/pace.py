"""How fast each car wants to go, whoever is around it: grip of its tyres, the track, its driver's lap."""

import numpy as np
import numpy.typing as npt

from replays.simulator.cars import Cars
from replays.simulator.circuit import Circuit
from replays.simulator.field import CARS
from replays.simulator.script import INTERMEDIATE
from replays.simulator.speed_profile import DRS_DRAG_SHARE, GRIP_LEVELS, SpeedProfiles, brake_ms2, drive_ms2

Floats = npt.NDArray[np.float64]

FRESH_GRIP: Floats = np.array([1.030, 1.005, 0.985, 0.87])
"""By compound, on a dry track; the track's own grip is in it."""
WEAR_PER_LAP: Floats = np.array([0.0085, 0.0050, 0.0030, 0.0045])
WET_COSTS: Floats = np.array([0.35, 0.35, 0.36, 0.04])
"""Grip lost on a wet track: rain tyres are the better ones from less than half of full wetness."""


def tyre_grip(cars: Cars, wet: float) -> Floats:
    """Grip of each car's tyres now."""
    worn = FRESH_GRIP[cars.compound] - WEAR_PER_LAP[cars.compound] * cars.tyre_laps
    # Rain tyres overheat once the track dries.
    overheating = np.where(cars.compound == INTERMEDIATE, 0.02 * (1.0 - wet), 0.0)
    return worn - WET_COSTS[cars.compound] * wet - overheating


def profile_speed(circuit: Circuit, profiles: SpeedProfiles, cars: Cars, ahead_s: float) -> tuple[Floats, Floats]:
    """Speeds of the profile where each car will be in `ahead_s` seconds, in m/s (cars,).

    First as on its own, then with the help of an open wing or a slipstream.
    """
    steps = (cars.s_m + cars.u_ms * ahead_s) % circuit.length_m / circuit.step_m
    low = steps.astype(np.int64) % len(circuit.curvature)
    high = (low + 1) % len(circuit.curvature)
    along = steps - np.floor(steps)
    levels = (cars.grip - GRIP_LEVELS[0]) / (GRIP_LEVELS[1] - GRIP_LEVELS[0])
    levels = np.minimum(np.maximum(levels, 0.0), len(GRIP_LEVELS) - 1.001)
    level = levels.astype(np.int64)
    share = levels - level

    def read(table: Floats) -> Floats:
        lower = table[level, low] * (1 - along) + table[level, high] * along
        upper = table[level + 1, low] * (1 - along) + table[level + 1, high] * along
        return lower + (upper - lower) * share

    closed = read(profiles.closed)
    help_ = np.maximum(cars.drs_open, cars.slipstream)
    if not help_.any():
        return closed, closed
    return closed, closed + help_ * (read(profiles.helped) - closed)


def driver_pace(cars: Cars, pace: Floats) -> Floats:
    """Share of the profile's speed that each driver takes in the lap he is in."""
    return pace[np.arange(CARS), np.minimum(cars.lap, pace.shape[1] - 1)]


def within_reach(cars: Cars, wanted_ms: Floats, launch: Floats, dt_s: float) -> Floats:
    """`wanted_ms` limited to what engine and brakes can do in a step of `dt_s`."""
    drag_share = 1.0 - (1.0 - DRS_DRAG_SHARE) * np.maximum(cars.drs_open, cars.slipstream)
    gain = drive_ms2(cars.u_ms, cars.grip, drag_share)
    off_the_grid = cars.grid_lane & (cars.u_ms < 30.0)
    gain = np.where(off_the_grid, gain * launch, gain)
    fastest = cars.u_ms + gain * dt_s
    slowest = np.maximum(cars.u_ms - brake_ms2(cars.u_ms, cars.grip) * dt_s, 0.0)
    return np.minimum(np.maximum(wanted_ms, slowest), fastest)
