"""The safety car: it comes out in front of the leader, gathers the field, leads it, and goes in."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from replays.simulator import circuit as track
from replays.simulator.cars import PIT_LANE, STOPPED, Cars, Log
from replays.simulator.circuit import Circuit
from replays.simulator.script import stop_laps

GATHERING_MS = 29.0
LEADING_MS = 43.0
CORNERING_SHARE = 0.66
GOING_IN_MS = 62.0
GOING_IN_SHARE = 0.85
GOES_IN_FROM = 0.76
"""On its last lap it pulls away from here on, as a fraction of a lap."""
LEADER_WAITS_FROM = 0.80
LEADER_WAITS_MS = 31.0
DELTA_SHARE = 0.70
"""Everybody's share of racing speed while it is out."""
COMES_OUT_AHEAD_M = (150.0, 650.0)
BUNCHED_M = 34.0
"""Between neighbours in the queue; further apart, the field is not gathered yet."""
MAX_LAPS = 3
LAST_CALL = 0.55
"""Until here in a lap, as a fraction, it can be said to be its last."""


class Phase(Enum):
    IN = "in"
    WAITING = "waiting"
    GATHERING = "gathering"
    LAST_LAP = "last lap"


@dataclass(slots=True)
class SafetyCar:
    """`s_m` is its unwrapped place, meaningful while it is on the track."""

    phase: Phase = Phase.IN
    s_m: float = 0.0
    u_ms: float = 0.0
    deployed_lap: int = 0
    in_this_lap: int = 0
    share: float = 1.0

    @property
    def deployed(self) -> bool:
        return self.phase is not Phase.IN

    @property
    def on_track(self) -> bool:
        return self.phase in (Phase.GATHERING, Phase.LAST_LAP)

    def deploy(self, t_s: float, lap: int, log: Log) -> None:
        self.phase, self.deployed_lap = Phase.WAITING, lap
        log.tell(t_s, "safety_car_deployed")

    def step(self, t_s: float, dt_s: float, cars: Cars, circuit: Circuit, profile_ms: np.ndarray, log: Log) -> None:
        """Drive the safety car for a step, and change phase where it is time."""
        # Drivers lift over some seconds, they do not brake at the word.
        self.share += (DELTA_SHARE - self.share) * 0.04 if self.deployed else (1.0 - self.share)
        if self.phase is Phase.IN:
            return
        leader = leader_on_track(cars)
        leader_s_m = float(cars.s_m[leader])
        if self.phase is Phase.WAITING:
            self._come_out(leader_s_m, circuit)
            return
        self._drive(dt_s, circuit, profile_ms)
        if self.phase is Phase.GATHERING:
            self._perhaps_last_lap(t_s, cars, leader, circuit, log)
        elif self.s_m >= self.in_this_lap * circuit.length_m - track.PIT_ENTRY_BEFORE_LINE_M:
            self.phase = Phase.IN
            log.tell(t_s, "safety_car_in")

    def leader_limit_ms(self, cars: Cars, circuit: Circuit) -> float:
        """How slowly the leader goes to let the safety car get away before the restart."""
        if self.phase is not Phase.LAST_LAP:
            return float("inf")
        waits_m = (self.in_this_lap - 1 + LEADER_WAITS_FROM) * circuit.length_m
        return LEADER_WAITS_MS if cars.s_m[leader_on_track(cars)] >= waits_m else float("inf")

    def _come_out(self, leader_s_m: float, circuit: Circuit) -> None:
        exit_m = track.PIT_EXIT_AFTER_LINE_M
        ahead_m = (exit_m - leader_s_m) % circuit.length_m
        if COMES_OUT_AHEAD_M[0] <= ahead_m <= COMES_OUT_AHEAD_M[1]:
            self.phase, self.s_m, self.u_ms = Phase.GATHERING, leader_s_m + ahead_m, 22.0

    def _drive(self, dt_s: float, circuit: Circuit, profile_ms: np.ndarray) -> None:
        fraction = self.s_m / circuit.length_m % 1.0
        speed = float(profile_ms[int(fraction * len(profile_ms)) % len(profile_ms)])
        wanted = min(CORNERING_SHARE * speed, GATHERING_MS)
        if self.phase is Phase.LAST_LAP:
            wanted = min(CORNERING_SHARE * speed, LEADING_MS)
            if self.s_m >= (self.in_this_lap - 1 + GOES_IN_FROM) * circuit.length_m:
                wanted = min(GOING_IN_SHARE * speed, GOING_IN_MS)
        faster = min(max(wanted, self.u_ms - 8.0 * dt_s), self.u_ms + 5.0 * dt_s)
        self.s_m += (self.u_ms + faster) / 2 * dt_s
        self.u_ms = faster

    def _perhaps_last_lap(self, t_s: float, cars: Cars, leader: int, circuit: Circuit, log: Log) -> None:
        lap = int(self.s_m // circuit.length_m) + 1
        if lap <= self.deployed_lap or self.s_m / circuit.length_m % 1.0 > LAST_CALL:
            return
        if gathered(cars) or lap >= self.deployed_lap + MAX_LAPS:
            self.phase, self.in_this_lap = Phase.LAST_LAP, lap
            log.tell(t_s, "safety_car_in_this_lap")


def leader_on_track(cars: Cars) -> int:
    """The first car on the road that is not in the pit lane."""
    candidates = np.where((cars.mode == PIT_LANE) | (cars.mode == STOPPED), -np.inf, cars.s_m)
    return int(np.argmax(candidates))


def gathered(cars: Cars) -> bool:
    """Whether all who race follow each other closely."""
    racing = cars.s_m[(cars.mode != STOPPED) & (cars.mode != PIT_LANE)]
    gaps = -np.diff(np.sort(racing)[::-1])
    return bool(gaps.max() < BUNCHED_M)


def call_in(cars: Cars, who: np.ndarray) -> None:
    """Cars of the mask `who` decide to stop at the end of this lap, team mates one after the other."""
    chosen = [car for car in cars.by_progress() if who[car]]
    for car, lap in stop_laps(chosen, cars.lap.tolist()).items():
        cars.stop_lap[car] = lap
