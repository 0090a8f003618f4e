"""What a car is doing over time, as changes at known moments: status, lap, tyre. Pure.

Each change is a pair (t_ms, value) that holds until the next; nothing here knows what comes after it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from replays.build.pit_box import Standstill, standstill
from replays.columns import COMPOUNDS, STATUSES
from replays.loading.session_data import SessionData
from seasons.keys import RACE_KINDS
from seasons.records import LapRecord

Change = tuple[int, int]

NONE = int(np.iinfo(np.int32).min)
"""Unknown, in a change: the null of every stored column."""

GRID, ON_TRACK, IN_PIT, STOPPED, RETIRED, FINISHED, IN_BOX, OUT_LAP = range(len(STATUSES))
RETIRED_AFTER_MS = 60_000
"""A car that has stood that long, marked as stopped, counts as retired until it moves again."""

ENDINGS = ("Finished", "Finalised", "Ends")

FINISH_TOLERANCE_MS = 2_000
"""The session status says Finished a moment after the winner's crossing."""


def chequered_ms(data: SessionData) -> int | None:
    """When the first car finished the race: at its last lap, or at the end of the session where that came first."""
    full = [lap.end_ms for lap in data.laps if lap.lap_number == data.total_laps and lap.end_ms and not lap.generated]
    ended = [status.t_ms for status in data.session_status if status.status == "Finished"]
    if full:
        return min(full)
    return ended[-1] - FINISH_TOLERANCE_MS if ended else None


def given_up_ms(data: SessionData) -> int | None:
    """When a race that was stopped, and not started again, was said to be over; None for any other."""
    over_ms, stopped = None, False
    for status in data.session_status:
        if status.status in ("Aborted", "Started"):
            over_ms, stopped = None, status.status == "Aborted"
        elif stopped and over_ms is None and status.status in ENDINGS:
            over_ms = status.t_ms
    if over_ms is None or data.session.kind not in RACE_KINDS:
        return None
    ran_out = any(lap.lap_number == data.total_laps and lap.end_ms and not lap.generated for lap in data.laps)
    return None if ran_out else over_ms


def finish_ms(laps: Sequence[LapRecord], chequered: int | None) -> int | None:
    """When this car was flagged off: its first crossing since the winner's."""
    if chequered is None:
        return None
    return min(
        (lap.end_ms for lap in laps if lap.end_ms and lap.end_ms >= chequered and not lap.generated), default=None
    )


def race_finishes(data: SessionData) -> dict[str, int]:
    """Per car that was flagged off, when; empty for sessions that are no race.

    Where a race is given up after a red flag no car meets a flag: all that are still in it end when that is said.
    """
    if data.session.kind not in RACE_KINDS:
        return {}
    chequered, given_up = chequered_ms(data), given_up_ms(data)
    by_car: dict[str, list[LapRecord]] = {}
    for lap in data.laps:
        by_car.setdefault(lap.number, []).append(lap)
    if given_up is not None:
        last = {number: _last(status_changes(data, number, laps, {}), given_up) for number, laps in by_car.items()}
        return {number: given_up for number, status in last.items() if status not in (STOPPED, RETIRED)}
    ends = {number: finish_ms(laps, chequered) for number, laps in by_car.items()}
    return {number: end for number, end in ends.items() if end is not None}


def status_changes(
    data: SessionData, number: str, laps: Sequence[LapRecord], finishes: Mapping[str, int]
) -> list[Change]:
    """The statuses of one car, in time order, beginning before the session.

    Once every car that finishes has done so, one that has not is out. `finishes` are those of `race_finishes`.
    """
    race = data.session.kind in RACE_KINDS
    changes: list[Change] = [(0, GRID if race else IN_PIT)]
    if race and data.start_ms is not None:
        changes.append((data.start_ms, ON_TRACK))
    changes += _pit_changes(laps)
    changes.sort(key=lambda change: change[0])
    changes += list(_flag_changes(data, number, changes))
    if finishes:
        finished = finishes.get(number)
        over_ms = max(finishes.values()) if finished is None else finished
        changes = [change for change in changes if change[0] < over_ms]
        changes.append((over_ms, RETIRED if finished is None else FINISHED))
    changes = _without_repeats(sorted(changes, key=lambda change: change[0]))
    return _with_box(changes, standstill(data, number))


