"""Order, gaps and intervals of a race at every moment it can change. Pure.

At a timing line the order is the official one, between lines that of the progress along the track, before
lights-out the grid, after the last car's flag the classification. Cars that retired follow those that run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.build.passages import Passages
from replays.build.states import GRID, NONE, RETIRED
from replays.loading.session_data import SessionData

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

OUT_OF_RACE = 10_000.0
"""Laps that put a car that retired, or never started, behind all that run."""

STANDS_MS = 2_000
"""A car that was where it is so long ago stands; to wait for the official time at a line takes less."""

TIE_PER_MS = 1e-13
"""Of two cars on the same line the one that crossed it earlier is ahead; less than BEFORE_LINE over a day."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`position` 1.., `gap_ms` to the leader, `interval_ms` to the car ahead, int32 (times, cars); NONE unknown."""

    position: Ints
    gap_ms: Ints
    interval_ms: Ints


def grid_slots(data: SessionData) -> dict[str, int]:
    """Each car's place at the start, from 0: by grid, then those whose place is unknown, then the pit lane."""
    last = len(data.entries)

    def place(item: tuple[int, str, int | None]) -> tuple[int, int]:
        index, _, grid = item
        return (last + 2 if grid == 0 else last + 1 if grid is None else grid), index

    items = [(index, entry.number, entry.grid) for index, entry in enumerate(data.entries)]
    return {number: slot for slot, (_, number, _) in enumerate(sorted(items, key=place))}


def official_order(data: SessionData) -> list[int] | None:
    """The cars (columns) as classified, or None where the source has no classification."""
    placed = sorted((entry.position, car) for car, entry in enumerate(data.entries) if entry.position)
    if not placed:
        return None
    unplaced = [car for car, entry in enumerate(data.entries) if not entry.position]
    return [car for _, car in placed] + unplaced


def with_classified_gaps(
    seen: Standing, data: SessionData, over: npt.NDArray[np.bool_], racing: npt.NDArray[np.bool_]
) -> Standing:
    """`seen` with the gaps of the classification, penalties included, at the moments (times,) at which it is `over`.

    They are those between the cars' race times; where the source has none, as of lapped cars, the line's stay. `racing`
    is that of `standing`.
    """
    times_ms = [0 if entry.position == 1 else entry.race_time_ms for entry in data.entries]
    known = np.array([time_ms is not None for time_ms in times_ms])
    behind_ms = np.array([time_ms or 0 for time_ms in times_ms], dtype=np.int32)
    gap, interval = seen.gap_ms.copy(), seen.interval_ms.copy()
    for row in np.flatnonzero(over):
        order = np.argsort(seen.position[row])
        told = known & racing[row]
        gap[row, told] = behind_ms[told]
        ahead, own = order[:-1], order[1:]
        both = told[ahead] & told[own]
        interval[row, own[both]] = (behind_ms[own] - behind_ms[ahead])[both]
    return Standing(seen.position, gap, interval)


def scores(
    passages: Sequence[Passages],
    status: Ints,
    slots: Sequence[int],
    finishes: Mapping[int, tuple[int, int]],
    t_ms: Times,
) -> tuple[Floats, Floats, Times, Times]:
    """What the cars are ordered by (higher is ahead), their progress, when each first was there, and when it was last
    seen there: now, also if it stands, but where timing lines are all that is known; (times, cars).

    `finishes` gives, per car that was flagged off, (laps, t_ms): from then on it has exactly those laps.
    """
    progress = np.empty((t_ms.size, len(passages)))
    passed = np.empty((t_ms.size, len(passages)), dtype=np.int64)
    seen = np.empty((t_ms.size, len(passages)), dtype=np.bool_)
    for car, way in enumerate(passages):
        progress[:, car], passed[:, car] = way.at(t_ms)
        seen[:, car] = way.seen(t_ms)
        if car in finishes:
            laps, finished = finishes[car]
            progress[t_ms >= finished, car] = laps
            passed[t_ms >= finished, car] = finished
            seen[t_ms >= finished, car] = False
    order = np.where(np.isnan(progress), -1.0, progress) - passed * TIE_PER_MS
    slot = np.array(slots, dtype=np.float64)
    order = np.where(status == GRID, -slot, order)
    order = np.where(status == RETIRED, order - OUT_OF_RACE, order)
    return order, progress, passed, np.where(seen, t_ms[:, None], passed)


def standing(
    order: npt.NDArray[np.intp],
    progress: Floats,
    passed: Times,
    seen: Times,
    passages: Sequence[Passages],
    racing: npt.NDArray[np.bool_],
) -> Standing:
    """Positions, gaps and intervals for `order` (times, cars): the cars from first to last.

    A gap is how long ago the car ahead was where this car is now; it grows while this car stands, but not while both
    do. `passed` and `seen` are those of `scores`. `racing` (times, cars): without it no gap.
    """
    times, cars = order.shape
    position = np.empty((times, cars), dtype=np.int32)
    np.put_along_axis(position, order, np.arange(1, cars + 1, dtype=np.int32)[None, :], axis=1)
    ahead = np.empty((times, cars), dtype=np.intp)
    np.put_along_axis(ahead, order, np.roll(order, 1, axis=1), axis=1)
    leader = np.broadcast_to(order[:, :1], order.shape)
    stands = seen - passed > STANDS_MS
    gap, interval = (
        _since_passed(target, progress, _counted(target, stands, passed, seen), passages, racing)
        for target in (leader, ahead)
    )
    first = position == 1
    gap[first & racing] = 0
    interval[first] = NONE
    return Standing(position, gap, interval)


def _counted(target: npt.NDArray[np.intp], stands: npt.NDArray[np.bool_], passed: Times, seen: Times) -> Times:
    """Until when the time to each car's target counts, (times, cars)."""
    return np.where(np.take_along_axis(stands, target, axis=1), passed, seen)


def _since_passed(
    target: npt.NDArray[np.intp],
    progress: Floats,
    until: Times,
    passages: Sequence[Passages],
    racing: npt.NDArray[np.bool_],
) -> Ints:
    """How long before `until` each car's target was where the car is, in ms, int32 (times, cars)."""
    since = np.full(progress.shape, np.nan)
    for car, way in enumerate(passages):
        mine = (target == car) & racing
        if mine.any():
            since[mine] = until[mine] - way.when(progress[mine])
    return np.where(np.isnan(since) | (since < 0), NONE, np.rint(np.nan_to_num(since))).astype(np.int32)
