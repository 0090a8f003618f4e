"""`simulate_race`: from a seed to a race with its whole truth."""

import numpy as np
import numpy.typing as npt

from replays.simulator import circuit as track
from replays.simulator.cars import Happening, TyreChange
from replays.simulator.circuit import Circuit, demo_circuit
from replays.simulator.driving import STEP_S, Drive, drive
from replays.simulator.field import CARS
from replays.simulator.motion import NOT_REACHED, Motion
from replays.simulator.script import COMPOUNDS, RaceScript, write_script
from replays.simulator.truth import PitStop, Result, SimulatedRace, Stint
from replays.simulator.weather import weather_samples

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEFAULT_SEED = 2024
DEFAULT_LAPS = 15
ON_THE_GRID_MS = 120_000
"""The recording begins so long before lights-out, with the cars in their slots."""


def simulate_race(seed: int = DEFAULT_SEED, laps: int = DEFAULT_LAPS) -> SimulatedRace:
    """The race of a seed, always the same one. Raises ValueError for fewer than 12 laps."""
    script = write_script(seed, laps)
    circuit = demo_circuit()
    driven = drive(script, circuit)
    motion = _with_grid(driven, circuit)
    lap_end_ms, sector_end_ms = _line_times(motion, laps)
    finish_ms, laps_done = _finishes(lap_end_ms, driven, laps)
    retired_ms = {
        event.car: ON_THE_GRID_MS + round(1000 * event.t_s)
        for event in driven.log.happenings
        if event.kind == "retired"
    }
    # Cars roll on to the line and beyond after the flag, but no lap counts any more.
    after_flag = np.arange(1, laps + 1)[:, None] > laps_done
    still_ms = ON_THE_GRID_MS
    return SimulatedRace(
        seed=seed,
        laps=laps,
        circuit=circuit,
        motion=motion,
        drs_open=np.concatenate([np.zeros((still_ms // motion.step_ms, CARS), dtype=bool), driven.drs_open]),
        grid=driven.grid,
        lights_out_ms=ON_THE_GRID_MS,
        lap_end_ms=np.where(after_flag, NOT_REACHED, lap_end_ms),
        sector_end_ms=np.where(_sector_after_flag(sector_end_ms, finish_ms), NOT_REACHED, sector_end_ms),
        pit_stops=_pit_stops(motion, driven.log.tyre_changes),
        stints=_stints(script, circuit, motion, driven.log.tyre_changes),
        retired_ms=retired_ms,
        classification=_classification(finish_ms, laps_done, driven),
        happenings=tuple(sorted(driven.log.happenings, key=_moment)),
        weather=weather_samples(seed, motion.end_ms, ON_THE_GRID_MS + round(1000 * driven.rain_s)),
    )


def _moment(event: Happening) -> float:
    return event.t_s


def _with_grid(driven: Drive, circuit: Circuit) -> Motion:
    """The driven rows, after rows of standing on the grid."""
    step_ms = round(1000 * STEP_S)
    still = ON_THE_GRID_MS // step_ms

    def before(rows: Floats) -> Floats:
        return np.concatenate([np.repeat(rows[:1], still, axis=0), rows])

    return Motion(circuit, step_ms, before(driven.s_m), before(driven.u_ms), before(driven.d_m))


def _line_times(motion: Motion, laps: int) -> tuple[Ints, Ints]:
    """When each car passed the line (laps, cars) and each sector's end (laps, 3, cars)."""
    fractions = (np.arange(laps)[:, None] + np.array(track.SECTOR_ENDS)).ravel()
    ends = np.stack(
        [motion.passages_ms(car, fractions * motion.circuit.length_m) for car in range(CARS)], axis=-1
    ).reshape(laps, 3, CARS)
    return ends[:, 2], ends


def _finishes(lap_end_ms: Ints, driven: Drive, laps: int) -> tuple[Ints, Ints]:
    """When each car took the flag (-1 if it retired), and how many laps it had then."""
    last = lap_end_ms[laps - 1]
    flag_ms = int(last[last != NOT_REACHED].min())
    retired = {event.car for event in driven.log.happenings if event.kind == "retired"}
    finish = np.full(CARS, NOT_REACHED)
    done = (lap_end_ms != NOT_REACHED).sum(axis=0)
    for car in range(CARS):
        if car in retired:
            continue
        at_the_flag = np.flatnonzero(lap_end_ms[:, car] >= flag_ms)
        if not len(at_the_flag):
            raise RuntimeError(f"car {car} was not home when the recording ended")
        done[car] = at_the_flag[0] + 1
        finish[car] = lap_end_ms[at_the_flag[0], car]
    return finish, done


def _sector_after_flag(sector_end_ms: Ints, finish_ms: Ints) -> npt.NDArray[np.bool_]:
    return (finish_ms != NOT_REACHED) & (sector_end_ms > finish_ms)


def _classification(finish_ms: Ints, laps_done: Ints, driven: Drive) -> tuple[Result, ...]:
    """By laps, then by time; who retired comes last, by distance."""
    home = finish_ms != NOT_REACHED
    distance = driven.s_m[-1]
    cars = sorted(
        range(CARS),
        key=lambda car: (not home[car], -int(laps_done[car]), int(finish_ms[car]), -float(distance[car])),
    )
    return tuple(
        Result(place, car, int(laps_done[car]), int(finish_ms[car]) if home[car] else None)
        for place, car in enumerate(cars, start=1)
    )


def _pit_stops(motion: Motion, changes: list[TyreChange]) -> tuple[PitStop, ...]:
    stops = []
    for change in changes:
        lap = _lap_begun(motion, change)
        line_m = lap * motion.circuit.length_m
        limits = np.array([line_m - track.PIT_LIMIT_BEFORE_LINE_M, line_m + track.PIT_LIMIT_AFTER_LINE_M])
        in_ms, out_ms = motion.passages_ms(change.car, limits).tolist()
        stops.append(PitStop(change.car, lap, in_ms, out_ms, round(1000 * change.stop_s)))
    return tuple(sorted(stops, key=lambda stop: stop.in_ms))


def _lap_begun(motion: Motion, change: TyreChange) -> int:
    """The lap that ended just before the box."""
    row = (ON_THE_GRID_MS + round(1000 * change.t_s)) // motion.step_ms
    return int(motion.s_m[row, change.car] // motion.circuit.length_m)


def _stints(script: RaceScript, circuit: Circuit, motion: Motion, changes: list[TyreChange]) -> tuple[Stint, ...]:
    stints = []
    for car in range(CARS):
        first = COMPOUNDS[int(script.start_compound[car])]
        stints.append(Stint(car, 1, first, 1, int(script.used_laps[car]), 0))
        own = [change for change in changes if change.car == car]
        for number, change in enumerate(own, start=2):
            fitted_ms = ON_THE_GRID_MS + round(1000 * change.t_s)
            compound = COMPOUNDS[change.compound]
            stints.append(Stint(car, number, compound, _lap_begun(motion, change) + 1, 0, fitted_ms))
    return tuple(stints)
