"""One stretch of a car's way as it is taken to be driven, and many of them at once. Pure.

Places are in laps of time (`LapShape.times`), in which a car at an even pace moves evenly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, nan

import numpy as np
import numpy.typing as npt

from replays.build.lap_shape import LapShape
from replays.build.passages import BEFORE_LINE

LEAST_EVEN_SHARE = 0.5

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Odometers:
    """What has passed at some moments, (times,): `driven_ms` on the racing clock, `metres` by the car's own speed."""

    driven_ms: Floats
    metres: Floats

    def __getitem__(self, row: int) -> tuple[float, float]:
        return float(self.driven_ms[row]), float(self.metres[row])


@dataclass(slots=True)
class Leg:
    """From `t_ms` at `place` on by `span`, which takes `takes` of the racing clock's ms, or metres where `by_speed`.

    Near its end the car slows down over the last `slowing` and waits: it never gets there by itself. By speed `place`
    and `span` are progress. `limit` is the progress it stays below, `lost_driven_ms` and `lost_ms` say when it is no
    longer known where it is. The timing ends the leg at `told_ms`; from `turn_ms` on the car goes from `turn` `to`
    where it then is, beginning and ending with the speeds given. `launch`: it first gathers speed for so long.
    """

    t_ms: float
    since: float
    place: float
    span: float = 0.0
    takes: float = inf
    slowing: float = 0.0
    launch: float = 0.0
    by_speed: bool = False
    limit: float = inf
    lost_driven_ms: float = inf
    lost_ms: float = inf
    turn_ms: float = inf
    told_ms: float = inf
    turn: float = 0.0
    to: float = 0.0
    speed_at_turn: float = 0.0
    speed_at_end: float = nan

    @property
    def even_share(self) -> float:
        return 1.0 if self.takes == inf else max(1.0 - self.slowing / self.takes, LEAST_EVEN_SHARE)

    @property
    def speed(self) -> float:
        """In laps of time by ms as it begins; NaN where the car's own speed decides."""
        return nan if self.by_speed else 0.0 if self.launch else self.span / self.takes

    def at(self, driven_ms: float, metres: float, shape: LapShape) -> float:
        """The place, as long as nothing ends the leg."""
        if self.takes == inf:
            return self.place
        passed = max((metres if self.by_speed else driven_ms) - self.since, 0.0)
        passed = passed**2 / (2 * self.launch) if passed < self.launch else passed - self.launch / 2
        share, even = passed / self.takes, self.even_share
        if share > even:
            share = 1 - (1 - even) * exp(-(share - even) / (1 - even))
        place = self.place + self.span * share
        return float(shape.times(place)) if self.by_speed else place


def progress_of(legs: Sequence[Leg], shape: LapShape, t_ms: Times, passed: Odometers) -> Floats:
    """The progress at each of `t_ms` (sorted) of a car that drove `legs`; NaN where it is not known."""
    row = np.searchsorted(np.array([leg.t_ms for leg in legs]), t_ms, side="right") - 1
    known = row >= 0
    row = np.maximum(row, 0)

    def of(name: str) -> Floats:
        return np.array([getattr(leg, name) for leg in legs], dtype=np.float64)[row]

    by_speed = of("by_speed") > 0
    since = np.where(np.isinf(of("since")), 0.0, of("since"))
    along = np.where(by_speed, passed.metres, passed.driven_ms) - since
    progress = of("place") + of("span") * _share(along, of("takes"), of("launch"), of("even_share"))
    progress[~by_speed] = shape.progress(progress[~by_speed])
    progress = np.minimum(progress, of("limit") - BEFORE_LINE)
    turning = known & (t_ms >= of("turn_ms"))
    if turning.any():
        names = ("turn_ms", "told_ms", "turn", "to", "speed_at_turn", "speed_at_end")
        turned = _turned(t_ms[turning], *(of(name)[turning] for name in names))
        until = np.maximum(shape.progress(of("to")[turning]) - BEFORE_LINE, shape.progress(of("turn")[turning]))
        progress[turning] = np.minimum(shape.progress(turned), until)
    lost = ((passed.driven_ms >= of("lost_driven_ms")) & ~turning) | (t_ms >= of("lost_ms"))
    return np.where(known & ~lost, progress, np.nan)


def _share(along: Floats, takes: Floats, launch: Floats, even: Floats) -> Floats:
    """How much of its leg each has driven, as `Leg.at` has it."""
    gathering = along < launch
    along = np.where(gathering, along**2 / (2 * np.maximum(launch, 1.0)), along - launch / 2)
    share = np.maximum(along, 0.0) / takes
    left = np.maximum(1 - even, 1e-9)
    return np.where(share > even, 1 - left * np.exp(-np.maximum(share - even, 0.0) / left), share)


def _turned(
    t_ms: Times,
    turn_ms: Floats,
    told_ms: Floats,
    turn: Floats,
    to: Floats,
    speed_at_turn: Floats,
    speed_at_end: Floats,
) -> Floats:
    """The places of cars on their way to where they are told to be: a cubic that keeps their speed at either end.

    Both speeds are kept below three times the mean one, so that nobody drives back (Fritsch and Carlson, 1980).
    """
    lasts = np.maximum(told_ms - turn_ms, 1.0)
    way = to - turn
    begin, end = (
        np.clip(np.where(np.isnan(speed), way, speed * lasts), 0.0, 3 * way) for speed in (speed_at_turn, speed_at_end)
    )
    share = (t_ms - turn_ms) / lasts
    return np.asarray(
        turn + begin * share * (1 - share) ** 2 + way * share**2 * (3 - 2 * share) - end * share**2 * (1 - share)
    )
