"""Frames as the subprotocol `f1replay.v1.bin` has them: columns of scaled integers. Pure.

`docs/protocol.md` has the layout. What is known of a car moves little in a batch, so each column has its first frame
as it is, and the later ones in as few bytes as they take. A message is read by itself: slow viewers lose some.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from replays.columns import BY_NAME, null_of
from replays.playing.encoding import FrameBatch, Variant, ordinal

FORMAT = 1
HEADER = struct.Struct("<BBBBII")
"""Format, frames, cars, columns, generation, seq."""

T_DTYPE, LAP_DTYPE = "<i4", "<i2"
DIFFERENCES = ("<i1", "<i2")


def binary_frames(batch: FrameBatch, indices: list[int], variant: Variant) -> bytes:
    """A message with the frames `indices` of the batch, at most 255; the same values as `frames_json` gives."""
    rows = batch.rows[indices][:, list(variant.cars)]
    laps = [batch.laps[index] for index in indices]
    parts = [
        HEADER.pack(
            FORMAT,
            len(indices),
            len(variant.cars),
            len(variant.columns),
            batch.generation,
            ordinal(batch, indices[0], variant.fps),
        ),
        np.array([batch.t_ms[index] for index in indices], T_DTYPE).tobytes(),
        np.array([lap if lap >= 0 else null_of(LAP_DTYPE) for lap in laps], LAP_DTYPE).tobytes(),
    ]
    differences = np.diff(np.array([rows[name] for name in variant.columns], np.int64), axis=1)
    lowest = differences.min(axis=(1, 2), initial=0).tolist()
    highest = differences.max(axis=(1, 2), initial=0).tolist()
    places = {name: place for place, name in enumerate(batch.rows.dtype.names or ())}
    for index, name in enumerate(variant.columns):
        raw = rows[name]
        width, later = _later(raw, differences[index], lowest[index], highest[index])
        parts += (bytes((places[name], width)), raw[0].tobytes(), later)
    return b"".join(parts)


def described_columns(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The columns of a room as `hello` lists them for the reader of binary frames, who knows them by their place."""
    return [_described(name) for name in names]


def _described(name: str) -> dict[str, Any]:
    column = BY_NAME[name]
    return column.described() | {"type": np.dtype(column.dtype).name, "scale": column.scale}


def _later(
    raw: npt.NDArray[np.signedinteger], differences: npt.NDArray[np.int64], lowest: int, highest: int
) -> tuple[int, bytes]:
    """Bytes a value, and the frames after the first: nothing, differences, or the values where those are no wider."""
    if lowest == highest == 0:
        return 0, b""
    for dtype in map(np.dtype, DIFFERENCES):
        limits = np.iinfo(dtype)
        if dtype.itemsize < raw.dtype.itemsize and limits.min <= lowest and highest <= limits.max:
            return dtype.itemsize, differences.astype(dtype).tobytes()
    return raw.dtype.itemsize, raw[1:].tobytes()
