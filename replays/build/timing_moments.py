"""What the timing says of where cars are, in the order in which it says it. Pure.

A car's lines count on through the race: line 0 is the start of its first lap, 3 that of its second, and those between
are where sectors end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from replays.build import states
from replays.loading.session_data import SessionData
from seasons.keys import RACE_KINDS
from seasons.records import LapRecord

LINES_A_LAP = 3


class Kind(IntEnum):
    """In the order in which what happens at the same millisecond counts."""

    LIGHTS_OUT = 0
    PIT_START = 1
    LINE = 2
    PIT_IN = 3
    PIT_OUT = 4
    STOPPED = 5
    RETIRED = 6
    RELEASED = 7


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """`car` is a column; `line` is the one crossed, for the pits that at which the lap in question ends or began.

    `finish`: the car was flagged off.
    """

    t_ms: int
    car: int
    kind: Kind
    line: int = 0
    finish: bool = False


def timing_moments(data: SessionData) -> list[Moment]:
    """Everything said of all cars, by time. Lines that a car has crossed already, or that come late, are left out."""
    race = data.session.kind in RACE_KINDS
    finishes = states.race_finishes(data)
    by_car: dict[str, list[LapRecord]] = {}
    for lap in data.laps:
        by_car.setdefault(lap.number, []).append(lap)
    moments: list[Moment] = []
    for car, entry in enumerate(data.entries):
        laps = by_car.get(entry.number, [])
        moments += _lines(car, laps, finishes.get(entry.number))
        moments += _pits(car, laps)
        moments += _stops(data, car, entry.number, laps)
        if race and data.start_ms is not None and any(lap.lap_number == 1 for lap in laps):
            waits = entry.grid == 0 or _in_pit_at(data, entry.number, data.start_ms)
            moments.append(Moment(data.start_ms, car, Kind.PIT_START if waits else Kind.LIGHTS_OUT))
    return sorted(moments)


def _in_pit_at(data: SessionData, number: str, t_ms: int) -> bool:
    flags = [f.value for f in data.car_flags if f.number == number and f.flag == "in_pit" and f.t_ms <= t_ms]
    return bool(flags) and flags[-1]


def _lines(car: int, laps: list[LapRecord], finish_ms: int | None) -> Iterator[Moment]:
    said = []
    for lap in laps:
        if lap.generated:
            continue
        began = (lap.lap_number - 1) * LINES_A_LAP
        ends = (*lap.sector_end_ms[:2], lap.end_ms)
        said += [(t_ms, began + nth) for nth, t_ms in enumerate(ends, start=1) if t_ms is not None]
    line_before, before_ms = 0, -1
    for t_ms, line in sorted(said):
        if line > line_before and t_ms > before_ms:
            yield Moment(t_ms, car, Kind.LINE, line, line % LINES_A_LAP == 0 and t_ms == finish_ms)
            line_before, before_ms = line, t_ms


def _pits(car: int, laps: list[LapRecord]) -> Iterator[Moment]:
    for lap in laps:
        if lap.pit_in_ms is not None:
            yield Moment(lap.pit_in_ms, car, Kind.PIT_IN, lap.lap_number * LINES_A_LAP)
        if lap.pit_out_ms is not None:
            yield Moment(lap.pit_out_ms, car, Kind.PIT_OUT, (lap.lap_number - 1) * LINES_A_LAP)


def _stops(data: SessionData, car: int, number: str, laps: list[LapRecord]) -> Iterator[Moment]:
    """When the car stood still beside the track, was out for good, or went on."""
    if data.session.kind not in RACE_KINDS:
        for flag in data.car_flags:
            if flag.number == number and flag.flag == "stopped":
                yield Moment(flag.t_ms, car, Kind.STOPPED if flag.value else Kind.RELEASED)
        return
    before = states.GRID
    for t_ms, status in states.status_changes(data, number, laps, {}):
        if status == states.STOPPED:
            yield Moment(t_ms, car, Kind.STOPPED)
        elif status == states.RETIRED:
            yield Moment(t_ms, car, Kind.RETIRED)
        elif before in (states.STOPPED, states.RETIRED) and status in (states.ON_TRACK, states.OUT_LAP):
            yield Moment(t_ms, car, Kind.RELEASED)
        before = status
