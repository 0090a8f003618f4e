"""When a car stands, as far as its feeds tell, from which follows that one in the pits stands in its box. Pure.

Nothing looks ahead: what is said of a moment is from samples up to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.loading.session_data import MISSING, CarFeed, PositionFeed, SessionData

STANDS_KMH = 2
"""No faster than that a car stands; the pit lane is driven at 60 or 80."""

LOOKS_BACK_MS = 1_000
STANDS_WITHIN_DM = 10
"""Without car data a car stands that was within a metre of here a second ago: positions are rounded to decimetres."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """Whether a car stood at the samples in which it was seen: `t_ms` int64 and `stands` bool, both (samples,)."""

    t_ms: npt.NDArray[np.int64]
    stands: npt.NDArray[np.bool_]

    def changes(self, begin_ms: int, end_ms: float) -> Iterator[tuple[int, bool]]:
        """When the car came to stand and moved on within `begin_ms <= t < end_ms`, in time order.

        Before its first sample there it counts as moving. A feed that falls silent, as that of a car with its
        engine off does, changes nothing.
        """
        rows = slice(*np.searchsorted(self.t_ms, (begin_ms, end_ms)))
        stands = self.stands[rows]
        changed = np.flatnonzero(stands != np.concatenate([[False], stands[:-1]]))
        yield from zip(self.t_ms[rows][changed].tolist(), stands[changed].tolist(), strict=True)


def standstill(data: SessionData, number: str) -> Standstill:
    """By the car's speed, or where the car feed has none of it by its positions; without a sample where neither is."""
    car = data.column_of[number]
    by_speed = None if data.cars is None else _by_speed(data.cars, car)
    if by_speed is not None and by_speed.t_ms.size:
        return by_speed
    if data.positions is not None:
        return _by_place(data.positions, car)
    return Standstill(np.empty(0, np.int64), np.empty(0, np.bool_))


def _by_speed(feed: CarFeed, car: int) -> Standstill:
    speed = feed.speed_kmh[:, car]
    known = speed != MISSING
    return Standstill(feed.t_ms[known], speed[known] <= STANDS_KMH)


def _by_place(feed: PositionFeed, car: int) -> Standstill:
    known = (feed.x_dm[:, car] != MISSING) & (feed.y_dm[:, car] != MISSING)
    t_ms = feed.t_ms[known]
    place = np.column_stack([feed.x_dm[known, car], feed.y_dm[known, car]]).astype(np.float64)
    before = np.searchsorted(t_ms, t_ms - LOOKS_BACK_MS, side="right") - 1
    seen = (before >= 0) & (t_ms - t_ms[before] <= 2 * LOOKS_BACK_MS)
    moved = np.hypot(*(place - place[before]).T)
    return Standstill(t_ms[seen], moved[seen] <= STANDS_WITHIN_DM)
