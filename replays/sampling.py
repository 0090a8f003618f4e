"""`sample(t)`: the frame at a moment, the only way from stored samples to frames. Pure.

A window holds the native samples around a moment. Continuous columns interpolate between two samples at most
`max_gap_ms` apart, held ones repeat the last; across a longer gap, and before the first sample, nothing is
known. After a feed's very last sample both hold for `max_gap_ms`. So a frame depends on its time alone, however one
got there.
"""

import math
from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from replays.artefact.manifest import FeedLayout, Manifest
from replays.artefact.model import NULL_RAW
from replays.columns import BY_NAME, frame_dtype, null_of

DecodedFeed = tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int32]]]
Frame = npt.NDArray[np.void]


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
        self._has_order = {"position", "lap"} <= set(names)

    def sample(self, t_ms: int) -> Frame:
        """The frame at `t_ms` of session time: a structured array (cars,), as `frame_dtype` describes."""
        frame = self._empty.copy()
        for feed in self._feeds:
            feed.fill(frame, t_ms)
        return frame

    def leader_lap(self, frame: Frame) -> int | None:
        """The lap that the car in first place is on."""
        if not self._has_order:
            return None
        lap = frame["lap"][frame["position"] == 1]
        return int(lap[0]) if lap.size and lap[0] != null_of(frame.dtype["lap"]) else None


class _FeedWindow:
    def __init__(self, layout: FeedLayout, parts: list[DecodedFeed]) -> None:
        t_ms = np.concatenate([part[0] for part in parts])
        self._t_ms: list[int] = t_ms.tolist()
        self._max_gap_ms = layout.max_gap_ms
        self._t_last_ms = layout.t_last_ms
        self._held: list[tuple[str, npt.NDArray[np.signedinteger]]] = []
        self._continuous: list[str] = []
        nulls, blocks = [], []
        for index, stored in enumerate(layout.stored):
            column = BY_NAME[stored.name]
            raw = np.concatenate([part[1][index] for part in parts])
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

    def fill(self, frame: Frame, t_ms: int) -> None:
        """Write this feed's columns of the moment into `frame`; what is unknown stays null."""
        row = bisect_right(self._t_ms, t_ms) - 1
        if row < 0:
            return
        since_ms = t_ms - self._t_ms[row]
        is_last = row == len(self._t_ms) - 1
        if since_ms and self._max_gap_ms is not None and self._step_ms(row, since_ms) > self._max_gap_ms:
            return
        for name, values in self._held:
            frame[name] = values[row]
        if self._block is None:
            return
        values = self._block[row]
        if since_ms and not is_last:
            values = values + (self._block[row + 1] - values) * (since_ms / self._step_ms(row, since_ms))
        rounded = np.where(np.isnan(values), self._nulls, np.rint(values))
        for index, name in enumerate(self._continuous):
            frame[name] = rounded[index]

    def _step_ms(self, row: int, since_ms: int) -> float:
        """How long the step that begins at `row` is; after the feed's last sample, how long ago that was."""
        if row + 1 < len(self._t_ms):
            return self._t_ms[row + 1] - self._t_ms[row]
        return since_ms if self._t_ms[row] == self._t_last_ms else math.inf


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
