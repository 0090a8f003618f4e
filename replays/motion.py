"""How cars move between the samples of the position feed: along a curve, at the pace of their speed channel. Pure.

Measured by leaving out every second sample (`make fidelity`): straight lines miss it by 0.4 m in the median even on a
mended clock, the curve at the cars' own pace by 0.1 m.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STILL_M = 0.5
"""A car that moved less from one sample to the next stands: the direction of so short a step is the feed's rounding."""
PACE_RANGE = (0.5, 1.5)
"""What the speed channel may make of the way between two samples, as a share of it, to have a say in where the car was.
Beyond 1.5 `share_of_way` would lead backwards."""
EVENLY = 0.03
"""So much of the way is what a led sample, and the feed's grain, may make of it: shared out evenly nobody sees it."""
MAX_SPEED_GAP_MS = 2_000
"""Across so long a gap the speed is still better known than a car's pace without it."""
TENTHS_PER_KMH = 10
M_PER_READING = 1 / (2 * TENTHS_PER_KMH * 3_600)
"""Readings are in twice 0.1 km/h times ms, so that they are whole numbers at every sample of the speed."""


class Odometer:
    """How far each car has driven by its speed channel, which is taken as straight between two samples.

    `t_ms` int64 (n,), strictly increasing, `speed_kmh` float64 (n, cars), NaN where unknown. Whole numbers are kept
    apart from fractions, so that the way between two moments depends on the samples around it alone, bit by bit.
    """

    def __init__(self, t_ms: Ints, speed_kmh: Floats) -> None:
        known = ~np.isnan(speed_kmh)
        tenths = np.where(known, np.rint(np.nan_to_num(speed_kmh) * TENTHS_PER_KMH), 0).astype(np.int64)
        step_ms = np.diff(t_ms)
        unknown = ~(known[1:] & known[:-1]) | (step_ms > MAX_SPEED_GAP_MS)[:, None]
        self._t_ms = t_ms
        self._tenths = tenths
        self._driven = _summed((tenths[1:] + tenths[:-1]) * step_ms[:, None])
        self._unknown = _summed(unknown.astype(np.int64))

    def read(self, t_ms: Ints) -> "Reading":
        """The reading at each moment; `t_ms` int64 (k,)."""
        row = np.clip(np.searchsorted(self._t_ms, t_ms, side="right") - 1, 0, max(len(self._t_ms) - 2, 0))
        after = np.minimum(row + 1, len(self._t_ms) - 1)
        since_ms = (t_ms - self._t_ms[row])[:, None]
        step_ms = np.maximum(self._t_ms[after] - self._t_ms[row], 1)[:, None]
        outside = (since_ms < 0) | (since_ms > step_ms)
        speed, change = self._tenths[row], self._tenths[after] - self._tenths[row]
        part = 2 * speed * since_ms + change * (since_ms * since_ms / step_ms)
        unknown_after = self._unknown[np.where(since_ms[:, 0] > 0, after, row)]
        return Reading(self._driven[row], part, self._unknown[row], unknown_after, outside)


class Reading:
    """Odometers of all cars at moments: `whole` int64 and `part` float64, both (k, cars)."""

    def __init__(self, whole: Ints, part: Floats, before: Ints, after: Ints, outside: npt.NDArray[np.bool_]) -> None:
        self.whole, self.part = whole, part
        self.before, self.after, self.outside = before, after, outside

    def rows(self, rows: slice | npt.NDArray[np.intp]) -> "Reading":
        return Reading(self.whole[rows], self.part[rows], self.before[rows], self.after[rows], self.outside[rows])

    def metres_since(self, earlier: "Reading") -> Floats:
        """The way driven since an earlier reading; NaN where some of the speed in between is unknown."""
        metres = ((self.whole - earlier.whole) + (self.part - earlier.part)) * M_PER_READING
        unknown = (self.after != earlier.before) | self.outside | earlier.outside
        return np.where(unknown, np.nan, metres)


def _summed(steps: Ints) -> Ints:
    return np.concatenate([np.zeros((1, steps.shape[1]), np.int64), np.cumsum(steps, axis=0)])