def _pit_changes(laps: Sequence[LapRecord]) -> Iterable[Change]:
    """Into the pits, out of them, and at the end of the lap that then begins, unless that is back in them."""
    entries = [lap.pit_in_ms for lap in laps if lap.pit_in_ms is not None]
    lines = [lap.end_ms for lap in laps if lap.end_ms is not None]
    yield from ((t_ms, IN_PIT) for t_ms in entries)
    for out_ms in (lap.pit_out_ms for lap in laps if lap.pit_out_ms is not None):
        yield out_ms, OUT_LAP
        line_ms = min((t_ms for t_ms in lines if t_ms > out_ms), default=None)
        if line_ms is not None and not any(out_ms < t_ms <= line_ms for t_ms in entries):
            yield line_ms, ON_TRACK


def _with_box(changes: Sequence[Change], standstill: Standstill) -> list[Change]:
    """`changes` with the time in the pits told apart into standing in the box and the rest."""
    ends = [t_ms for t_ms, _ in changes[1:]] + [math.inf]
    told: list[Change] = []
    for (t_ms, status), end_ms in zip(changes, ends, strict=True):
        told.append((t_ms, status))
        if status == IN_PIT:
            told += [(t, IN_BOX if stands else IN_PIT) for t, stands in standstill.changes(t_ms, end_ms)]
    return told


def _without_repeats(changes: list[Change]) -> list[Change]:
    """`changes` without those that change nothing; a car that retired does not stop once more."""
    kept: list[Change] = []
    for change in changes:
        before = kept[-1][1] if kept else NONE
        if change[1] != before and (before, change[1]) != (RETIRED, STOPPED):
            kept.append(change)
    return kept


def _flag_changes(data: SessionData, number: str, pits: list[Change]) -> Iterable[Change]:
    """Changes the timing feed flags. A car that stops in the pits, or under a red flag, has not retired by that.

    One that stops before lights-out stays on the grid's list until then. Outside a race a stopped car
    stays that until it is released.
    """
    flags = [flag for flag in data.car_flags if flag.number == number]
    race = data.session.kind in RACE_KINDS
    for index, flag in enumerate(flags):
        if flag.flag == "retired" and flag.value:
            yield flag.t_ms, RETIRED
        if flag.flag != "stopped" or _last(pits, flag.t_ms) == IN_PIT:
            continue
        if flag.value and not race:
            yield flag.t_ms, STOPPED
            continue
        if not flag.value:
            if flag.t_ms >= (data.start_ms or 0):
                yield flag.t_ms, OUT_LAP if _last(pits, flag.t_ms) == OUT_LAP else ON_TRACK
            continue
        start_ms = data.start_ms or 0
        released = next((f.t_ms for f in flags[index + 1 :] if f.flag == "stopped"), None)
        if released is not None and released <= start_ms:
            continue
        yield max(flag.t_ms, start_ms), STOPPED
        gone_ms = max(flag.t_ms + RETIRED_AFTER_MS, start_ms)
        if (released is None or released > gone_ms) and not _aborted(data, gone_ms):
            yield gone_ms, RETIRED


def _last(changes: list[Change], t_ms: int) -> int:
    return next((value for t, value in reversed(changes) if t <= t_ms), NONE)


def _aborted(data: SessionData, t_ms: int) -> bool:
    before = [status.status for status in data.session_status if status.t_ms <= t_ms]
    return bool(before) and before[-1] == "Aborted"


def lap_changes(laps: Sequence[LapRecord], start_ms: int | None, finished: int | None) -> list[Change]:
    """The lap a car is on: the next begins when one ends, until the flag. A generated lap is none."""
    real = [lap for lap in laps if not lap.generated and lap.end_ms is not None]
    changes = [] if start_ms is None else [(start_ms, 1)]
    if real and start_ms is None and real[0].start_ms is not None:
        changes.append((real[0].start_ms, real[0].lap_number))
    return changes + [
        (lap.end_ms, lap.lap_number + (0 if lap.end_ms == finished else 1)) for lap in real if lap.end_ms is not None
    ]


def tyre_changes(laps: Sequence[LapRecord]) -> tuple[list[Change], list[Change]]:
    """The compound (index into COMPOUNDS) and its age in laps, each lap's own included, from each lap's begin."""
    compounds: list[Change] = []
    ages: list[Change] = []
    for index, lap in enumerate(laps):
        began = lap.pit_out_ms if lap.pit_out_ms is not None else lap.start_ms
        if index == 0:
            began = 0
        if began is None:
            continue
        compounds.append((began, COMPOUNDS.index(lap.compound) if lap.compound in COMPOUNDS else NONE))
        ages.append((began, NONE if lap.tyre_life is None else lap.tyre_life))
    return compounds, ages


def held(changes: Sequence[Change], t_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The value that holds at each time, int32 (times,); NONE before the first change."""
    at = np.array([t for t, _ in changes], dtype=np.int64)
    values = np.array([NONE] + [value for _, value in changes], dtype=np.int32)
    return values[np.searchsorted(at, t_ms, side="right")]
