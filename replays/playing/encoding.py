"""Canonical frames as what a viewer asked for: which of them, which columns, which cars, as JSON. Pure.

Canonical is what the conductor publishes: per frame the structured rows of all cars, as `frame_dtype` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from replays.columns import BY_NAME, null_of


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to be sent frames. `fps` 0: none; `batch`: frames a message; `cars` are indices into the replay's cars."""

    fps: int
    batch: int
    columns: tuple[str, ...]
    cars: tuple[int, ...]
    binary: bool = False


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Consecutive frames of one generation. `rows` (frames, cars) structured; `laps` the leader's, -1 unknown.

    `first` counts the room's frames since the generation began; `due_s` is the first one's, Unix seconds.
    """

    generation: int
    first: int
    due_s: float
    room_fps: int
    t_ms: tuple[int, ...]
    laps: tuple[int, ...]
    rows: npt.NDArray[np.void]

    def due_of(self, index: int) -> float:
        return self.due_s + index / self.room_fps


def chosen(batch: FrameBatch, fps: int) -> list[int]:
    """Which frames of the batch a viewer at `fps` gets: evenly spread, the first of a generation always."""
    if fps >= batch.room_fps:
        return list(range(len(batch.t_ms)))
    return [index for index in range(len(batch.t_ms)) if _nth(batch, index, fps) != _nth(batch, index - 1, fps)]


def ordinal(batch: FrameBatch, index: int, fps: int) -> int:
    """The sequence number, since the generation began, that frame `index` has for a viewer at `fps`."""
    return batch.first + index if fps >= batch.room_fps else _nth(batch, index, fps)


def _nth(batch: FrameBatch, index: int, fps: int) -> int:
    return (batch.first + index) * fps // batch.room_fps


def frames_json(batch: FrameBatch, indices: list[int], variant: Variant) -> str:
    """A `frames` message with the frames `indices` of the batch."""
    return frames_json_each(batch, [indices], variant)[0]


def frames_json_each(batch: FrameBatch, parts: list[list[int]], variant: Variant) -> list[str]:
    """A `frames` message for each of `parts`, all indices into the batch.

    The values of all are found at once: of six frames that takes little longer than of one.
    """
    indices = [index for part in parts for index in part]
    frames = iter(
        plain_frames(
            [batch.t_ms[index] for index in indices],
            [batch.laps[index] for index in indices],
            batch.rows[indices][:, list(variant.cars)],
            variant.columns,
        )
    )
    return [
        orjson.dumps(
            {
                "type": "frames",
                "generation": batch.generation,
                "seq": ordinal(batch, part[0], variant.fps),
                "frames": [next(frames) for _ in part],
            }
        ).decode()
        for part in parts
    ]


def plain_frames(
    t_ms: Sequence[int], laps: Sequence[int], rows: npt.NDArray[np.void], columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Frames as JSON has them, wherever they go. `rows` (frames, cars) structured; `laps` the leader's, -1 unknown."""
    return [
        {"t": round(t / 1000, 3), "lap": lap if lap >= 0 else None, "cars": cars}
        for t, lap, cars in zip(t_ms, laps, values(rows, columns), strict=True)
    ]


def values(rows: npt.NDArray[np.void], columns: tuple[str, ...]) -> list[list[list[Any]]]:
    """Structured `rows` (frames, cars) as plain values (frames, cars, columns): numbers, labels, None for unknown."""
    out = np.empty((*rows.shape, len(columns)), dtype=object)
    for place, name in enumerate(columns):
        out[..., place] = _plain(rows[name], name)
    listed: list[list[list[Any]]] = out.tolist()
    return listed


def _plain(raw: npt.NDArray[np.signedinteger], name: str) -> npt.NDArray[np.object_]:
    column = BY_NAME[name]
    unknown = raw == null_of(column.dtype)
    if column.labels:
        plain = np.array([*column.labels, None], dtype=object)[np.where(unknown, len(column.labels), raw)]
    elif column.decimals:
        plain = (raw / column.scale).astype(object)
    else:
        plain = raw.astype(object)
    plain[unknown] = None
    return plain
