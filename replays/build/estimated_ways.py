"""The ways of all cars by timing: from each line on at the pace expected, never past one before its time. Pure.

A way is a row of legs. A leg begins where the car is known to be, or else was taken to be, and goes towards the next
line; near it the car slows down and waits. When timing tells that the line was crossed, the car goes there to be in
time, which it may know LOOK_AHEAD_MS before. Everything is worked out in the order in which the timing said it, so that
no leg knows of anything later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
import numpy.typing as npt

from replays.build.estimated_legs import Leg, Odometers, progress_of
from replays.build.expected_pace import ExpectedPace
from replays.build.lap_shape import LapShape
from replays.build.passages import BEFORE_LINE
from replays.build.timing_moments import LINES_A_LAP, Kind, Moment

LOOK_AHEAD_MS = 2_000
"""So long before it is told where it is a car may turn to go there, as motion between samples does."""

SPEED_OVER_MS = 200
"""A car's speed as it turns is that of the time before."""

WAITING_MS, WAITING_M = 2_500.0, 80.0
"""So far before the end of a leg a car begins to slow down, so as not to stand before its line all at once."""

STANDING_START_MS = 6_000.0
LOST_AFTER_MS = 120_000.0
"""Where a car that long overdue is nobody can say."""

GARAGE_AFTER_MS = 15_000.0
OUT_OF_SIGHT_AFTER_MS = 60_000
"""A car that retired is taken away a minute later."""

LEAP_MS = 6_000.0
"""Nobody is shown to drive in LOOK_AHEAD_MS what takes that long, at three times the speed: the place was not known."""

LEAST_MS = 1.0
PIT_M_PER_MS = 80 / 3_600
PIT_PLACE_M = 150.0
"""How far before and after the line the pit lane begins and ends, as long as no car has shown it by its times."""

LONGEST_PIT_PLACE_M = 400.0
LAP_BEGAN_AT_LINE_MS = 85_000
"""In practice a lap whose car left the garage later than that has no time for its first sector: in Barcelona 2024 it
had one after 71 s and none after 101."""

COOL_DOWN = 1.5

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Since:
    t_ms: int
    driven_ms: float
    place: float


@dataclass(slots=True)
class _Car:
    """What is known of a car: `line` is the last one crossed, at `line_ms`; `since`, when and where its sector began.

    `pit_line` ends the lap on which it came into the pits, where it is as long as this is set. `skips_first`: a lap
    that did not begin at the line has no time for its first sector.
    """

    legs: list[Leg] = field(default_factory=list)
    line: int | None = None
    line_ms: int = 0
    since: _Since | None = None
    pit_line: int | None = None
    entered_ms: int | None = None
    first_lap: bool = False
    out_lap: bool = False
    skips_first: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Circuit:
    """What ways are measured along: the shape of its lap, its length, and the phases at which its sectors end."""

    shape: LapShape
    length_m: float
    sectors: tuple[float, float]

    def progress(self, line: int) -> float:
        return line // LINES_A_LAP + (0.0, *self.sectors)[line % LINES_A_LAP]

    def place(self, line: int, metres_after: float = 0.0) -> float:
        """Of a line, or some way from it, in laps of time."""
        return float(self.shape.times(self.progress(line) + metres_after / self.length_m))


@dataclass(slots=True)
class _PitEnd:
    """How far one end of the pit lane is from the line, by who was quickest between the two: he kept to the limit and
    did not stand there."""

    metres: float = PIT_PLACE_M
    shown: bool = False

    def show(self, took_ms: float) -> None:
        if took_ms <= 0:
            return
        metres = min(took_ms * PIT_M_PER_MS, LONGEST_PIT_PLACE_M)
        self.metres = min(self.metres, metres) if self.shown else metres
        self.shown = True


