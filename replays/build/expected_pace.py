"""How long a car is expected to take to its next timing line, by what the timing has said so far. Pure.

Paces are times as multiples of those of the lap's shape. They are taken on a clock that runs slower under a safety car
and stands under a red flag, so that a slow lap of the whole field says nothing of how fast a car is.
"""

from collections import defaultdict
from statistics import median

import numpy as np
import numpy.typing as npt

from replays.loading.session_data import SessionData

SLOWER = {"4": 1.4, "6": 1.35, "7": 1.35, "5": 2.0}
"""By how much a sector takes longer under the safety car, the virtual one and the red flag."""

RED_DRIVES_HOME_MS = 150_000
"""So long after a red flag cars are still on their way to the pits (134 s in Silverstone 2024), then all stand."""

RED = "5"
LONG_MS = 10**9
RACE_PACE, FIRST_LAP_PACE, OUT_LAP_PACE = 1.08, 1.2, 1.35
"""What is expected before anyone has driven such a sector."""

QUICKEST_PACE = 0.6
"""Who was quicker than that did not drive there: the timing was late, or the clock stood."""

SHORT_MEMORY, MEMORY, LONG_MEMORY = 3, 30, 60
FLYING = 0.25
"""Out of the pits a car goes for a quick lap: a quarter of the field's laps are quicker."""

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class RacingClock:
    """Milliseconds in which cars drive at full pace, as far as flags are known at each moment."""

    def __init__(self, data: SessionData) -> None:
        flags = _flags(data)
        reds = _red_begins(flags)
        stands = [red_ms + RED_DRIVES_HOME_MS for red_ms in reds]
        at = np.array(sorted({-LONG_MS, *(t_ms for t_ms, _ in flags), *stands}), dtype=np.int64)
        times = np.array([t_ms for t_ms, _ in flags], dtype=np.int64)
        codes = ["1", *(code for _, code in flags)]
        rate = [1 / SLOWER.get(codes[row], 1.0) for row in np.searchsorted(times, at, side="right")]
        for red_ms, stand_ms in zip(reds, stands, strict=True):
            over_ms = next((t_ms for t_ms, code in flags if t_ms > red_ms and code != RED), LONG_MS)
            rate = [0.0 if stand_ms <= t_ms < over_ms else own for t_ms, own in zip(at.tolist(), rate, strict=True)]
        self._at, self._rate = at, np.array(rate)
        self._driven = np.concatenate([[0.0], np.cumsum(np.diff(at) * self._rate[:-1])])

    def at(self, t_ms: Floats | Times) -> Floats:
        row = np.searchsorted(self._at, t_ms, side="right") - 1
        return np.asarray(self._driven[row] + (t_ms - self._at[row]) * self._rate[row])


def _flags(data: SessionData) -> list[tuple[int, str]]:
    """The track status over time; red also from the session's abort until it goes on."""
    changes = [(status.t_ms, "code", status.code) for status in data.track_status]
    changes += [(status.t_ms, "session", status.status) for status in data.session_status]
    flags = []
    code, aborted = "1", False
    for t_ms, what, word in sorted(changes):
        if what == "code":
            code = word
        else:
            aborted = word == "Aborted" or (aborted and word == "Inactive")
        flags.append((t_ms, RED if aborted else code))
    return flags


def _red_begins(flags: list[tuple[int, str]]) -> list[int]:
    codes = ["1", *(code for _, code in flags)]
    return [t_ms for (t_ms, code), before in zip(flags, codes, strict=False) if code == RED != before]


class ExpectedPace:
    """Learns the pace of every sector driven, in the order in which the timing tells them.

    What was driven behind the safety car is kept apart: the racing clock knows roughly how slow that is, and the field
    shows it more exactly, but not how fast it will race.
    """

    def __init__(self, *, race: bool) -> None:
        self._race = race
        self._raced, self._slowed = _Paces(), _Paces()
        self._out_laps: dict[int, list[float]] = defaultdict(list)

    def learn(self, car: int, sector: int, pace: float, *, out_lap: bool, slowed: bool) -> None:
        """`car` (column) took `pace` for `sector` (0 to 2); `out_lap`: having come from the garage."""
        if pace < QUICKEST_PACE:
            return
        paces = self._slowed if slowed else self._raced
        paces.form[car] = pace / paces.of_field(sector, pace)
        if out_lap:
            self._out_laps[sector].append(pace)
            return
        paces.own[car, sector] = pace
        paces.field[sector].append(pace)

    def of(self, car: int, sector: int, *, first_lap: bool, out_lap: bool, slowed: bool) -> float:
        """The pace expected of `car` in `sector`.

        In a race the middle one of its own last time, of the field's by the form it is in, and of those who have just
        been there; measured on three races half of the lines are met within 0.4 s.
        """
        if first_lap:
            return FIRST_LAP_PACE
        if out_lap:
            known = self._out_laps[sector]
            return median(known[-MEMORY:]) if known else OUT_LAP_PACE
        paces = self._slowed if slowed and self._slowed.field[sector] else self._raced
        field = paces.field[sector]
        if not self._race and sector == 0 and field:
            return sorted(field[-LONG_MEMORY:])[int(FLYING * min(len(field), LONG_MEMORY))]
        by_form = paces.of_field(sector, RACE_PACE) * paces.form.get(car, 1.0)
        if not self._race or not field:
            return by_form
        just_now = median(field[-SHORT_MEMORY:])
        return median((paces.own.get((car, sector), just_now), by_form, just_now))


class _Paces:
    """`own` last pace by car and sector, the `field`'s by sector, and a car's `form`: its last one by the field's."""

    def __init__(self) -> None:
        self.own: dict[tuple[int, int], float] = {}
        self.field: dict[int, list[float]] = defaultdict(list)
        self.form: dict[int, float] = {}

    def of_field(self, sector: int, otherwise: float) -> float:
        paces = self.field[sector]
        return median(paces[-MEMORY:]) if paces else otherwise
