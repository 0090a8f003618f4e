"""What goes wrong: a spin (yellow flag), an engine that gives up (safety car), a puncture that costs a lap."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from replays.simulator.cars import RACING, STOPPED, Cars, Log
from replays.simulator.circuit import Circuit
from replays.simulator.safety_car import SafetyCar
from replays.simulator.script import PUNCTURE_STOP_S, RaceScript

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SPIN_AT = 0.238
SPIN_TURN = 4
SPIN_DECELERATION_MS2 = 14.0
SPIN_OFF_LINE_M = 6.5
SPIN_LASTS_S = 5.0
FAILURE_AT = 0.425
FAILURE_DECELERATION_MS2 = 4.6
PARKED_OFF_LINE_M = 9.0
SLOW_MS = 26.0
YELLOW_TO_SAFETY_CAR_S = 9.0
PUNCTURE_AT = 0.20
PUNCTURE_MS = 24.0
PUNCTURE_DECELERATION_MS2 = 9.0
PUNCTURE_OFF_LINE_M = 4.0
YELLOW_BEFORE_M = 450.0
YELLOW_AFTER_M = 40.0
YELLOW_SHARE = 0.86


@dataclass(slots=True)
class _Trouble:
    """A car in trouble: from where, and what has been told of it."""

    kind: str
    car: int
    at_m: float
    began: bool = False
    yellow_sector: int = 0
    yellow_s: float = 0.0
    yellow_at_m: float = 0.0
    standing: bool = False
    over: bool = False


@dataclass(slots=True)
class Incidents:
    """The incidents of a race, in the laps the script says; `step` moves them on."""

    script: RaceScript
    circuit: Circuit
    troubles: list[_Trouble] = field(default_factory=list)

    def leader_starts_lap(self, lap: int, cars: Cars) -> None:
        """Choose who will be in trouble in this lap, from the order of the moment."""
        unlucky = {trouble.car for trouble in self.troubles}
        running = [car for car in cars.by_progress() if cars.mode[car] == RACING and car not in unlucky]
        if lap == self.script.spin_lap:
            self._plan("spin", running[self.script.spin_place], SPIN_AT, cars)
        if lap == self.script.failure_lap:
            self._plan("failure", running[self.script.failure_place], FAILURE_AT, cars)
        if lap == self.script.puncture_lap:
            self._plan("puncture", running[-1], PUNCTURE_AT, cars)

    def _plan(self, kind: str, car: int, fraction: float, cars: Cars) -> None:
        length_m = self.circuit.length_m
        at_m = (np.floor(cars.s_m[car] / length_m) + fraction) * length_m
        if at_m < cars.s_m[car]:
            at_m += length_m
        self.troubles.append(_Trouble(kind, car, float(at_m)))

    def step(self, t_s: float, dt_s: float, cars: Cars, safety_car: SafetyCar, log: Log) -> None:
        for trouble in self.troubles:
            if trouble.over or cars.s_m[trouble.car] < trouble.at_m:
                continue
            if trouble.kind == "spin":
                self._spin(trouble, t_s, dt_s, cars, log)
            elif trouble.kind == "failure":
                self._failure(trouble, t_s, dt_s, cars, safety_car, log)
            else:
                self._puncture(trouble, t_s, dt_s, cars, log)

    def yellow_places_m(self) -> list[float]:
        """Where yellow flags are out now, in metres from the line."""
        return [trouble.yellow_at_m for trouble in self.troubles if trouble.yellow_sector and not trouble.over]

    def under_yellow(self, cars: Cars) -> Bools:
        """Which cars are in a stretch of the track with yellow flags."""
        caution = np.zeros(len(cars.s_m), dtype=bool)
        length_m = self.circuit.length_m
        for place_m in self.yellow_places_m():
            to_place = (place_m - cars.s_m + YELLOW_AFTER_M) % length_m
            caution |= to_place < YELLOW_BEFORE_M + YELLOW_AFTER_M
        return caution

    def _slow(self, trouble: _Trouble, cars: Cars, deceleration_ms2: float, dt_s: float, lowest_ms: float) -> None:
        cap = min(float(cars.speed_cap_ms[trouble.car]), float(cars.u_ms[trouble.car]))
        cars.speed_cap_ms[trouble.car] = max(cap - deceleration_ms2 * dt_s, lowest_ms)

    def _raise_yellow(self, trouble: _Trouble, t_s: float, cars: Cars, log: Log) -> None:
        trouble.yellow_at_m = float(cars.s_m[trouble.car]) % self.circuit.length_m
        trouble.yellow_sector = self.circuit.marshal_sector(trouble.yellow_at_m)
        trouble.yellow_s = t_s
        log.tell(t_s, "yellow", trouble.car, place=trouble.yellow_sector)

    def _spin(self, trouble: _Trouble, t_s: float, dt_s: float, cars: Cars, log: Log) -> None:
        car = trouble.car
        if not trouble.began:
            trouble.began = True
            cars.parking_m[car] = SPIN_OFF_LINE_M
            self._raise_yellow(trouble, t_s, cars, log)
            log.tell(t_s + 4.0, "spun", car, place=SPIN_TURN)
        if not trouble.standing:
            self._slow(trouble, cars, SPIN_DECELERATION_MS2, dt_s, 0.0)
            if cars.u_ms[car] == 0.0:
                trouble.standing = True
                cars.held_until_s[car] = t_s + SPIN_LASTS_S
            return
        cars.speed_cap_ms[car] = np.inf
        if cars.u_ms[car] > SLOW_MS:
            cars.parking_m[car] = 0.0
            trouble.over = True
            log.tell(t_s, "clear", car, place=trouble.yellow_sector)

    def _failure(self, trouble: _Trouble, t_s: float, dt_s: float, cars: Cars, safety_car: SafetyCar, log: Log) -> None:
        car = trouble.car
        if not trouble.standing:
            self._slow(trouble, cars, FAILURE_DECELERATION_MS2, dt_s, 0.0)
            if cars.u_ms[car] < 1.8 * SLOW_MS:
                cars.parking_m[car] = PARKED_OFF_LINE_M
            if cars.u_ms[car] < SLOW_MS and not trouble.yellow_sector:
                self._raise_yellow(trouble, t_s, cars, log)
            if cars.u_ms[car] == 0.0:
                trouble.standing = True
                cars.mode[car] = STOPPED
                log.tell(t_s, "retired", car)
        if trouble.yellow_sector and not trouble.began and t_s > trouble.yellow_s + YELLOW_TO_SAFETY_CAR_S:
            trouble.began = True
            safety_car.deploy(t_s, int(cars.lap.max()), log)
        if trouble.began and not safety_car.deployed:
            trouble.over = True

    def _puncture(self, trouble: _Trouble, t_s: float, dt_s: float, cars: Cars, log: Log) -> None:
        car = trouble.car
        if not trouble.began:
            trouble.began = True
            cars.parking_m[car] = PUNCTURE_OFF_LINE_M
            cars.stop_lap[car] = cars.lap[car]
            cars.stop_s[car] = PUNCTURE_STOP_S
            log.tell(t_s + 6.0, "slow", car)
        self._slow(trouble, cars, PUNCTURE_DECELERATION_MS2, dt_s, PUNCTURE_MS)
        if cars.mode[car] != RACING:
            cars.parking_m[car] = 0.0
            cars.speed_cap_ms[car] = np.inf
            trouble.over = True
