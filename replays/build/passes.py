"""When cars pass each other between two looks at the race. Pure."""

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


def passing_moments(t_ms: Times, order: npt.NDArray[np.intp], progress: Floats) -> Times:
    """The moments between those of `t_ms` (times,) at which cars are level that have changed places in between, rounded
    up to the ms at which the one behind is ahead.

    `order` (times, cars) has the cars from first to last, `progress` (times, cars) goes straight between two looks.
    """
    changed = np.flatnonzero((order[1:] != order[:-1]).any(axis=1) & (np.diff(t_ms) <= MAX_GAP_MS))
    if not changed.size:
        return np.empty(0, np.int64)
    before, after = progress[changed], progress[changed + 1]
    lead = before[:, :, None] - before[:, None, :]
    lead_after = after[:, :, None] - after[:, None, :]
    row, car, other = np.nonzero((lead > 0) & (lead_after < 0))
    share = lead[row, car, other] / (lead[row, car, other] - lead_after[row, car, other])
    began, ended = t_ms[changed[row]], t_ms[changed[row] + 1]
    level = began + np.ceil(share * (ended - began)).astype(np.int64)
    return np.unique(level[(level > began) & (level < ended)])
