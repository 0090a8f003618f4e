"""Order in qualifying and practice: by the best lap so far, in qualifying of the running segment. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from replays.build.deleted_laps import deletions_ms, reinstatements_ms
from replays.build.pit_laps import lap_through_pits
from replays.build.race_order import Standing
from replays.build.states import NONE
from replays.loading.session_data import SessionData
from seasons.keys import QUALIFYING_KINDS

SEGMENTS = 3
LAST_SEGMENT_CARS = 10
NO_TIME = np.iinfo(np.int32).max


def segment_starts_ms(data: SessionData) -> list[int]:
    """When each segment began: for qualifying each start that follows a finish, else the beginning of time.

    A start that follows an abort resumes the segment.
    """
    if data.session.kind not in QUALIFYING_KINDS:
        return [0]
    starts, over = [], True
    for status in data.session_status:
        if status.status == "Started" and over:
            starts.append(status.t_ms)
            over = False
        over = over or status.status == "Finished"
    return [0, *starts[1:SEGMENTS]]


def cars_through(entries: int, segment: int) -> int:
    """How many cars take part in a segment (0, 1, 2): half of those beyond ten leave after each of the first two."""
    if segment == 0:
        return entries
    if segment == 2:
        return LAST_SEGMENT_CARS
    return LAST_SEGMENT_CARS + (entries - LAST_SEGMENT_CARS + 1) // 2


def best_lap_standing(data: SessionData, t_ms: npt.NDArray[np.int64]) -> tuple[Standing, npt.NDArray[np.int32]]:
    """The standing at each time; a gap is the difference of best laps. Also those best laps, NONE without one.

    A lap counts until race control deletes it, and again once it is reinstated; one through the pits never does.
    """
    cars = len(data.entries)
    starts, deleted_ms, again_ms = segment_starts_ms(data), deletions_ms(data), reinstatements_ms(data)
    best = np.full((len(starts), t_ms.size, cars), NO_TIME, dtype=np.int32)
    driven_ms = np.full(best.shape, NO_TIME, dtype=np.int32)
    for lap in data.laps:
        if lap.lap_time_ms is None or lap.end_ms is None or lap.generated or lap_through_pits(lap):
            continue
        segment = int(np.searchsorted(starts, lap.start_ms if lap.start_ms is not None else lap.end_ms, "right")) - 1
        since = int(np.searchsorted(t_ms, lap.end_ms))
        deletion_ms = deleted_ms.get((lap.number, lap.lap_number))
        until = t_ms.size if deletion_ms is None else int(np.searchsorted(t_ms, deletion_ms))
        name = (lap.number, lap.lap_number)
        again = int(np.searchsorted(t_ms, again_ms[name])) if name in again_ms else t_ms.size
        for rows in (slice(since, until), slice(max(since, again), t_ms.size)):
            own = max(segment, 0), rows, data.column_of[lap.number]
            better = lap.lap_time_ms < best[own]
            best[own][better] = lap.lap_time_ms
            driven_ms[own][better] = lap.end_ms
    running = np.searchsorted(starts, t_ms, side="right") - 1
    position = np.empty((t_ms.size, cars), dtype=np.int32)
    shown = np.full((t_ms.size, cars), NONE, dtype=np.int32)
    for row in range(t_ms.size):
        order = _order(best[:, row], driven_ms[:, row], int(running[row]), cars)
        position[row, order] = np.arange(1, cars + 1)
        shown[row] = best[running[row], row]
    shown[shown == NO_TIME] = NONE
    return _with_gaps(position, shown), shown


def _order(best: npt.NDArray[np.int32], driven_ms: npt.NDArray[np.int32], segment: int, cars: int) -> Sequence[int]:
    """The cars in order of segment `segment`: those in it by their time there, the others by the ones before.

    `best` and when it was driven (segments, cars): of two with the same time the first to drive it is ahead.
    """
    order = np.lexsort((driven_ms[0], best[0]))
    for later in range(1, segment + 1):
        inside = cars_through(cars, later)
        through, out = order[:inside], order[inside:]
        order = np.concatenate([through[np.lexsort((driven_ms[later][through], best[later][through]))], out])
    return order.tolist()


def _with_gaps(position: npt.NDArray[np.int32], best: npt.NDArray[np.int32]) -> Standing:
    by_place = np.argsort(position, axis=1)
    ranked = np.take_along_axis(best, by_place, axis=1)
    to_first = np.where((ranked == NONE) | (ranked[:, :1] == NONE), NONE, ranked - ranked[:, :1])
    to_next = np.full_like(ranked, NONE)
    both = (ranked[:, 1:] != NONE) & (ranked[:, :-1] != NONE)
    to_next[:, 1:][both] = (ranked[:, 1:] - ranked[:, :-1])[both]
    gap, interval = np.empty_like(best), np.empty_like(best)
    np.put_along_axis(gap, by_place, to_first, axis=1)
    np.put_along_axis(interval, by_place, to_next, axis=1)
    return Standing(position, gap, interval)
