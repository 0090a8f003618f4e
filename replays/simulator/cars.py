"""The state of all cars during the simulation: one array per quantity, indexed by car.

Also what they leave behind: a record of every step, and a log of what happened.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from replays.simulator import circuit as track
from replays.simulator.field import CARS
from replays.simulator.script import RaceScript

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

RACING, PIT_LANE, STOPPED, FINISHED = range(4)
"""`STOPPED` is out of the race and parked; `FINISHED` has taken the chequered flag and drives on slowly."""

NEVER = 10**6
CAR_LENGTH_M = 5.6


@dataclass(slots=True)
class Cars:
    """`s_m` unwrapped place along the line (negative on the grid), `u_ms` its rate, `d_m` metres left of it."""

    s_m: Floats
    u_ms: Floats
    d_m: Floats
    mode: Ints
    lap: Ints
    compound: Ints
    tyre_laps: Ints
    grip: Floats
    pass_side_m: Floats
    passing: Ints
    drs_allowed: Bools
    drs_open: Bools
    slipstream: Floats
    held_until_s: Floats
    stop_lap: Ints
    stop_compound: Ints
    stop_s: Floats
    serviced: Bools
    speed_cap_ms: Floats
    parking_m: Floats
    grid_lane: Bools
    leaving_pits: Bools

    def running(self) -> Bools:
        return self.mode != STOPPED

    def by_progress(self) -> list[int]:
        """Cars from first to last on the road."""
        return np.argsort(-self.s_m, kind="stable").tolist()


def on_the_grid(script: RaceScript) -> Cars:
    """Cars in their slots, two columns, pole on the left."""
    slot = np.empty(CARS, dtype=np.int64)
    slot[script.grid] = np.arange(CARS)
    place_m: Floats = -track.POLE_BEFORE_LINE_M - track.GRID_SPACING_M * slot.astype(np.float64)
    return Cars(
        s_m=place_m,
        u_ms=np.zeros(CARS),
        d_m=np.where(slot % 2 == 0, track.GRID_OFFSET_M, -track.GRID_OFFSET_M),
        mode=np.full(CARS, RACING),
        lap=np.ones(CARS, dtype=np.int64),
        compound=script.start_compound.copy(),
        tyre_laps=script.used_laps.copy(),
        grip=np.ones(CARS),
        pass_side_m=np.zeros(CARS),
        passing=np.full(CARS, -1),
        drs_allowed=np.zeros(CARS, dtype=bool),
        drs_open=np.zeros(CARS, dtype=bool),
        slipstream=np.zeros(CARS),
        held_until_s=script.reaction_s.copy(),
        stop_lap=np.full(CARS, NEVER),
        stop_compound=script.dry_compound.copy(),
        stop_s=script.stop_s.copy(),
        serviced=np.zeros(CARS, dtype=bool),
        speed_cap_ms=np.full(CARS, np.inf),
        parking_m=np.zeros(CARS),
        grid_lane=np.ones(CARS, dtype=bool),
        leaving_pits=np.zeros(CARS, dtype=bool),
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that race control, the timing or the weather station has to tell. `kind` as the writers know it.

    `t_s` counts from lights-out; `car` and `other` are cars or -1; `place` is a marshalling sector or a number
    that belongs to the kind.
    """

    t_s: float
    kind: str
    car: int = -1
    other: int = -1
    place: int = -1


@dataclass(frozen=True, slots=True)
class TyreChange:
    """New tyres put on at `t_s` after lights-out, in a stop of `stop_s` seconds."""

    t_s: float
    car: int
    compound: int
    stop_s: float


@dataclass(slots=True)
class Log:
    happenings: list[Happening] = field(default_factory=list)
    tyre_changes: list[TyreChange] = field(default_factory=list)

    def tell(self, t_s: float, kind: str, car: int = -1, other: int = -1, place: int = -1) -> None:
        self.happenings.append(Happening(round(t_s, 3), kind, car, other, place))
