"""The replay's clock: the telemetry feeds' own, mended where it can be. Pure.

The stamps of the position feed are off by some 50 ms, alike for all cars of a message: between two of its instants cars
seem to have moved further, or less far, than their speed channels say, all by the same time. So of every step it is
known how much longer it was than its stamps, to 2 ms where many cars move; how the stamps are off by themselves is
known only by what they are on the whole: right, in the mean. That is a least squares problem, a chain in time, and each
instant is corrected by what is known some seconds later.

The car feed's clock is even; but its speeds are late, by 60 ms in the race that was measured.

The official line crossings say nothing more of it: at them the places of cars scatter by 14 ms, but what two cars have
in common that crossed lines within seconds is 3 ms. Where the whole clock stands to official times is `timing_lag`'s.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS
from replays.loading.session_data import MISSING, CarFeed, PositionFeed
from replays.motion import STILL_M, Odometer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOVING_KMH = 72
MIN_CARS = 5
"""So many have to move for their median to be trusted."""
MIN_MENDED = 0.5
"""The share of the steps with moving cars, of all with any, below which the feed's clock stands."""
MIN_STEPS = 200
STAMP_SD_MS = 50.0
STEP_SD_MS = 2.0
MIN_GAIN = 1.5
"""A clock that the cars disagree with hardly more than with each other is even: mending would add to its errors."""
MAX_CORRECTION_MS = 400.0
BLOCK_MS, HORIZON_MS = 30_000, 2_000
"""The instants of a block are corrected together, by what is known up to the horizon after it. Each by a horizon of its
own would say less of the steps between them."""
LAGS_MS = range(0, 141, 10)
"""What the speeds may be late by."""
LAG_STEPS = 2_000
"""The first steps with enough moving cars tell the lag, so that a session has the same when it is half over."""

DM_PER_M = 10.0
KMH_PER_M_PER_MS = 3_600.0


@dataclass(frozen=True, slots=True)
class Clock:
    """When the samples of both telemetry feeds were true, in ms of session time: `positions_ms` and `cars_ms`, int64,
    strictly increasing; None where there is no such feed.

    `why_not`: why the feeds' clocks stand as they are, empty where they are mended. `speed_lag_ms`: how late the speeds
    are. `timing_lag_ms`: how late official times were, by which the telemetry is later here than it was told.
    `spread_ms`: by how much the cars' ways and speeds disagree about a step, and by how much they do beyond what
    is common to them (standard deviation, robust); None where too few tell.
    """

    positions_ms: Ints | None
    cars_ms: Ints | None
    why_not: str = ""
    speed_lag_ms: int = 0
    spread_ms: tuple[float, float] | None = None
    timing_lag_ms: int = 0


def mended_clock(positions: PositionFeed | None, cars: CarFeed | None) -> Clock:
    """The clock of a session's telemetry."""
    positions_ms = None if positions is None else positions.t_ms
    cars_ms = None if cars is None else cars.t_ms
    if positions is None or positions.t_ms.size < MIN_STEPS:
        return Clock(positions_ms, cars_ms, "there are too few positions")
    if cars is None or cars.t_ms.size < MIN_STEPS:
        return Clock(positions_ms, cars_ms, "there are no speeds to mend it by")
    odometer = odometer_of(cars)
    lag_ms = speed_lag_ms(positions, odometer)
    late = late_ms(positions, odometer, lag_ms)
    step_ms, common = _common(late)
    if common.sum() < MIN_STEPS or common.sum() < MIN_MENDED * (~np.isnan(late)).any(axis=1).sum():
        return Clock(positions_ms, cars_ms, "too few cars move at the same time")
    spread = (robust_sd(late), robust_sd(late - step_ms[:, None]))
    if spread[0] < MIN_GAIN * spread[1]:
        return Clock(positions_ms, cars_ms, "it is even", spread_ms=spread)
    return Clock(mended_ms(positions.t_ms, late), cars.t_ms - lag_ms, "", lag_ms, spread)


def mended_ms(t_ms: Ints, late_ms: Floats) -> Ints:
    """The instants `t_ms` as they really were; `late_ms` of the steps between them, as `late_ms` gives it."""
    step_ms, common = _common(late_ms)
    corrected = _corrections_ms(t_ms, np.where(common, step_ms, np.nan))
    return _increasing(t_ms + np.rint(corrected).astype(np.int64))


def odometer_of(cars: CarFeed) -> Odometer:
    return Odometer(cars.t_ms, np.where(cars.speed_kmh == MISSING, np.nan, cars.speed_kmh))


