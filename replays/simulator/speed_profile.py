"""How fast a car can go where: the speed profile of a lap from curvature, grip and power.

Cornering speed follows from lateral grip, which grows with downforce; then one pass backwards limits it by
braking and one forwards by power, traction and drag. Speeds are along the racing line, in m/s.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.simulator.circuit import Circuit

Floats = npt.NDArray[np.float64]

GRAVITY_MS2 = 9.81
MECHANICAL_GRIP = 1.7
"""Tyre friction without downforce, in g."""
DOWNFORCE_GRIP_PER_MS2 = 0.00060
"""What downforce adds to the grip, in g per (m/s) squared."""
MAX_LATERAL_MS2 = 43.0
MAX_BRAKING_MS2 = 46.0
BRAKING_SHARE = 0.92
"""Braking uses this much of the grip: nobody brakes at the very limit for 15 laps."""
TRACTION_SHARE = 0.62
POWER_PER_MASS = 940.0
"""Driving power by mass, W/kg, at the start weight of a race."""
DRAG_PER_M = 0.00128
"""Deceleration by drag is this times speed squared."""
DRS_DRAG_SHARE = 0.80
TOP_SPEED_MS = 92.0

GRIP_LEVELS: Floats = np.array([0.6, 0.75, 0.9, 1.05])
"""Levels of grip, 1 being fresh dry tyres on a dry track, for which profiles are kept."""

DRS_ZONES = ((0.932, 0.080), (0.622, 0.692))
"""Where the rear wing may open, as fractions of a lap; the first runs over the line."""

DRS_DETECTION = (0.880, 0.580)
"""Where it is decided, for each zone, who may open it, as fractions of a lap."""


@dataclass(frozen=True, slots=True)
class SpeedProfiles:
    """Speeds in m/s, float64 (grip levels, points), at the points of the circuit; `helped` with less drag."""

    closed: Floats
    helped: Floats


def in_drs_zone(fraction: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether places, as fractions of a lap, lie in a DRS zone."""
    lap = np.asarray(fraction, dtype=float)
    (first_start, first_end), (second_start, second_end) = DRS_ZONES
    return (lap >= first_start) | (lap < first_end) | ((lap >= second_start) & (lap < second_end))


def drive_ms2(speed_ms: npt.ArrayLike, grip: npt.ArrayLike, drag_share: npt.ArrayLike = 1.0) -> Floats:
    """Largest acceleration at a speed: the lesser of power and traction, minus drag."""
    v = np.asarray(speed_ms, dtype=float)
    traction = np.asarray(grip) * TRACTION_SHARE * (MECHANICAL_GRIP + DOWNFORCE_GRIP_PER_MS2 * v * v) * GRAVITY_MS2
    return np.minimum(POWER_PER_MASS / np.maximum(v, 5.0), traction) - DRAG_PER_M * np.asarray(drag_share) * v * v


def brake_ms2(speed_ms: npt.ArrayLike, grip: npt.ArrayLike) -> Floats:
    """Largest deceleration at a speed, drag included, as a positive number."""
    v = np.asarray(speed_ms, dtype=float)
    tyres = np.asarray(grip) * BRAKING_SHARE * (MECHANICAL_GRIP + DOWNFORCE_GRIP_PER_MS2 * v * v) * GRAVITY_MS2
    return np.minimum(tyres + DRAG_PER_M * v * v, MAX_BRAKING_MS2)


def _cornering(curvature: Floats, grip: float) -> Floats:
    """Speed at which the lateral grip is used up; the top speed on straights."""
    bend = np.abs(curvature)
    needed = bend - grip * DOWNFORCE_GRIP_PER_MS2 * GRAVITY_MS2
    by_tyres = np.where(
        needed > 1e-6, np.sqrt(grip * MECHANICAL_GRIP * GRAVITY_MS2 / np.maximum(needed, 1e-6)), TOP_SPEED_MS
    )
    by_neck = np.sqrt(MAX_LATERAL_MS2 * grip / np.maximum(bend, 1e-6))
    return np.minimum(np.minimum(by_tyres, by_neck), TOP_SPEED_MS)


def _profile(circuit: Circuit, grip: float, drag_share: Floats) -> Floats:
    """The profile of a flying lap. Two rounds each way make the lap's end meet its beginning."""
    speed = _cornering(circuit.curvature, grip)
    n, step_m = len(speed), circuit.step_m
    limit = speed.tolist()
    drag = drag_share.tolist()
    grip_braking = grip * BRAKING_SHARE * GRAVITY_MS2
    for i in range(2 * n - 1, -1, -1):
        here, ahead = i % n, limit[(i + 1) % n]
        squared = ahead * ahead
        slowing = grip_braking * (MECHANICAL_GRIP + DOWNFORCE_GRIP_PER_MS2 * squared) + DRAG_PER_M * squared
        reachable = (squared + 2 * min(slowing, MAX_BRAKING_MS2) * step_m) ** 0.5
        limit[here] = min(limit[here], reachable)
    grip_traction = grip * TRACTION_SHARE * GRAVITY_MS2
    for i in range(2 * n):
        here, after = limit[i % n], (i + 1) % n
        squared = here * here
        traction = grip_traction * (MECHANICAL_GRIP + DOWNFORCE_GRIP_PER_MS2 * squared)
        gain = min(POWER_PER_MASS / max(here, 5.0), traction) - DRAG_PER_M * drag[i % n] * squared
        limit[after] = min(limit[after], (squared + 2 * gain * step_m) ** 0.5)
    return np.round(np.array(limit), 6)


def speed_profiles(circuit: Circuit) -> SpeedProfiles:
    """Profiles of every grip level, alone and with the help of an open wing or a slipstream."""
    own_drag = np.ones(len(circuit.curvature))
    less_drag = np.full(len(circuit.curvature), DRS_DRAG_SHARE)
    return SpeedProfiles(
        closed=np.stack([_profile(circuit, float(grip), own_drag) for grip in GRIP_LEVELS]),
        helped=np.stack([_profile(circuit, float(grip), less_drag) for grip in GRIP_LEVELS]),
    )
