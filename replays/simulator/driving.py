"""The race, driven in steps of a tenth of a second from lights-out until the last car is home."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.simulator import pits, traffic
from replays.simulator.cars import FINISHED, RACING, STOPPED, Cars, Log, on_the_grid
from replays.simulator.circuit import Circuit
from replays.simulator.field import CARS
from replays.simulator.incidents import YELLOW_SHARE, Incidents
from replays.simulator.pace import driver_pace, profile_speed, tyre_grip, within_reach
from replays.simulator.safety_car import SafetyCar, call_in
from replays.simulator.script import EARLY, INTERMEDIATE, SAFETY_CAR, RaceScript
from replays.simulator.speed_profile import DRS_DETECTION, SpeedProfiles, in_drs_zone, speed_profiles
from replays.simulator.weather import is_raining, wetness

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STEP_S = 0.1
AFTER_LAST_FINISH_S = 20.0
AFTER_FIRST_FINISH_S = 125.0
"""Nobody may come round to the line once more before the recording ends."""
COOLING_DOWN_SHARE = 0.58
"""Share of racing speed some seconds after the chequered flag."""
LIFTING_PER_STEP = 0.04
TOO_LONG_S = 3600.0
DRS_FROM_LAP = 3
DRS_GAP_S = 1.0
TOO_WET_FOR_DRS = 0.15
WET_ENOUGH_TO_STOP = 0.55
SLOWING_MS = 0.3
"""Who loses more than this in a step is off the throttle, and his wing closes."""
GRID_LANES_END_M = 130.0
BLUE_FLAG_EVERY_S = 25.0
STATE_DECIMALS = 5
"""The state is rounded at every step: what machines round differently in the last bit must not grow."""


@dataclass(frozen=True, slots=True)
class Drive:
    """What was driven: float64 (steps, cars), the first row at lights-out, then every `STEP_S`.

    `s_m` is unwrapped along the line, `u_ms` its rate, which changes linearly between rows.
    """

    s_m: Floats
    u_ms: Floats
    d_m: Floats
    drs_open: Bools
    log: Log
    rain_s: float
    grid: tuple[int, ...]


class Driving:
    """The simulation of one race; `run` is all one needs."""

    def __init__(self, script: RaceScript, circuit: Circuit) -> None:
        self.script = script
        self.circuit = circuit
        self.profiles: SpeedProfiles = speed_profiles(circuit)
        self.road = traffic.road_of(circuit)
        self.cars: Cars = on_the_grid(script)
        self.safety_car = SafetyCar()
        self.incidents = Incidents(script, circuit)
        self.log = Log()
        self.leader_lap = 1
        self.rain_s = float("inf")
        self.drs_enabled = False
        self.drs_from_lap = DRS_FROM_LAP
        self.restart_lap = 0
        self.raining = False
        self.called_for_rain = False
        self.first_finish_s = float("inf")
        self.last_finish_s = float("inf")
        self.effort = np.ones(CARS)
        self.last_blue_s = np.full(CARS, -1e9)
        early = script.plan == EARLY
        self.cars.stop_lap[early] = script.early_stop_lap[early]
        self.wave = np.round(np.sin(np.linspace(0.0, 6 * np.pi, 512, endpoint=False)), 6).astype(np.float64)
        self.safety_car_profile = self.profiles.closed[2]

    def run(self) -> Drive:
        s_rows, u_rows, d_rows, drs_rows = [], [], [], []
        t_s, k = 0.0, 0
        while t_s <= min(self.last_finish_s + AFTER_LAST_FINISH_S, self.first_finish_s + AFTER_FIRST_FINISH_S):
            s_rows.append(self.cars.s_m.copy())
            u_rows.append(self.cars.u_ms.copy())
            d_rows.append(self.cars.d_m.copy())
            drs_rows.append(self.cars.drs_open.copy())
            self._step(t_s)
            k += 1
            t_s = round(k * STEP_S, 6)
            if t_s > TOO_LONG_S:
                raise RuntimeError("the simulated race does not end")
        grid = tuple(self.script.grid.tolist())
        return Drive(
            np.stack(s_rows), np.stack(u_rows), np.stack(d_rows), np.stack(drs_rows), self.log, self.rain_s, grid
        )

    def _step(self, t_s: float) -> None:
        cars, circuit = self.cars, self.circuit
        wet = wetness(t_s - self.rain_s)
        self._direct(t_s, wet)
        cars.grip = tyre_grip(cars, wet)
        near = traffic.neighbours(cars, circuit.length_m, self.safety_car.s_m if self.safety_car.on_track else None)
        lapped = self._blue_flags(t_s, near)
        wanted = self._wanted_speed(t_s, near, lapped)
        speed = within_reach(cars, wanted, self.script.launch, STEP_S)
        speed = np.where((cars.held_until_s > t_s) | (cars.mode == STOPPED), 0.0, speed)
        target = traffic.lateral_targets(
            cars, circuit, self.road, self.wave, self.script.line_bias_m, self.script.line_phase, lapped
        )
        before, slowing = cars.s_m, speed < cars.u_ms - SLOWING_MS
        cars.d_m = np.round(traffic.move_sideways(cars, circuit, target, STEP_S), STATE_DECIMALS)
        speed = np.round(speed, STATE_DECIMALS)
        cars.s_m = np.round(before + (cars.u_ms + speed) / 2 * STEP_S, STATE_DECIMALS)
        cars.u_ms = speed
        cars.grid_lane &= cars.s_m < GRID_LANES_END_M
        self._lines(t_s + STEP_S, before, slowing, near)
        pits.turn_in(cars, circuit, before)
        pits.serve(cars, circuit, t_s + STEP_S, self.log)

    def _wanted_speed(self, t_s: float, near: traffic.Neighbours, lapped: Bools) -> Floats:
        cars, circuit = self.cars, self.circuit
        lost, slipstream = traffic.turbulence(cars, near, self.road, circuit.length_m)
        caution = self.incidents.under_yellow(cars)
        cars.slipstream = np.where(self.safety_car.deployed, 0.0, slipstream)
        share = driver_pace(cars, self.script.pace)
        self.effort -= np.where(cars.mode == FINISHED, self.effort * LIFTING_PER_STEP, 0.0)
        share = share * self.effort + COOLING_DOWN_SHARE * (1.0 - self.effort)
        share = share * (1.0 - lost) * self.safety_car.share * np.where(caution, YELLOW_SHARE, 1.0)
        share = np.where(lapped, traffic.LETTING_BY_SHARE * share, share)
        alone, helped = profile_speed(circuit, self.profiles, cars, STEP_S)
        wanted = helped * share
        allowed = ~caution & ~cars.grid_lane & (cars.lap > self.restart_lap) & (not self.safety_car.deployed)
        traffic.decide_passes(cars, near, wanted / alone, cars.u_ms / alone, self.road, circuit.length_m, allowed)
        leader_limit = self.safety_car.leader_limit_ms(cars, circuit)
        follow = traffic.following_limit(cars, near, self.safety_car.u_ms, behind_safety_car=self.safety_car.deployed)
        limit = np.minimum(pits.speed_limit(cars, circuit), cars.speed_cap_ms)
        return np.minimum(np.minimum(wanted, follow), np.minimum(limit, leader_limit))

    def _direct(self, t_s: float, wet: float) -> None:
        """Everything that is not driving: laps begun, incidents, safety car, rain, DRS."""
        cars = self.cars
        leader_lap = int(cars.lap.max())
        if leader_lap > self.leader_lap and self.first_finish_s == float("inf"):
            self.leader_lap = leader_lap
            self.incidents.leader_starts_lap(leader_lap, cars)
            if leader_lap == self.script.rain_lap:
                self.rain_s = t_s
        was_deployed = self.safety_car.deployed
        self.incidents.step(t_s, STEP_S, cars, self.safety_car, self.log)
        if self.safety_car.deployed and not was_deployed:
            call_in(cars, (self.script.plan == SAFETY_CAR) & (cars.mode == RACING))
        self.safety_car.step(t_s, STEP_S, cars, self.circuit, self.safety_car_profile, self.log)
        if was_deployed and not self.safety_car.deployed:
            self.restart_lap = self.leader_lap
            self.drs_from_lap = self.leader_lap + 2
        self._rain(t_s, wet)
        drs = self.leader_lap >= self.drs_from_lap and not self.safety_car.deployed and wet < TOO_WET_FOR_DRS
        if drs != self.drs_enabled and self.first_finish_s == float("inf"):
            self.drs_enabled = drs
            self.log.tell(t_s, "drs_enabled" if drs else "drs_disabled")

    def _rain(self, t_s: float, wet: float) -> None:
        cars = self.cars
        raining = is_raining(t_s - self.rain_s)
        if raining != self.raining:
            self.raining = raining
            self.log.tell(t_s, "rain_begins" if raining else "rain_ends")
        if wet > WET_ENOUGH_TO_STOP and not self.called_for_rain:
            self.called_for_rain = True
            who = self.script.takes_intermediates & (cars.mode == RACING)
            cars.stop_compound[who] = INTERMEDIATE
            call_in(cars, who)

    def _blue_flags(self, t_s: float, near: traffic.Neighbours) -> Bools:
        lapped, by = traffic.being_lapped(self.cars, near, self.circuit.length_m)
        for car in np.flatnonzero(lapped & (t_s - self.last_blue_s > BLUE_FLAG_EVERY_S)).tolist():
            self.last_blue_s[car] = t_s
            self.log.tell(t_s, "blue", car, other=int(by[car]))
        return lapped

    def _lines(self, t_s: float, before: Floats, slowing: Bools, near: traffic.Neighbours) -> None:
        """Laps begun, flags taken and DRS decided in this step."""
        cars, length_m = self.cars, self.circuit.length_m
        crossed = (cars.s_m >= cars.lap * length_m) & cars.running()
        cars.lap[crossed] += 1
        cars.tyre_laps[crossed] += 1
        if cars.lap.max() > self.script.laps:
            if self.first_finish_s == float("inf"):
                self.first_finish_s = t_s
            cars.mode[crossed & (cars.mode != FINISHED)] = FINISHED
            if (cars.mode[cars.running()] == FINISHED).all() and self.last_finish_s == float("inf"):
                self.last_finish_s = t_s
        self._drs(before, slowing, near)

    def _drs(self, before: Floats, slowing: Bools, near: traffic.Neighbours) -> None:
        if not self.drs_enabled:
            self.cars.drs_open[:] = False
            self.cars.drs_allowed[:] = False
            return
        cars, length_m = self.cars, self.circuit.length_m
        was, now = before / length_m % 1.0, cars.s_m / length_m % 1.0
        close = near.distance_m[0] / np.maximum(cars.u_ms, 1.0) < DRS_GAP_S
        for detection in DRS_DETECTION:
            at_line = (was < detection) & (now >= detection)
            cars.drs_allowed = np.where(at_line, close & (near.front[0] < CARS), cars.drs_allowed)
        cars.drs_allowed &= ~(slowing & in_drs_zone(now))
        open_ = cars.drs_allowed & in_drs_zone(now) & (cars.mode == RACING) & (cars.u_ms > 30.0)
        cars.drs_open = open_


def drive(script: RaceScript, circuit: Circuit) -> Drive:
    """Drive the race of a script on a circuit."""
    return Driving(script, circuit).run()
