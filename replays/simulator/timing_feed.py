"""The messages of the timing feeds: laps, sectors, gaps, order, pit stops and tyres, as F1 words them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from replays.simulator.circuit import SECTOR_ENDS, SPEED_TRAP
from replays.simulator.motion import NOT_REACHED
from replays.simulator.truth import SimulatedRace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TIMING_POINTS = 18
"""Places in a lap where gaps are measured; the last is the line."""
TYRES_TOLD_AFTER_MS = 1_300
"""So long after a car has left the pits the feed tells its tyres."""
SPEED_TRAP_NAMES = ("I1", "I2", "FL")


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a feed at `t_ms` of session time; `body` is what the feed's JSON says."""

    t_ms: int
    topic: str
    body: dict[str, Any]


def clock_text(ms: int) -> str:
    """A lap or sector time as the feed writes it: `1:27.123`, below a minute `27.123`."""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes}:{rest / 1000:06.3f}" if minutes else f"{rest / 1000:.3f}"


def timing_messages(race: SimulatedRace) -> Iterator[Message]:
    """TimingData, TimingAppData and LapCount of the whole race, in no particular order."""
    yield from _grid(race)
    yield from _gaps(race)
    yield from _order(race)
    yield from _laps(race)
    yield from _sectors_and_traps(race)
    yield from _pits(race)
    yield from _tyres(race)
    yield from _lap_count(race)


def _line(race: SimulatedRace, car: int, values: dict[str, Any]) -> dict[str, Any]:
    return {"Lines": {race.drivers[car].number: values}}


def _grid(race: SimulatedRace) -> Iterator[Message]:
    places = {car: place for place, car in enumerate(race.grid, start=1)}
    empty = {"Value": "", "Status": 0, "OverallFastest": False, "PersonalFastest": False}
    lines = {
        race.drivers[car].number: {
            "GapToLeader": "",
            "IntervalToPositionAhead": {"Value": "", "Catching": False},
            "Line": place,
            "Position": str(place),
            "ShowPosition": True,
            "RacingNumber": race.drivers[car].number,
            "Retired": False,
            "InPit": False,
            "PitOut": False,
            "Stopped": False,
            "Status": 64,
            "NumberOfLaps": 0,
            "NumberOfPitStops": 0,
            "Sectors": [{"Stopped": False, **empty} for _ in SECTOR_ENDS],
            "Speeds": {name: dict(empty) for name in (*SPEED_TRAP_NAMES, "ST")},
            "BestLapTime": {"Value": ""},
            "LastLapTime": dict(empty),
        }
        for car, place in places.items()
    }
    yield Message(300, "TimingData", {"Lines": lines, "Withheld": False})
    for car, stopped_ms in race.retired_ms.items():
        yield Message(stopped_ms, "TimingData", _line(race, car, {"Stopped": True, "Status": 580}))
        gone = {"Retired": True, "Stopped": True, "Status": 4}
        yield Message(stopped_ms + 20_000, "TimingData", _line(race, car, gone))


def _points(race: SimulatedRace) -> tuple[Ints, Ints]:
    """Passages of all timing points: ms (laps * points, cars), and each point's lap, counting from 1."""
    per_lap = np.arange(1, TIMING_POINTS + 1) / TIMING_POINTS
    places = (np.arange(race.laps)[:, None] + per_lap).ravel() * race.circuit.length_m
    passages = np.stack([race.motion.passages_ms(car, places) for car in range(len(race.drivers))], axis=-1)
    # The same passage must have the same instant in every message about it.
    passages[TIMING_POINTS - 1 :: TIMING_POINTS] = race.lap_end_ms
    at_flag = (race.finish_ms != NOT_REACHED) & (passages > race.finish_ms)
    return np.where(at_flag, NOT_REACHED, passages), np.repeat(np.arange(1, race.laps + 1), TIMING_POINTS)


