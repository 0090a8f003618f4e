"""Moments of a replay, from the text of a parameter to a frame."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
from rest_framework.exceptions import ValidationError

from core.api.fields import Number
from replays.artefact.manifest import Manifest
from replays.timeline import Timeline


def moment_ms(text: str, manifest: Manifest) -> int:
    """Milliseconds of session time; `text` is seconds. Raises ValueError, which says what it must be."""
    try:
        t_s = Number().to_internal_value(text)
    except ValidationError:
        t_s = -np.inf
    if not manifest.t_start_ms <= t_s * 1000 <= manifest.t_end_ms:
        raise ValueError(f"must be {in_words(manifest)}")
    return round(t_s * 1000)


def in_words(manifest: Manifest) -> str:
    """What a moment of the replay may be, for people."""
    return (
        f"seconds of session time from {manifest.t_start_ms / 1000} to {manifest.t_end_ms / 1000}: "
        "there the replay begins and ends"
    )


def sampled(timeline: Timeline, t_ms: Sequence[int]) -> tuple[npt.NDArray[np.void], list[int]]:
    """The frames at `t_ms`, structured (frames, cars), and the leader's lap in each, -1 where unknown.

    Raises UnreadableReplay.
    """
    parts, laps = [], []
    for window, moments in groupby(t_ms, key=timeline.window_at):
        frames = window.frames(list(moments))
        parts.append(frames)
        laps += [-1 if lap is None else lap for lap in map(window.leader_lap, frames)]
    return np.concatenate(parts), laps