class Motion:
    """The way of every car through the samples `xy_m` float64 (n, cars, 2) at `t_ms` int64 (n,), NaN where unknown.

    Between two samples at most `max_gap_ms` apart a car is on the cubic that leaves and reaches them in the direction
    of its neighbours (Catmull and Rom's, by the length of the chords). `odometer` None: it passes evenly in time.
    """

    def __init__(self, t_ms: Ints, xy_m: Floats, odometer: Odometer | None, max_gap_ms: int | None) -> None:
        self._t_ms = t_ms
        self._step_ms = np.diff(t_ms)
        self._odometer = odometer
        step = np.diff(xy_m, axis=0)
        chord_m = np.linalg.norm(step, axis=2)
        if max_gap_ms is not None:
            chord_m[self._step_ms > max_gap_ms] = np.nan
        moves = chord_m >= STILL_M
        self._cubic = _cubics(xy_m, step, chord_m, moves)
        self._driven_m = self._pace = None
        if odometer is not None and len(t_ms) > 1:
            self._read = odometer.read(t_ms)
            with np.errstate(divide="ignore", invalid="ignore"):
                driven_m = self._read.rows(slice(1, None)).metres_since(self._read.rows(slice(0, -1)))
                self._pace = np.where(moves & (driven_m > 0), driven_m / _lengths_m(self._cubic), np.nan)
            self._driven_m = driven_m

    def share(self, row: npt.NDArray[np.intp], t_ms: Ints) -> Floats:
        """How much of the way from the samples `row` (k,) to the next each car has made at `t_ms` (k,): 0 to 1,
        (k, cars)."""
        in_time = ((t_ms - self._t_ms[row]) / self._step_ms[row])[:, None]
        if self._odometer is None or self._pace is None or self._driven_m is None:
            return np.repeat(in_time, self._cubic.shape[2], axis=1)
        driven_m = self._odometer.read(t_ms).metres_since(self._read.rows(row))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = share_of_way(np.clip(driven_m / self._driven_m[row], 0.0, 1.0), self._pace[row])
        return np.where(np.isnan(share), in_time, share)

    def place(self, row: npt.NDArray[np.intp], share: Floats) -> Floats:
        """Where each car is when it has made that `share` (k, cars) of the way from the samples `row` (k,) on: metres,
        (k, cars, 2)."""
        a, b, c, d = self._cubic[:, row]
        share = share[:, :, None]
        return ((a * share + b) * share + c) * share + d


def share_of_way(driven: Floats, pace: Floats) -> Floats:
    """The share of the way between two samples that a car has made. Any shape; NaN where `pace` is.

    `driven` is the share of what its speed channel makes of the whole way, `pace` what that is to the way itself. What
    that lacks, or has too much, is shared out evenly up to EVENLY. Beyond that the speed channel is believed near the
    samples, and the rest is made up for midway between them: a position that is a metre off is so by a jump somewhere,
    more likely in the longer of two steps.
    """
    late = driven**3 / (driven**3 + (1 - driven) ** 3)
    lacks = 1 - pace
    jumped = np.sign(lacks) * np.maximum(np.abs(lacks) - EVENLY, 0.0)
    believed = (pace >= PACE_RANGE[0]) & (pace <= PACE_RANGE[1])
    share = np.where(believed, (1 - jumped) * driven + jumped * late, driven)
    return np.where(np.isnan(pace), np.nan, share)


def _lengths_m(cubic: Floats) -> Floats:
    """How long each cubic is, by Simpson's rule over its two halves; (steps, cars)."""
    a, b, c, _ = cubic
    at = (np.linalg.norm((3 * a * s + 2 * b) * s + c, axis=2) for s in (0.0, 0.25, 0.5, 0.75, 1.0))
    return sum(weight * one for weight, one in zip((1, 4, 2, 4, 1), at, strict=True)) / 12


def _cubics(xy_m: Floats, step: Floats, chord_m: Floats, moves: npt.NDArray[np.bool_]) -> Floats:
    """Per step the coefficients of the cubic, highest power first: float64 (4, steps, cars, 2)."""
    length = np.where(moves, chord_m, 1.0)[:, :, None]
    heading = np.where(moves[:, :, None], step / length, 0.0)
    tangent = np.zeros_like(xy_m)
    # Each neighbour's say is the other's length: the nearer sample tells more about the direction here.
    before = np.where(moves[:-1] & moves[1:], chord_m[1:], 1.0 * moves[:-1])[:, :, None]
    after = np.where(moves[:-1] & moves[1:], chord_m[:-1], 1.0 * moves[1:])[:, :, None]
    total = before + after
    tangent[1:-1] = (before * heading[:-1] + after * heading[1:]) / np.where(total > 0, total, 1.0)
    if len(step):
        tangent[0], tangent[-1] = heading[0], heading[-1]
    leaves, reaches = tangent[:-1] * length, tangent[1:] * length
    curved = moves[:, :, None]
    a = np.where(curved, leaves + reaches - 2 * step, 0.0)
    b = np.where(curved, 3 * step - 2 * leaves - reaches, 0.0)
    c = np.where(curved, leaves, step)
    known = ~np.isnan(chord_m)[:, :, None]
    return np.where(known, np.stack([a, b, c, xy_m[:-1]]), np.nan)