class WaysDriven:
    """Takes the moments of all cars in time order; `way` then gives each car's progress at any times."""

    def __init__(self, circuit: Circuit, grid: Sequence[float | None], *, race: bool) -> None:
        """`grid` is the progress at which each car waits for lights-out, None for those that do not."""
        self._circuit = circuit
        self._race = race
        self._pace = ExpectedPace(race=race)
        self._entry, self._exit = _PitEnd(), _PitEnd()
        self._cars = [
            _Car() if progress is None else _Car([Leg(-inf, -inf, float(circuit.shape.times(progress)))])
            for progress in grid
        ]

    def tell(
        self, moment: Moment, now: tuple[float, float], turn: tuple[float, float], before: tuple[float, float]
    ) -> None:
        """What happened next. The odometers (ms, m) are those of its time, of LOOK_AHEAD_MS before that, and of
        SPEED_OVER_MS before that."""
        car = self._cars[moment.car]
        last = car.legs[-1] if car.legs else None
        held = None if last is None else last.at(*now, self._circuit.shape)
        place = self._placed(car, moment, now[0], held)
        if place is None:
            return
        leg = self._leg(car, moment, now, before, place)
        if last is not None and self._end(last, moment, turn, before, place) and car.pit_line is not None:
            leg.lost_ms = moment.t_ms
        if last is not None:
            last.speed_at_end = leg.speed
        car.legs.append(leg)

    def way(self, car: int, t_ms: Times, passed: Odometers) -> Floats:
        """Progress of `car` (column) at `t_ms`, sorted; NaN where it is not known."""
        legs = self._cars[car].legs
        return progress_of(legs, self._circuit.shape, t_ms, passed) if legs else np.full(t_ms.size, np.nan)

    def _placed(self, car: _Car, moment: Moment, driven_ms: float, held: float | None) -> float | None:
        """Where the car is by `moment`, and what else that says of it; None: nobody knows."""
        if moment.kind == Kind.LINE:
            return self._crossed(car, moment, driven_ms, held)
        if moment.kind == Kind.PIT_IN:
            return self._entered(car, moment, held)
        if moment.kind == Kind.PIT_OUT:
            return self._left(car, moment, driven_ms, held)
        car.since = None
        if moment.kind in (Kind.LIGHTS_OUT, Kind.PIT_START):
            car.line, car.first_lap, car.skips_first = 0, True, True
            car.pit_line = 0 if moment.kind == Kind.PIT_START else None
        return held

    def _crossed(self, car: _Car, moment: Moment, driven_ms: float, held: float | None) -> float:
        """A line that the car was not expected to be timed at, and has been taken past, moves it no more."""
        place = self._circuit.place(moment.line)
        if car.line is not None and car.since is not None and moment.line == _next_line(car):
            took_ms = driven_ms - car.since.driven_ms
            pace = took_ms / ((place - car.since.place) * self._circuit.shape.lap_ms)
            slowed = moment.t_ms - car.since.t_ms > took_ms + 1
            self._pace.learn(moment.car, (moment.line - 1) % LINES_A_LAP, pace, out_lap=car.out_lap, slowed=slowed)
        unexpected = car.skips_first and moment.line % LINES_A_LAP == 1
        car.line, car.line_ms = moment.line, moment.t_ms
        car.skips_first = False
        car.finished = car.finished or moment.finish
        if moment.line % LINES_A_LAP == 0:
            car.first_lap = car.out_lap = False
        if car.entered_ms is not None:
            self._entry.show(moment.t_ms - car.entered_ms)
            car.entered_ms = None
        car.since = _Since(moment.t_ms, driven_ms, place) if car.pit_line is None else None
        return max(place, held) if unexpected and held is not None else place

    def _entered(self, car: _Car, moment: Moment, held: float | None) -> float | None:
        car.pit_line, car.since = moment.line, None
        if held is None or car.line is None or car.line >= moment.line:
            return held
        car.entered_ms = moment.t_ms
        return max(held, self._circuit.place(moment.line, -self._entry.metres))

    def _left(self, car: _Car, moment: Moment, driven_ms: float, held: float | None) -> float:
        """In a race a car may leave the pits before the line that ends its lap; in other sessions from its garage."""
        if car.line == moment.line and car.pit_line and car.legs:
            self._exit.show(moment.t_ms - car.legs[-1].t_ms)
        waits_to_start = car.pit_line == 0
        car.pit_line, car.entered_ms = None, None
        if self._race and held is not None:
            car.since = None
            behind_line = car.line is None or car.line < moment.line
            if waits_to_start or behind_line:
                return held
            ahead = self._circuit.place(_next_line(car)) - BEFORE_LINE
            return max(held, min(self._circuit.place(moment.line, self._exit.metres), ahead))
        place = self._circuit.place(moment.line, self._exit.metres)
        timed = car.line == moment.line and moment.t_ms - car.line_ms < LAP_BEGAN_AT_LINE_MS
        car.line, car.out_lap, car.skips_first = moment.line, not self._race, not timed
        car.since = _Since(moment.t_ms, driven_ms, place)
        return place

    def _leg(
        self, car: _Car, moment: Moment, now: tuple[float, float], before: tuple[float, float], place: float
    ) -> Leg:
        """What the car does from here, as far as one can know."""
        stands = moment.kind == Kind.STOPPED and car.pit_line is None
        if moment.kind == Kind.RETIRED or stands:
            for_good = moment.kind == Kind.RETIRED or not self._race
            return Leg(moment.t_ms, now[0], place, lost_ms=moment.t_ms + OUT_OF_SIGHT_AFTER_MS if for_good else inf)
        if car.line is None or moment.kind == Kind.PIT_START:
            return Leg(moment.t_ms, now[0], place)
        if car.pit_line is not None:
            return self._pit_leg(car, moment, now[0], place)
        line = _next_line(car)
        slowed = now[0] - before[0] < LOOK_AHEAD_MS
        span = max(self._circuit.place(line) - BEFORE_LINE - place, 0.0)
        pace = self._pace.of(
            moment.car, (line - 1) % LINES_A_LAP, first_lap=car.first_lap, out_lap=car.out_lap, slowed=slowed
        )
        takes = max(span * self._circuit.shape.lap_ms * pace * (COOL_DOWN if car.finished else 1.0), 1.0)
        leg = Leg(moment.t_ms, now[0], place, span, takes, WAITING_MS, limit=self._circuit.progress(line))
        leg.lost_driven_ms = now[0] + takes + LOST_AFTER_MS
        if not np.isnan(now[1]):
            self._drive_by_speed(leg, now[1])
        elif moment.kind == Kind.LIGHTS_OUT:
            leg.launch = STANDING_START_MS
        return leg

    def _drive_by_speed(self, leg: Leg, metres: float) -> None:
        here = float(self._circuit.shape.progress(leg.place))
        leg.by_speed, leg.since, leg.place = True, metres, here
        leg.span = max(leg.limit - BEFORE_LINE - here, 0.0)
        leg.takes, leg.slowing = max(leg.span * self._circuit.length_m, 1.0), WAITING_M

    def _pit_leg(self, car: _Car, moment: Moment, driven_ms: float, place: float) -> Leg:
        """Through the pit lane at its speed limit: to the line first, then to where the lane ends."""
        line = car.pit_line or 0
        before_line = (car.line or 0) < line
        end = self._circuit.place(line, 0.0 if before_line else self._exit.metres)
        shape = self._circuit.shape
        way_m = float(shape.progress(end) - shape.progress(place)) * self._circuit.length_m
        takes = max(way_m / PIT_M_PER_MS, 1.0)
        lost_driven_ms = driven_ms + takes + (LOST_AFTER_MS if self._race else GARAGE_AFTER_MS)
        return Leg(
            moment.t_ms,
            driven_ms,
            place,
            max(end - BEFORE_LINE - place, 0.0),
            takes,
            WAITING_MS,
            limit=float(shape.progress(end)),
            lost_driven_ms=lost_driven_ms,
        )

    def _end(
        self, leg: Leg, moment: Moment, turn: tuple[float, float], before: tuple[float, float], place: float
    ) -> bool:
        """Close `leg`: at last the car goes to where it now is known to be. True where it was lost by then."""
        shape = self._circuit.shape
        leg.told_ms, leg.to = moment.t_ms, place
        leg.turn_ms = max(moment.t_ms - LOOK_AHEAD_MS, leg.t_ms)
        leg.turn = leg.at(*turn, shape)
        leg.speed_at_turn = (leg.turn - leg.at(*before, shape)) / SPEED_OVER_MS
        lost = turn[0] >= leg.lost_driven_ms or leg.turn_ms >= leg.lost_ms
        if lost or not -LEAST_MS < (place - leg.turn) * shape.lap_ms < LEAP_MS:
            leg.lost_ms = min(leg.lost_ms, leg.turn_ms)
            leg.turn_ms = leg.told_ms
        return lost


def _next_line(car: _Car) -> int:
    line = (car.line or 0) + 1
    return line + 1 if car.skips_first and line % LINES_A_LAP == 1 else line
