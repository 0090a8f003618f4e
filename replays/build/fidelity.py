"""How true motion, order and gaps of a replay are, by what its source says itself. Pure.

Samples that are left out, and speeds, are what the motion there was not made from. Places and gaps at the lines are no
such proof: the order is made from the same times of crossing, and what is found is where it does not keep to them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS, Feed
from replays.build.mended_clock import late_ms, mended_ms, odometer_of
from replays.build.outline import position_m
from replays.build.states import RETIRED, race_finishes
from replays.loading.session_data import CarFeed, PositionFeed, SessionData
from replays.motion import STILL_M, Motion, Odometer
from seasons.keys import QUALIFYING_KINDS, RACE_KINDS
from seasons.records import LapRecord

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOVING_KMH = 50
KMH_PER_M_PER_MS = 3_600.0
MS = 1_000


def left_out_m(positions: PositionFeed, cars: CarFeed, lag_ms: int, tested: Sequence[int]) -> Floats:
    """How far the cars `tested` (columns) were from where motion has them, at samples that were left out of it; metres.

    Of each of them every second sample is left out, and the clock mended by the other cars. Both feeds are on their own
    clocks; moving cars count.
    """
    odometer = odometer_of(cars)
    late = late_ms(positions, odometer, lag_ms)
    errors = []
    for car in tested:
        t_ms = mended_ms(positions.t_ms, np.delete(late, car, axis=1))
        errors += _left_out(positions, t_ms, cars, lag_ms, car)
    return np.concatenate(errors) if errors else np.empty(0)


def straight_left_out_m(positions: PositionFeed, cars: CarFeed, tested: Sequence[int]) -> Floats:
    """As `left_out_m` for straight lines on the feed's clock, which is what others draw."""
    errors = []
    for car in tested:
        errors += _left_out(positions, positions.t_ms, cars, None, car)
    return np.concatenate(errors) if errors else np.empty(0)


def _left_out(positions: PositionFeed, t_ms: Ints, cars: CarFeed, lag_ms: int | None, car: int) -> list[Floats]:
    xy_m = position_m(positions)[:, car : car + 1]
    own = CarFeed(cars.t_ms - (lag_ms or 0), *(getattr(cars, name)[:, car : car + 1] for name in cars.__slots__[1:]))
    odometer = odometer_of(own)
    moving = _speeds_kmh(odometer, t_ms)[:, 0] >= MOVING_KMH
    errors = []
    for first in (0, 1):
        kept = np.arange(first, len(t_ms), 2)
        row = np.arange(len(kept) - 1)
        tested = kept[:-1] + 1
        motion = Motion(t_ms[kept], xy_m[kept], odometer, MAX_GAP_MS)
        if lag_ms is None:
            share = (t_ms[tested] - t_ms[kept[:-1]]) / (t_ms[kept[1:]] - t_ms[kept[:-1]])
            place = xy_m[kept[:-1]] + (xy_m[kept[1:]] - xy_m[kept[:-1]]) * share[:, None, None]
            place[t_ms[kept[1:]] - t_ms[kept[:-1]] > MAX_GAP_MS] = np.nan
        else:
            place = motion.place(row, motion.share(row, t_ms[tested]))
        away_m = np.linalg.norm(place - xy_m[tested], axis=2)[:, 0]
        errors.append(away_m[moving[tested] & ~np.isnan(away_m)])
    return errors


def _speeds_kmh(odometer: Odometer, t_ms: Ints) -> Floats:
    """The speed of each car over the step that ends at each instant (instants, cars); NaN at the first."""
    read = odometer.read(t_ms)
    driven_m = read.rows(slice(1, None)).metres_since(read.rows(slice(0, -1)))
    speeds = driven_m / np.diff(t_ms)[:, None] * KMH_PER_M_PER_MS
    return np.concatenate([np.full((1, speeds.shape[1]), np.nan), speeds])


def speed_errors_kmh(positions: PositionFeed, cars: CarFeed) -> Floats:
    """By how much the speeds between samples differ from the speed channel, in km/h; of moving cars. Both feeds on one
    clock."""
    told = _speeds_kmh(odometer_of(cars), positions.t_ms)[1:]
    step_ms = np.diff(positions.t_ms)
    moved_m = np.linalg.norm(np.diff(position_m(positions), axis=0), axis=2)
    error = np.abs(moved_m / step_ms[:, None] * KMH_PER_M_PER_MS - told)
    counts = (told >= MOVING_KMH) & (moved_m > STILL_M) & (step_ms <= MAX_GAP_MS)[:, None]
    return error[counts]


