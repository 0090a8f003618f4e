"""Stretches of a replay as the messages of both subprotocols, and as an object a car, which is usual elsewhere.

`python -m benchmarks.recording REPLAY_ID FILE` keeps them for those who only write them (`benchmarks.recorded_frames`),
in the environment of a site that has the replay.
"""

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.recorded_frames import BATCH, FPS, Recorded, kind_of
from replays.playing.binary_frames import binary_frames
from replays.playing.encoding import FrameBatch, Variant, frames_json
from replays.timeline import Timeline

RECORDED_S = 60


def whole_variant(timeline: Timeline, size: int) -> Variant:
    return Variant(FPS, size, timeline.manifest.column_names, tuple(range(len(timeline.manifest.cars))))


def batches(timeline: Timeline, begin_ms: float, seconds: int, size: int) -> Iterator[FrameBatch]:
    """What a room at speed 1 publishes from `begin_ms` on, `size` frames at a time."""
    for first in range(0, FPS * seconds, size):
        t_ms = [round(begin_ms + index * 1000 / FPS) for index in range(first, first + size)]
        sampled = [(timeline.window_at(t), t) for t in t_ms]
        frames = [window.sample(t) for window, t in sampled]
        laps = [window.leader_lap(frame) for (window, _), frame in zip(sampled, frames, strict=True)]
        told = tuple(-1 if lap is None else lap for lap in laps)
        yield FrameBatch(1, first, 0.0, FPS, tuple(t_ms), told, np.stack(frames))


def with_objects(message: str, numbers: list[str], columns: tuple[str, ...]) -> str:
    """A `frames` message with an object a car, which has the names of its values."""
    plain: dict[str, Any] = orjson.loads(message)
    for frame in plain["frames"]:
        rows = zip(numbers, frame["cars"], strict=True)
        frame["cars"] = [{"number": number, **dict(zip(columns, row, strict=True))} for number, row in rows]
    return orjson.dumps(plain).decode()


def record(timeline: Timeline) -> dict[str, Recorded]:
    """From the middle of the session on."""
    begin_ms = (timeline.manifest.t_start_ms + timeline.manifest.t_end_ms) // 2
    numbers = [car["number"] for car in timeline.manifest.cars]
    messages: dict[str, list[str | bytes]] = {}
    for size in (1, BATCH):
        variant, indices = whole_variant(timeline, size), list(range(size))
        for batch in batches(timeline, begin_ms, RECORDED_S, size):
            as_json = frames_json(batch, indices, variant)
            messages.setdefault(kind_of(binary=False, batch=size), []).append(as_json)
            messages.setdefault(kind_of(binary=True, batch=size), []).append(binary_frames(batch, indices, variant))
            messages.setdefault(f"objects {size}", []).append(with_objects(as_json, numbers, variant.columns))
    return {kind: Recorded(begin_ms / 1000, RECORDED_S / len(made), made) for kind, made in messages.items()}


if __name__ == "__main__":
    import django

    django.setup()
    from replays.storage import open_timeline

    Path(sys.argv[2]).write_bytes(pickle.dumps(record(open_timeline(sys.argv[1]))))