def _gaps(race: SimulatedRace) -> Iterator[Message]:
    """Gap and interval of each car at each timing point, to the cars that passed it before."""
    passages, laps = _points(race)
    for point in range(len(passages)):
        passed = np.flatnonzero(passages[point] != NOT_REACHED)
        order = passed[np.argsort(passages[point, passed], kind="stable")].tolist()
        on_line = (point + 1) % TIMING_POINTS == 0
        for rank, car in enumerate(order):
            t_ms = int(passages[point, car])
            if rank == 0:
                gap = interval = f"LAP {min(int(laps[point]) + on_line, race.laps)}"
            else:
                gap = _gap_text(passages, point, order[0], t_ms)
                interval = _gap_text(passages, point, order[rank - 1], t_ms)
            values = {"GapToLeader": gap, "IntervalToPositionAhead": {"Value": interval}}
            yield Message(t_ms, "TimingData", _line(race, car, values))


def _gap_text(passages: Ints, point: int, to: int, t_ms: int) -> str:
    """Seconds behind the car `to` at a point, or whole laps where that many are between them."""
    behind = (passages[point + TIMING_POINTS :: TIMING_POINTS, to] <= t_ms) & (
        passages[point + TIMING_POINTS :: TIMING_POINTS, to] != NOT_REACHED
    )
    laps = int(behind.sum())
    return f"{laps}L" if laps else f"+{(t_ms - int(passages[point, to])) / 1000:.3f}"


def _order(race: SimulatedRace) -> Iterator[Message]:
    """Changes of the order, at the timing point where each was first seen."""
    passages, _ = _points(race)
    instants = np.unique(passages[passages != NOT_REACHED])
    shown = list(race.grid)
    for t_ms, order in zip(instants.tolist(), race.order_at(instants).tolist(), strict=True):
        if order == shown:
            continue
        lines = {
            race.drivers[car].number: {"Line": place, "Position": str(place)}
            for place, car in enumerate(order, start=1)
            if shown[place - 1] != car
        }
        shown = order
        yield Message(t_ms, "TimingData", {"Lines": lines})


def _laps(race: SimulatedRace) -> Iterator[Message]:
    """Each lap's end with its time, its last sector and the speed over the line."""
    best_of_all = np.iinfo(np.int64).max
    best = [best_of_all] * len(race.drivers)
    for lap, car in _passed(race.lap_end_ms):
        t_ms = int(race.lap_end_ms[lap, car])
        lap_ms = race.lap_time_ms(car, lap + 1)
        personal, overall = lap_ms < best[car], lap_ms < best_of_all
        values: dict[str, Any] = {
            "NumberOfLaps": lap + 1,
            "Sectors": {"2": {"Value": clock_text(t_ms - int(race.sector_end_ms[lap, 1, car]))}},
            "Speeds": {"FL": {"Value": _speed_text(race, t_ms, car)}},
            "LastLapTime": {
                "Value": clock_text(lap_ms),
                "Status": 0,
                "OverallFastest": overall,
                "PersonalFastest": personal,
            },
        }
        if personal:
            best[car] = lap_ms
            values["BestLapTime"] = {"Value": clock_text(lap_ms), "Lap": lap + 1}
        best_of_all = min(best_of_all, lap_ms)
        yield Message(t_ms, "TimingData", _line(race, car, values))


def _passed(times_ms: Ints) -> list[tuple[int, int]]:
    """(row, car) of every passage, in order of time."""
    rows, cars = np.nonzero(times_ms != NOT_REACHED)
    order = np.argsort(times_ms[rows, cars], kind="stable")
    return list(zip(rows[order].tolist(), cars[order].tolist(), strict=True))


def _speed_text(race: SimulatedRace, t_ms: int, car: int) -> str:
    return str(round(float(race.at(t_ms).speed_kmh[0, car])))


