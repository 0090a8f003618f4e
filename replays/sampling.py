"""`sample(t)`: the frame at a moment, the only way from stored samples to frames. Pure.

A window holds the native samples around a moment. Continuous columns interpolate between two samples at most
`max_gap_ms` apart, places as `replays.motion` has cars move, held ones repeat the last; across a longer gap, and
before the first sample, nothing is known. After a feed's very last sample both hold for `max_gap_ms`. So a frame
depends on its time alone, however one got there.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from replays.artefact.chunks import DecodedFeed
from replays.artefact.manifest import FeedLayout, Manifest
from replays.artefact.model import NULL_RAW
from replays.columns import BY_NAME, frame_dtype, null_of
from replays.motion import Motion, Odometer

Frame = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLACE = ("x", "y")
"""A feed of places begins with these columns."""
PLACE_SCALE = BY_NAME["x"].scale


class Window:
    """Samples ready to be asked; made of consecutive decoded chunks that contain the moments asked for.

    A chunk on either side of those moments makes every answer complete, since no step that is interpolated or
    bridged is longer than a chunk.
    """

    def __init__(self, manifest: Manifest, chunks: list[list[DecodedFeed]]) -> None:
        names = manifest.column_names
        self._empty = np.empty(len(manifest.cars), dtype=frame_dtype(names))
        for name in names:
            self._empty[name] = null_of(BY_NAME[name].dtype)
        self._feeds = [
            _FeedWindow(layout, [chunk[index] for chunk in chunks]) for index, layout in enumerate(manifest.feeds)
        ]
        odometer = next((found for feed in self._feeds if (found := feed.odometer())), None)
        for feed in self._feeds:
            feed.move_by(odometer)
        self._has_order = {"position", "lap"} <= set(names)

    def sample(self, t_ms: int) -> Frame:
        """The frame at `t_ms` of session time: a structured array (cars,), as `frame_dtype` describes."""
        return self.frames([t_ms])[0]

    def frames(self, t_ms: Sequence[int]) -> Frame:
        """The frames at several moments (moments, cars); six together take little longer than one."""
        moments = np.array(t_ms, dtype=np.int64)
        frames = np.repeat(self._empty[None], len(moments), axis=0)
        for feed in self._feeds:
            feed.fill(frames, moments)
        return frames

    def leader_lap(self, frame: Frame) -> int | None:
        """The lap that the car in first place is on."""
        if not self._has_order:
            return None
        lap = frame["lap"][frame["position"] == 1]
        return int(lap[0]) if lap.size and lap[0] != null_of(frame.dtype["lap"]) else None


class _FeedWindow:
    def __init__(self, layout: FeedLayout, parts: list[DecodedFeed]) -> None:
        t_ms = self._t_ms = np.concatenate([part.t_ms for part in parts])
        self._motion: Motion | None = None
        self._max_gap_ms = layout.max_gap_ms
        self._t_last_ms = layout.t_last_ms
        self._held: list[tuple[str, npt.NDArray[np.signedinteger]]] = []
        self._continuous: list[str] = []
        nulls, blocks = [], []
        for index, stored in enumerate(layout.stored.columns):
            column = BY_NAME[stored.name]
            raw = np.concatenate([part.raw[index] for part in parts])
            values = np.where(raw == NULL_RAW, np.nan, raw * 10.0 ** (column.decimals - layout.decimals[index]))
            if layout.continuous[index]:
                blocks.append(_bridged(t_ms, values, layout.max_gap_ms))
                nulls.append(null_of(column.dtype))
                self._continuous.append(stored.name)
                continue
            held = _carried(t_ms, values, layout.max_gap_ms)
            self._held.append((stored.name, np.where(np.isnan(held), null_of(column.dtype), held).astype(column.dtype)))
        self._block = np.stack(blocks, axis=1) if blocks else None
        self._nulls = np.array(nulls, dtype=np.float64)[:, None]

    def odometer(self) -> Odometer | None:
        """By the speed of the cars, where this feed has it."""
        if self._block is None or "speed" not in self._continuous or len(self._t_ms) < 2:
            return None
        speed_kmh = self._block[:, self._continuous.index("speed")] / BY_NAME["speed"].scale
        return Odometer(self._t_ms, speed_kmh)

    def move_by(self, odometer: Odometer | None) -> None:
        """Where this feed has the cars' places, have them move as their odometers tell."""
        if self._block is None or self._continuous[:2] != list(PLACE):
            return
        xy_m = self._block[:, :2].transpose(0, 2, 1) / PLACE_SCALE
        self._motion = Motion(self._t_ms, xy_m, odometer, self._max_gap_ms)

    def fill(self, frames: Frame, t_ms: Ints) -> None:
        """Write this feed's columns of the moments into `frames` (moments, cars); what is unknown stays null."""
        row = np.searchsorted(self._t_ms, t_ms, side="right") - 1
        told = np.flatnonzero((row >= 0) & ~self._is_too_long(row, t_ms))
        row, t_ms = row[told], t_ms[told]
        for name, held in self._held:
            frames[name][told] = held[row]
        if self._block is None:
            return
        values = self._block[row]
        between = np.flatnonzero((t_ms > self._t_ms[row]) & (row + 1 < len(self._t_ms)))
        if between.size:
            values[between] = self._between(self._block, row[between], t_ms[between])
        rounded = np.where(np.isnan(values), self._nulls, np.rint(values))
        for index, name in enumerate(self._continuous):
            frames[name][told] = rounded[:, index]

    def _is_too_long(self, row: npt.NDArray[np.intp], t_ms: Ints) -> npt.NDArray[np.bool_]:
        """Whether nothing is known at each moment, for the length of the step that begins at `row` or, after the feed's
        last sample, for how long ago that was."""
        if self._max_gap_ms is None or not self._t_ms.size:
            return np.zeros(len(row), np.bool_)
        is_last = row + 1 == len(self._t_ms)
        since_ms = t_ms - self._t_ms[row]
        step_ms = np.where(is_last, since_ms, self._t_ms[np.where(is_last, row, row + 1)] - self._t_ms[row])
        is_unfinished = is_last & (self._t_ms[row] != self._t_last_ms)
        return (since_ms > 0) & (is_unfinished | (step_ms > self._max_gap_ms))

    def _between(self, block: Floats, row: npt.NDArray[np.intp], t_ms: Ints) -> Floats:
        """The continuous values (moments, columns, cars) between the samples `row` and the next."""
        before, after = block[row], block[row + 1]
        if self._motion is None:
            share = (t_ms - self._t_ms[row]) / (self._t_ms[row + 1] - self._t_ms[row])
            return before + (after - before) * share[:, None, None]
        own_share = self._motion.share(row, t_ms)
        values = before + (after - before) * own_share[:, None, :]
        values[:, :2] = self._motion.place(row, own_share).transpose(0, 2, 1) * PLACE_SCALE
        return values


