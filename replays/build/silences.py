"""Estimated places where a real position feed says nothing for long. Pure."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from replays.loading.session_data import MISSING, PositionFeed

SILENCE_MS = 20_000
"""Shorter holes of a real feed stay holes."""

APART_MS = 500
"""An estimate keeps that far from the real samples around its silence; from one to the other a car slides."""

Floats = npt.NDArray[np.float64]
_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, slots=True)
class FilledFeed:
    """`feed` has estimated places only inside `estimated_ms`, pairs of begin and end: the real samples around them, or
    the first or last estimate. `progress` float64 (instants, cars) goes with it."""

    feed: PositionFeed
    progress: Floats
    estimated_ms: tuple[tuple[int, int], ...]


def fill_silences(
    real: PositionFeed, real_progress: Floats, estimated: PositionFeed, estimated_progress: Floats
) -> FilledFeed:
    """`real` with `estimated` where it has no car for longer than SILENCE_MS, before and after it too.

    Both feeds have the same cars, both progresses are float64 (instants, cars).
    """
    spoken = real.t_ms[(real.x_dm != MISSING).any(axis=1)]
    silences = _silences(spoken, int(estimated.t_ms[0]), int(estimated.t_ms[-1]))
    keeps = np.ones(real.t_ms.size, dtype=np.bool_)
    fills = np.zeros(estimated.t_ms.size, dtype=np.bool_)
    for begin, end in silences:
        keeps &= (real.t_ms <= begin) | (real.t_ms >= end) | np.isin(real.t_ms, spoken)
        after = begin + APART_MS if begin in spoken else begin
        until = end - APART_MS if end in spoken else end
        fills |= (estimated.t_ms >= after) & (estimated.t_ms <= until)
    t_ms, first = np.unique(np.concatenate([real.t_ms[keeps], estimated.t_ms[fills]]), return_index=True)

    def joined(own: npt.NDArray[_Value], other: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
        return np.concatenate([own[keeps], other[fills]])[first]

    feed = PositionFeed(t_ms, joined(real.x_dm, estimated.x_dm), joined(real.y_dm, estimated.y_dm))
    return FilledFeed(feed, joined(real_progress, estimated_progress), silences)


def _silences(spoken: npt.NDArray[np.int64], first_ms: int, last_ms: int) -> tuple[tuple[int, int], ...]:
    """The holes between instants at which the feed `spoken`, and between `first_ms` and `last_ms` around them."""
    edges = np.unique(np.concatenate([[first_ms], spoken, [last_ms]]))
    wide = np.flatnonzero(np.diff(edges) > SILENCE_MS)
    return tuple((int(edges[row]), int(edges[row + 1])) for row in wide)