def speed_lag_ms(positions: PositionFeed, odometer: Odometer) -> int:
    """By how much the speeds are late: with that lag the cars agree best about the steps."""
    known = ~np.isnan(late_ms(positions, odometer, 0))
    telling = np.flatnonzero(known.sum(axis=1) >= MIN_CARS)[:LAG_STEPS]
    if not telling.size:
        return 0
    some = slice(telling[0], telling[-1] + 2)
    some_positions = PositionFeed(positions.t_ms[some], positions.x_dm[some], positions.y_dm[some])

    def disagreement(lag_ms: int) -> float:
        late = late_ms(some_positions, odometer, lag_ms)
        step_ms, _ = _common(late)
        spread = robust_sd(late - step_ms[:, None])
        return np.inf if np.isnan(spread) else spread

    return min(LAGS_MS, key=disagreement)


def late_ms(positions: PositionFeed, odometer: Odometer, lag_ms: int) -> Floats:
    """By how much each step took longer than its stamps say, as each car has it: float64 (steps, cars), NaN where a car
    does not move fast enough to tell."""
    read = odometer.read(positions.t_ms + lag_ms)
    driven_m = read.rows(slice(1, None)).metres_since(read.rows(slice(0, -1)))
    known = positions.x_dm != MISSING
    x_m, y_m = positions.x_dm / DM_PER_M, positions.y_dm / DM_PER_M
    moved_m = np.hypot(np.diff(x_m, axis=0), np.diff(y_m, axis=0))
    stamped_ms = np.diff(positions.t_ms)[:, None]
    mean_kmh = driven_m / stamped_ms * KMH_PER_M_PER_MS
    tells = known[1:] & known[:-1] & (moved_m > STILL_M) & (stamped_ms <= MAX_GAP_MS) & (mean_kmh >= MOVING_KMH)
    late = np.full(moved_m.shape, np.nan)
    late[tells] = (moved_m[tells] - driven_m[tells]) / mean_kmh[tells] * KMH_PER_M_PER_MS
    return late


def _common(late_ms: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What is common to all cars of each step, their median, float64 (steps,), and whether enough of them tell."""
    known = (~np.isnan(late_ms)).sum(axis=1)
    steps = np.arange(len(late_ms))
    # NaN sorts last, and one more is there for steps of no car: half as long as nanmedian takes.
    ordered = np.sort(np.pad(late_ms, ((0, 0), (0, 1)), constant_values=np.nan), axis=1)
    middle = (ordered[steps, np.maximum(known - 1, 0) // 2] + ordered[steps, known // 2]) / 2
    return middle, known >= MIN_CARS


def robust_sd(values: Floats) -> float:
    """Standard deviation by the median of what is away from zero; NaN where there is nothing."""
    known = np.abs(values[~np.isnan(values)])
    return float(np.median(known) * 1.4826) if known.size else float("nan")


def _corrections_ms(t_ms: Ints, step_ms: Floats) -> Floats:
    """What to add to each instant, float64 (instants,): the differences are `step_ms` where those are known, to
    STEP_SD_MS; each by itself is 0, to STAMP_SD_MS.

    The least squares solution for what is known HORIZON_MS after an instant's block: the chain is eliminated forwards,
    which looks at the past alone, and solved backwards from there.
    """
    weight = np.where(np.isnan(step_ms), 0.0, STEP_SD_MS**-2)
    pulled = weight * np.nan_to_num(step_ms)
    own, own_right = _eliminated(weight.tolist(), pulled.tolist())
    diagonal, right = own[:-1] + weight, own_right[:-1] - pulled
    last = np.searchsorted(t_ms, (t_ms // BLOCK_MS + 1) * BLOCK_MS + HORIZON_MS) - 1
    corrected = own_right[last] / own[last]  # the last one until the horizon has no next
    rows = np.arange(len(t_ms))
    for ahead in range(int((last - rows).max(initial=0)) - 1, -1, -1):
        inside = np.flatnonzero(rows + ahead < last)
        at = inside + ahead
        corrected[inside] = (right[at] + weight[at] * corrected[inside]) / diagonal[at]
    return np.clip(corrected, -MAX_CORRECTION_MS, MAX_CORRECTION_MS)


def _eliminated(weight: list[float], pulled: list[float]) -> tuple[Floats, Floats]:
    """Diagonal and right side of each instant after all before it were eliminated, the step after it left out."""
    own, own_right = [STAMP_SD_MS**-2], [0.0]
    for one, pull in zip(weight, pulled, strict=True):
        whole, whole_right = own[-1] + one, own_right[-1] - pull
        own.append(STAMP_SD_MS**-2 + one - one * one / whole)
        own_right.append(pull + one * whole_right / whole)
    return np.array(own), np.array(own_right)


def _increasing(t_ms: Ints) -> Ints:
    """`t_ms` with what would not come after the instant before moved to a millisecond after it."""
    steps = np.arange(len(t_ms))
    return np.maximum.accumulate(t_ms - steps) + steps
