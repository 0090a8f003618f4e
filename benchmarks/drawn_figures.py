"""How steadily a replay draws its cars, beside what is wanted."""

import numpy as np

from benchmarks.drawn_motion import driven_back_m, unsteadiness_kmh
from benchmarks.figures import Figure
from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.artefact.model import Replay
from replays.build.closed_line import ClosedLine
from replays.columns import BY_NAME, null_of
from replays.timeline import Timeline

FRAMES_A_SECOND = 10
BACK_M = 0.5
"""What is less is noise: the feed's grain of 0.1 m, and the outline's."""
GRAIN_KMH = 1
"""The speed channel's."""


def drawn_figures(built: Replay, outline: ClosedLine) -> list[Figure]:
    """As viewers see it, FRAMES_A_SECOND. The 95th percentile has no target: 2.7 km/h are the grain of 0.1 m in places,
    as the demo shows, whose feed has no other error."""
    files = pack(built)
    played = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    step_ms = 1_000 // FRAMES_A_SECOND
    frames = np.stack([played.sample(t_ms) for t_ms in range(built.t_start_ms, built.t_end_ms, step_ms)])
    x, y, speed = (_values(frames, name) for name in ("x", "y", "speed"))
    xy_m = np.stack([x, y], axis=-1)
    back_m = driven_back_m(xy_m, speed, outline)
    more_kmh = unsteadiness_kmh(xy_m, speed, 1 / FRAMES_A_SECOND)
    median_kmh, p95_kmh = np.percentile(more_kmh, (50, 95)).tolist()
    return [
        Figure(f"drawn back by more than {BACK_M} m, of {back_m.size} times", "", int((back_m > BACK_M).sum()), 0),
        Figure("  furthest", "m", float(back_m.max())),
        Figure("drawn speed on straights varies more than its channel, median", "km/h", median_kmh, GRAIN_KMH),
        Figure("  p95", "km/h", p95_kmh),
    ]


def _values(frames: np.ndarray, name: str) -> np.ndarray:
    column, raw = BY_NAME[name], frames[name]
    return np.where(raw == null_of(column.dtype), np.nan, raw / column.scale)
