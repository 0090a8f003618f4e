"""FastF1's telemetry frames, read in bulk into arrays with one clock a feed.

FastF1 hands out a frame per car; the instants are those of the feed, alike for every car. It fills what a car
did not send with zeros (and `OffTrack`): those become MISSING here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from replays.loading.session_data import MISSING, CarFeed, PositionFeed

if TYPE_CHECKING:
    import pandas as pd

MAX_SPEED_KMH = 450
MAX_RPM = 20_000
MAX_GEAR = 8

Frames = Mapping[str, "pd.DataFrame"]


def position_feed(frames: Frames, numbers: Sequence[str]) -> PositionFeed | None:
    """The position feed of the cars `numbers`, or None where no car has a single sample."""
    t_ms, columns = _on_one_clock(frames, numbers, ("X", "Y", "Z"))
    x, y, z = columns
    nowhere = (x == 0) & (y == 0) & (z == 0)
    x[nowhere] = MISSING
    y[nowhere] = MISSING
    if not t_ms.size or (x == MISSING).all():
        return None
    return PositionFeed(t_ms, x, y)


def car_feed(frames: Frames, numbers: Sequence[str]) -> CarFeed | None:
    """The car-data feed of the cars `numbers`, or None where no car has a single sample."""
    names = ("Speed", "Throttle", "Brake", "nGear", "RPM", "DRS")
    t_ms, columns = _on_one_clock(frames, numbers, names)
    speed, throttle, brake, gear, rpm, drs = columns
    silent = (speed == 0) & (throttle == 0) & (brake == 0) & (gear == 0) & (rpm == 0) & (drs == 0)
    brake[brake == 1] = 100  # a boolean on the feed
    _forget_outside(speed, 0, MAX_SPEED_KMH)
    _forget_outside(throttle, 0, 100)  # the feed's 104 says that the value is invalid
    _forget_outside(brake, 0, 100)
    _forget_outside(gear, 0, MAX_GEAR)
    _forget_outside(rpm, 0, MAX_RPM)
    _forget_outside(drs, 0, 15)
    for column in columns:
        column[silent] = MISSING
    if not t_ms.size or (speed == MISSING).all():
        return None
    return CarFeed(t_ms, speed, throttle, brake, gear, rpm, drs)


def _forget_outside(column: npt.NDArray[np.int32], low: int, high: int) -> None:
    column[(column < low) | (column > high)] = MISSING


def _on_one_clock(
    frames: Frames, numbers: Sequence[str], names: Sequence[str]
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int32]]]:
    """All instants of the feed, strictly increasing, and per name an int32 array (instants, cars).

    Where an instant occurs twice for a car its last sample counts.
    """
    present = {number: frames[number] for number in numbers if number in frames and len(frames[number])}
    clocks = {number: _session_time_ms(frame) for number, frame in present.items()}
    t_ms = np.unique(np.concatenate([*clocks.values(), np.empty(0, np.int64)]))
    t_ms = t_ms[t_ms >= 0]
    columns = [np.full((t_ms.size, len(numbers)), MISSING, np.int32) for _ in names]
    for car, number in enumerate(numbers):
        if number not in present:
            continue
        clock = clocks[number]
        known = clock >= 0
        rows = np.searchsorted(t_ms, clock[known])
        for column, name in zip(columns, names, strict=True):
            values = present[number][name].to_numpy(dtype=np.float64, na_value=np.nan)[known]
            column[rows, car] = np.where(np.isfinite(values), np.rint(values), MISSING)
    return t_ms, columns


def _session_time_ms(frame: "pd.DataFrame") -> npt.NDArray[np.int64]:
    """Session time of each sample; -1 where it is not known or before session time zero."""
    times = frame["SessionTime"].to_numpy().astype("timedelta64[ms]").astype(np.int64)
    return np.maximum(times, -1)