def places_at_lines(data: SessionData, timing: Feed) -> tuple[int, int]:
    """At how many line crossings of a race the replay has the official place, and how many there are.

    The source counts who has ended the lap before, also those who are out by now, and leave the order. Left out is the
    last crossing, at which the classification begins to count.
    """
    finishes = race_finishes(data)
    over_ms = max(finishes.values(), default=None)
    crossings = _crossings(data, timing)
    laps = [lap for lap in crossings if lap.position is not None and lap.end_ms != over_ms]
    shown = _at_lines(timing, "position", laps, _columns(data, laps))
    official = np.array([lap.position for lap in laps], dtype=np.int64)
    for retired in np.flatnonzero((_column(timing, "status") == RETIRED).any(axis=0)):
        own = {lap.lap_number: lap.end_ms or 0 for lap in crossings if data.column_of[lap.number] == retired}
        ended_before = [own.get(lap.lap_number, lap.end_ms or 0) < (lap.end_ms or 0) for lap in laps]
        is_out = _at_lines(timing, "status", laps, np.full(len(laps), retired)) == RETIRED
        official -= np.array(ended_before, dtype=np.bool_) & is_out
    return int((shown == official).sum()), len(laps)


def gap_errors_s(data: SessionData, timing: Feed) -> Floats:
    """By how much the gaps are off when a car crosses the line, in s: to the leader of that moment, where he is on the
    next lap; the leader's own are left out, and the last crossing, at which the classification begins to count."""
    over_ms = max(race_finishes(data).values(), default=None)
    laps = _crossings(data, timing)
    ends = np.full((len(data.entries), max((lap.lap_number for lap in laps), default=0) + 2), np.iinfo(np.int64).max)
    for lap in laps:
        ends[data.column_of[lap.number], lap.lap_number] = lap.end_ms
    own = _columns(data, laps)
    number = np.array([lap.lap_number for lap in laps], dtype=np.int64)
    end_ms = np.array([lap.end_ms for lap in laps], dtype=np.int64)
    leader = np.argmin(_column(timing, "position")[_rows(timing, laps)], axis=1)
    counts = (leader != own) & (ends[leader, number] <= end_ms) & (ends[leader, number + 1] > end_ms)
    counts &= end_ms != over_ms
    shown = _at_lines(timing, "gap", laps, own)
    return np.abs(shown - (end_ms - ends[leader, number]))[counts] / MS


def _crossings(data: SessionData, timing: Feed) -> list[LapRecord]:
    """The laps of a race that end while the replay lasts."""
    if data.session.kind not in RACE_KINDS:
        return []
    first, last = int(timing.t_ms[0]), int(timing.t_ms[-1])
    return [lap for lap in data.laps if not lap.generated and lap.end_ms is not None and first <= lap.end_ms <= last]


def _column(timing: Feed, name: str) -> npt.NDArray[np.int32]:
    return next(column.raw for column in timing.columns if column.name == name)


def _columns(data: SessionData, laps: Sequence[LapRecord]) -> npt.NDArray[np.intp]:
    """The car of each lap."""
    return np.array([data.column_of[lap.number] for lap in laps], dtype=np.intp)


def _rows(timing: Feed, laps: Sequence[LapRecord]) -> npt.NDArray[np.intp]:
    """What holds when each lap ends."""
    return np.searchsorted(timing.t_ms, np.array([lap.end_ms or 0 for lap in laps]), side="right") - 1


def _at_lines(timing: Feed, name: str, laps: Sequence[LapRecord], cars: npt.NDArray[np.intp]) -> Ints:
    """What the column `name` says of `cars`, one for each lap, when that ends."""
    return _column(timing, name)[_rows(timing, laps), cars].astype(np.int64)


def final_order_is_official(data: SessionData, timing: Feed) -> bool | None:
    """Whether the last order is the classification; None where there is none, as in practice."""
    placed = [(entry.position, car) for car, entry in enumerate(data.entries) if entry.position]
    if not placed or data.session.kind not in RACE_KINDS | QUALIFYING_KINDS:
        return None
    shown = _column(timing, "position")[-1, [car for _, car in sorted(placed)]]
    return bool((np.diff(shown) > 0).all())