def _sectors_and_traps(race: SimulatedRace) -> Iterator[Message]:
    for sector in (0, 1):
        for lap, car in _passed(race.sector_end_ms[:, sector]):
            t_ms = int(race.sector_end_ms[lap, sector, car])
            began_ms = _sector_began_ms(race, lap, sector, car)
            values = {
                "Sectors": {str(sector): {"Value": clock_text(t_ms - began_ms)}},
                "Speeds": {SPEED_TRAP_NAMES[sector]: {"Value": _speed_text(race, t_ms, car)}},
            }
            yield Message(t_ms, "TimingData", _line(race, car, values))
    places: Floats = (np.arange(race.laps, dtype=np.float64) + SPEED_TRAP) * race.circuit.length_m
    for car in range(len(race.drivers)):
        for t_ms in race.motion.passages_ms(car, places).tolist():
            if t_ms == NOT_REACHED or NOT_REACHED < race.finish_ms[car] < t_ms:
                continue
            values = {"Speeds": {"ST": {"Value": _speed_text(race, t_ms, car)}}}
            yield Message(t_ms, "TimingData", _line(race, car, values))


def _sector_began_ms(race: SimulatedRace, lap: int, sector: int, car: int) -> int:
    if sector:
        return int(race.sector_end_ms[lap, sector - 1, car])
    return int(race.lap_end_ms[lap - 1, car]) if lap else race.lights_out_ms


def _pits(race: SimulatedRace) -> Iterator[Message]:
    stops = [0] * len(race.drivers)
    for stop in race.pit_stops:
        stops[stop.car] += 1
        values = {"InPit": True, "Status": 80, "NumberOfPitStops": stops[stop.car]}
        yield Message(stop.in_ms, "TimingData", _line(race, stop.car, values))
        values = {"InPit": False, "PitOut": True, "Status": 96}
        yield Message(stop.out_ms, "TimingData", _line(race, stop.car, values))
        yield Message(stop.out_ms + 8_000, "TimingData", _line(race, stop.car, {"PitOut": False, "Status": 64}))


def _tyres(race: SimulatedRace) -> Iterator[Message]:
    slots = {
        race.drivers[car].number: {"RacingNumber": race.drivers[car].number, "Line": place, "GridPos": str(place)}
        for place, car in enumerate(race.grid, start=1)
    }
    yield Message(400, "TimingAppData", {"Lines": slots})
    left_pits = {(stop.car, stop.lap + 1): stop.out_ms for stop in race.pit_stops}
    for stint in race.stints:
        told_ms = 20_000
        if stint.number > 1:
            told_ms = left_pits[stint.car, stint.first_lap] + TYRES_TOLD_AFTER_MS
        tyres = {
            "LapFlags": 0,
            "Compound": stint.compound,
            "New": "false" if stint.used_laps else "true",
            "TyresNotChanged": "0",
            "TotalLaps": stint.used_laps,
            "StartLaps": stint.used_laps,
        }
        yield Message(told_ms, "TimingAppData", _stint_line(race, stint.car, stint.number, tyres))
    for lap, car in _passed(race.lap_end_ms):
        stint = [one for one in race.stints if one.car == car and one.first_lap <= lap + 1][-1]
        done = {
            "TotalLaps": stint.used_laps + lap + 2 - stint.first_lap,
            "LapTime": clock_text(race.lap_time_ms(car, lap + 1)),
            "LapNumber": lap + 1,
        }
        yield Message(int(race.lap_end_ms[lap, car]), "TimingAppData", _stint_line(race, car, stint.number, done))


def _stint_line(race: SimulatedRace, car: int, number: int, values: dict[str, Any]) -> dict[str, Any]:
    """The feed counts stints from 0."""
    return _line(race, car, {"Stints": {str(number - 1): values}})


def _lap_count(race: SimulatedRace) -> Iterator[Message]:
    yield Message(200, "LapCount", {"CurrentLap": 1, "TotalLaps": race.laps})
    for lap in range(1, race.laps):
        ends = race.lap_end_ms[lap - 1]
        yield Message(int(ends[ends != NOT_REACHED].min()), "LapCount", {"CurrentLap": lap + 1})
