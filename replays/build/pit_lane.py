"""The pit lane's path, as a car drove it. Pure."""

import numpy as np

from replays.build.closed_line import Floats
from replays.build.outline import DM_PER_M
from replays.loading.session_data import MISSING, SessionData

MIN_PIT_SAMPLES = 20
MAX_PIT_VISIT_MS = 120_000


def pit_lane_path(data: SessionData) -> Floats | None:
    """The way of the pit visit with the most samples, from pit entry to exit: (points, 2) in metres; None without
    positions."""
    if data.positions is None:
        return None
    best: Floats = np.empty((0, 2))
    entered: dict[str, int] = {}
    for lap in data.laps:
        came_in = entered.pop(lap.number, None)
        if came_in is not None and lap.pit_out_ms and 0 < lap.pit_out_ms - came_in <= MAX_PIT_VISIT_MS:
            rows = slice(*np.searchsorted(data.positions.t_ms, (came_in, lap.pit_out_ms)))
            car = data.column_of[lap.number]
            x, y = data.positions.x_dm[rows, car], data.positions.y_dm[rows, car]
            known = x != MISSING
            if known.sum() > len(best):
                best = np.column_stack([x[known], y[known]]) / DM_PER_M
        if lap.pit_in_ms is not None:
            entered[lap.number] = lap.pit_in_ms
    if len(best) < MIN_PIT_SAMPLES:
        return None
    moved = np.concatenate([[True], (np.abs(np.diff(best, axis=0)) > 0.5).any(axis=1)])
    return best[moved]
