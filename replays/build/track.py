"""The drawing of the track that a viewer needs: outline, line, sectors, corners, pit lane. Pure."""

from typing import Any

import numpy as np
import numpy.typing as npt

from replays.build.outline import DM_PER_M, SPACING_M, Outline
from replays.loading.session_data import MISSING, SessionData

DRAWN_SPACING_M = 6.0
MIN_PIT_SAMPLES = 20
MAX_PIT_VISIT_MS = 120_000


def track_document(data: SessionData, outline: Outline | None, sectors: tuple[float, float]) -> dict[str, Any]:
    """`track.json`: coordinates in metres of the position feed's plane, phases as shares of a lap."""
    circuit = data.circuit
    return {
        "outline": None if outline is None else _drawn(outline),
        "closed": True,
        "length_m": None if outline is None else round(outline.length_m, 1),
        "source": None if outline is None else outline.source,
        "rotation_deg": circuit.rotation_deg if circuit else 0.0,
        "start_finish": None if outline is None else _start_finish(outline),
        "sectors": [round(phase, 5) for phase in sectors],
        "corners": [{"label": label, "x": x, "y": y} for label, x, y in circuit.corners] if circuit else [],
        "pit_lane": _pit_lane(data),
    }


def _drawn(outline: Outline) -> list[list[float]]:
    every = max(round(DRAWN_SPACING_M / SPACING_M), 1)
    return np.round(outline.xy_m[::every], 1).tolist()


def _start_finish(outline: Outline) -> dict[str, float]:
    (x, y), ahead = outline.xy_m[0], outline.xy_m[2]
    return {
        "x": round(float(x), 1),
        "y": round(float(y), 1),
        "heading_deg": round(float(np.degrees(np.arctan2(ahead[1] - y, ahead[0] - x))), 1),
    }


def _pit_lane(data: SessionData) -> list[list[float]] | None:
    """The way of the pit visit with the most samples, from pit entry to exit; None without positions."""
    if data.positions is None:
        return None
    best: npt.NDArray[np.float64] = np.empty((0, 2))
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
    return np.round(best[moved], 1).tolist()