def _bridged(
    t_ms: npt.NDArray[np.int64], values: npt.NDArray[np.float64], max_gap_ms: int | None
) -> npt.NDArray[np.float64]:
    """`values` (instants, cars) with a car's missing samples interpolated where its step is short enough."""
    for car in _cars_with_holes(values):
        known = ~np.isnan(values[:, car])
        at, filled = t_ms[known], values[known, car]
        after = np.searchsorted(at, t_ms)
        inside = ~known & (after > 0) & (after < at.size)
        step_ms = at[np.minimum(after, at.size - 1)] - at[np.maximum(after - 1, 0)]
        if max_gap_ms is not None:
            inside &= step_ms <= max_gap_ms
        values[inside, car] = np.interp(t_ms[inside], at, filled)
    return values


def _carried(
    t_ms: npt.NDArray[np.int64], values: npt.NDArray[np.float64], max_gap_ms: int | None
) -> npt.NDArray[np.float64]:
    """`values` (instants, cars) with a car's missing samples held where its step is short enough.

    Without `max_gap_ms` a null is a value like any other: it says that the value is unknown from then on.
    """
    if max_gap_ms is None:
        return values
    for car in _cars_with_holes(values):
        known = ~np.isnan(values[:, car])
        at, held = t_ms[known], values[known, car]
        after = np.searchsorted(at, t_ms)
        inside = ~known & (after > 0) & (after < at.size)
        before = np.maximum(after - 1, 0)
        inside &= at[np.minimum(after, at.size - 1)] - at[before] <= max_gap_ms
        values[inside, car] = held[before[inside]]
    return values


def _cars_with_holes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    missing = np.isnan(values).sum(axis=0)
    return np.flatnonzero((missing > 0) & (missing < len(values)))
