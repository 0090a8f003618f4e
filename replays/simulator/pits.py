"""Pit stops: who turns in, the speed limit, the box, the new tyres."""

import numpy as np
import numpy.typing as npt

from replays.simulator import circuit as track
from replays.simulator.cars import NEVER, PIT_LANE, RACING, Cars, Log, TyreChange
from replays.simulator.circuit import Circuit, box_after_line_m
from replays.simulator.field import CARS, team_of

Floats = npt.NDArray[np.float64]

SLOW_ENOUGH_BEFORE_M = 6.0
PIT_LIMIT_MS = 22.1
"""A little below 80 km/h."""
ENTRY_BRAKING_MS2 = 16.0
BOX_BRAKING_MS2 = 7.0
STOPS_SHORT_M = 0.3

KEEPS_RIGHT_TO_M = 450.0
"""Until here, in metres past the line, a car fresh from the pits leaves the racing line to the others."""

_BOXES: Floats = np.array([box_after_line_m(team_of(car)) for car in range(CARS)])


def turn_in(cars: Cars, circuit: Circuit, before_m: Floats) -> None:
    """Cars that passed the pit entry since they were at `before_m` and are due to stop enter the lane."""
    entry_m = cars.lap * circuit.length_m - track.PIT_ENTRY_BEFORE_LINE_M
    due = (cars.mode == RACING) & (cars.lap >= cars.stop_lap) & (before_m < entry_m) & (cars.s_m >= entry_m)
    cars.mode[due] = PIT_LANE
    cars.serviced[due] = False


def speed_limit(cars: Cars, circuit: Circuit) -> Floats:
    """Largest speed of each car in the pit lane in m/s, infinite for those on the track."""
    if not (cars.mode == PIT_LANE).any():
        return np.full(CARS, np.inf)
    from_line = circuit.from_line(cars.s_m)
    to_limit = np.maximum(-track.PIT_LIMIT_BEFORE_LINE_M - SLOW_ENOUGH_BEFORE_M - from_line, 0.0)
    limit = np.sqrt(PIT_LIMIT_MS**2 + 2 * ENTRY_BRAKING_MS2 * to_limit)
    limit = np.where(from_line > track.PIT_LIMIT_AFTER_LINE_M, np.inf, limit)
    to_box = np.maximum(_BOXES - from_line - STOPS_SHORT_M, 0.0)
    approach = np.sqrt(2 * BOX_BRAKING_MS2 * to_box)
    limit = np.where(~cars.serviced, np.minimum(limit, approach), limit)
    return np.where(cars.mode == PIT_LANE, limit, np.inf)


def serve(cars: Cars, circuit: Circuit, t_s: float, log: Log) -> None:
    """Stop cars that reached their boxes, change their tyres, send out those who reached the lane's end."""
    if not (cars.leaving_pits | (cars.mode == PIT_LANE)).any():
        return
    from_line = circuit.from_line(cars.s_m)
    in_lane = cars.mode == PIT_LANE
    arrived = in_lane & ~cars.serviced & (np.abs(_BOXES - from_line) < 4 * STOPS_SHORT_M) & (cars.u_ms == 0.0)
    for car in np.flatnonzero(arrived).tolist():
        cars.held_until_s[car] = t_s + cars.stop_s[car]
        cars.serviced[car] = True
        cars.compound[car] = cars.stop_compound[car]
        cars.tyre_laps[car] = 0
        cars.stop_lap[car] = NEVER
        cars.speed_cap_ms[car] = np.inf
        log.tyre_changes.append(TyreChange(round(t_s, 3), car, int(cars.compound[car]), float(cars.stop_s[car])))
    out = in_lane & cars.serviced & (from_line >= track.PIT_EXIT_AFTER_LINE_M) & (from_line < circuit.length_m / 4)
    cars.mode[out] = RACING
    cars.leaving_pits[out] = True
    cars.leaving_pits &= (from_line > 0) & (from_line < KEEPS_RIGHT_TO_M)
