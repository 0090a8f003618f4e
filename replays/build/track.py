"""The drawing of the track that a viewer needs: outline, line, sectors, corners, pit lane. Pure."""

from typing import Any

import numpy as np

from replays.build.closed_line import SPACING_M
from replays.build.outline import Outline
from replays.build.pit_lane import pit_lane_path
from replays.loading.session_data import SessionData

DRAWN_SPACING_M = 6.0


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
    path = pit_lane_path(data)
    return None if path is None else np.round(path, 1).tolist()
