"""What the two telemetry feeds would have sampled: positions and car channels, each on its own clock."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.simulator.motion import Places
from replays.simulator.speed_profile import DRAG_PER_M, POWER_PER_MASS
from replays.simulator.truth import SimulatedRace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEP_MS = (220, 300)
"""Shortest and longest time between two samples of a feed."""
FIRST_SAMPLE_MS = (40, 260)

GEAR_TOP_KMH: Floats = np.array([92.0, 128.0, 164.0, 202.0, 241.0, 281.0, 318.0, 356.0])
"""Speed at `RPM_AT_TOP` in each gear."""
RPM_AT_TOP = 12_200
SHIFT_UP_AT = 0.955
IDLE_RPM = 4_300
BRAKING_BELOW_MS2 = -3.4
"""A car that slows more than by drag and engine has its brakes on."""
FULL_THROTTLE_SHARE = 0.93
CORNERING_THROTTLE = 0.20
IN_GEAR_BEFORE_START_MS = 6_000
DRS_OPEN, DRS_CLOSED = 12, 0


@dataclass(frozen=True, slots=True)
class PositionSamples:
    """`t_ms` (n,) is when cars really were there, `stamp_ms` (n,) what the feed says; x, y, z int64 (n, cars), dm."""

    t_ms: Ints
    stamp_ms: Ints
    x_dm: Ints
    y_dm: Ints
    z_dm: Ints
    off_track: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CarSamples:
    """`t_ms` (n,); the channels int64 (n, cars) in the feed's units."""

    t_ms: Ints
    rpm: Ints
    speed_kmh: Ints
    gear: Ints
    throttle_percent: Ints
    brake_percent: Ints
    drs: Ints


def position_samples(race: SimulatedRace, clock_jitter_ms: float = 0.0) -> PositionSamples:
    """Samples of the position feed; its stamps are off by normal noise of `clock_jitter_ms`, the same for all cars."""
    chance = np.random.default_rng([race.seed, 2])
    t_ms = _clock(chance, race.end_ms)
    noise = np.round(chance.normal(0.0, 1.0, len(t_ms)) * clock_jitter_ms).astype(np.int64)
    # A stamp never goes back behind the one before it.
    stamp_ms = np.maximum.accumulate(np.maximum(t_ms + noise, 0) - np.arange(len(t_ms))) + np.arange(len(t_ms))
    places = race.at(t_ms)
    off_track = np.zeros(places.s_m.shape, dtype=bool)
    for car, stopped_ms in race.retired_ms.items():
        off_track[t_ms >= stopped_ms, car] = True
    return PositionSamples(
        t_ms=t_ms,
        stamp_ms=np.minimum(stamp_ms, race.end_ms + np.arange(len(t_ms))),
        x_dm=np.round(10 * places.x_m).astype(np.int64),
        y_dm=np.round(10 * places.y_m).astype(np.int64),
        z_dm=_height_dm(race, places),
        off_track=off_track,
    )


def car_samples(race: SimulatedRace) -> CarSamples:
    """Samples of the car feed, whose channels agree with each other and with the motion."""
    chance = np.random.default_rng([race.seed, 3])
    t_ms = _clock(chance, race.end_ms)
    places = race.at(t_ms)
    speed = np.round(places.speed_kmh).astype(np.int64)
    gear = _gear(t_ms, places.speed_kmh, race.lights_out_ms)
    parked = np.zeros(speed.shape, dtype=bool)
    for car, stopped_ms in race.retired_ms.items():
        parked[t_ms >= stopped_ms, car] = True
    throttle, brake = _pedals(places)
    revs = RPM_AT_TOP * places.speed_kmh / GEAR_TOP_KMH[np.maximum(gear, 1) - 1]
    rpm = np.where(gear == 0, IDLE_RPM, np.maximum(np.round(revs), IDLE_RPM)).astype(np.int64)
    # A row says whether the wing was open in the step that led to it.
    row = np.minimum(t_ms // race.motion.step_ms + 1, len(race.drs_open) - 1)
    return CarSamples(
        t_ms=t_ms,
        rpm=np.where(parked, 0, rpm),
        speed_kmh=speed,
        gear=np.where(parked, 0, gear),
        throttle_percent=np.where(parked, 0, throttle),
        brake_percent=np.where(parked, 0, brake),
        drs=np.where(race.drs_open[row], DRS_OPEN, DRS_CLOSED),
    )


def _clock(chance: np.random.Generator, end_ms: int) -> Ints:
    """Instants of one feed, from near 0 to `end_ms`."""
    steps = chance.integers(STEP_MS[0], STEP_MS[1] + 1, end_ms // STEP_MS[0] + 1)
    instants = int(chance.integers(*FIRST_SAMPLE_MS)) + np.cumsum(steps)
    return instants[instants <= end_ms]


def _height_dm(race: SimulatedRace, places: Places) -> Ints:
    """The circuit rises and falls by some metres: two smooth waves a lap, so that it is closed."""
    fraction = places.s_m / race.circuit.length_m
    metres = 14.0 + 7.5 * np.sin(2 * np.pi * (fraction + 0.31)) + 3.0 * np.sin(4 * np.pi * (fraction + 0.12))
    return np.round(10 * metres).astype(np.int64)


def _gear(t_ms: Ints, speed_kmh: Floats, lights_out_ms: int) -> Ints:
    gear = 1 + np.searchsorted(SHIFT_UP_AT * GEAR_TOP_KMH[:-1], speed_kmh)
    waiting = t_ms < lights_out_ms - IN_GEAR_BEFORE_START_MS
    neutral = waiting[:, None] & (speed_kmh < 0.5)
    return np.where(neutral, 0, gear)


def _pedals(places: Places) -> tuple[Ints, Ints]:
    """Throttle and brake in percent from what the car does: the feed's brake is 0 or 100."""
    speed = places.speed_kmh / 3.6
    drag = DRAG_PER_M * speed * speed
    braking = places.acceleration_ms2 < np.minimum(BRAKING_BELOW_MS2, -1.15 * drag)
    could = POWER_PER_MASS / np.maximum(speed, 60.0) * FULL_THROTTLE_SHARE
    used = (places.acceleration_ms2 + drag) / could + CORNERING_THROTTLE * (speed > 10.0)
    throttle = np.where(braking | (speed < 0.3), 0.0, np.clip(100 * used, 0.0, 100.0))
    return np.round(throttle).astype(np.int64), np.where(braking, 100, 0)
