"""Feeds written as chunks. Pure.

A column is turned into what it is stored as once for the whole replay, and a chunk is a slice of that: done chunk by
chunk it takes three times as long.
"""

import gzip
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.artefact.chunks import (
    COUNT,
    DTYPES,
    FEED_CLOCK_DTYPE,
    HEADER,
    MAGIC,
    StoredColumn,
    StoredFeed,
    aligned_size,
)
from replays.artefact.model import CHUNK_MS, NULL_RAW, SCHEMA_VERSION, Feed, FeedColumn
from replays.columns import null_of

GZIP_LEVEL = 6

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class ChunkEncoder:
    """The chunks of some feeds. `stored` says how each feed lies in them."""

    def __init__(self, feeds: tuple[Feed, ...]) -> None:
        self._feeds = [_EncodedFeed(feed) for feed in feeds]
        self.stored = tuple(feed.stored for feed in self._feeds)

    def chunk(self, number: int) -> bytes:
        """Chunk `number`: the samples at `number * CHUNK_MS <= t < (number + 1) * CHUNK_MS`."""
        parts = [HEADER.pack(MAGIC, SCHEMA_VERSION, len(self._feeds), number)]
        ranges = [feed.rows_of(number) for feed in self._feeds]
        parts += [COUNT.pack(rows.stop - rows.start) for rows in ranges]
        for feed, rows in zip(self._feeds, ranges, strict=True):
            if rows.start < rows.stop:
                parts += feed.parts(number, rows)
        return gzip.compress(b"".join(parts), GZIP_LEVEL, mtime=0)


class _EncodedFeed:
    def __init__(self, feed: Feed) -> None:
        self._t_ms = feed.t_ms
        self._late_ms = None if feed.feed_t_ms is None else (feed.feed_t_ms - feed.t_ms).astype(FEED_CLOCK_DTYPE)
        chunk = feed.t_ms // CHUNK_MS
        self._first_chunk = int(chunk[0]) if chunk.size else 0
        last_chunk = int(chunk[-1]) if chunk.size else 0
        self._begins = np.searchsorted(chunk, np.arange(self._first_chunk, last_chunk + 2))
        self._columns = [_encoded(column, self._begins) for column in feed.columns]
        self.stored = StoredFeed(tuple(column.stored for column in self._columns), feed.feed_t_ms is not None)

    def rows_of(self, number: int) -> slice:
        index = number - self._first_chunk
        if not 0 <= index < len(self._begins) - 1:
            return slice(0, 0)
        return slice(int(self._begins[index]), int(self._begins[index + 1]))

    def parts(self, number: int, rows: slice) -> list[bytes]:
        parts = [(self._t_ms[rows] - number * CHUNK_MS).astype("<i4").tobytes()]
        if self._late_ms is not None:
            parts.append(_aligned(self._late_ms[rows].tobytes()))
        for column in self._columns:
            if column.bases is not None:
                parts.append(column.bases[number - self._first_chunk].tobytes())
            parts.append(_aligned(column.values[:, rows].tobytes()))
        return parts


@dataclass(frozen=True, slots=True)
class _EncodedColumn:
    """`values` (cars, instants) as they are stored, `bases` int32 (chunks, cars) where there are some."""

    stored: StoredColumn
    values: npt.NDArray[np.signedinteger]
    bases: npt.NDArray[np.int32] | None = None


def _encoded(column: FeedColumn, begins: Ints) -> _EncodedColumn:
    """`column` in the smallest integer type that holds it, as values, as differences or as those from a base; `begins`
    (chunks + 1,): the sample with which each chunk begins."""
    missing = column.raw == NULL_RAW
    values = column.raw.astype(np.int64)
    highest = int(np.abs(np.where(missing, 0, values)).max(initial=0))
    if column.continuous:
        filled = _filled(values, missing)
        steps = np.diff(filled, axis=0, prepend=filled[:1])
        widest = int(np.abs(steps).max(initial=0))
        if widest <= np.iinfo(np.int32).max:
            dtype = _smallest(widest)
            stored = StoredColumn(column.name, dtype, delta=True, base=highest > np.iinfo(dtype).max)
            return _of_differences(stored, filled, steps, missing, begins)
    stored = StoredColumn(column.name, _smallest(highest), delta=False, base=False)
    return _EncodedColumn(stored, _laid_out(values, missing, stored))


def _smallest(highest: int) -> str:
    return next(dtype for dtype in DTYPES if highest <= np.iinfo(dtype).max)


def _filled(values: Ints, missing: Flags) -> Ints:
    """`values` (samples, cars) with what is missing replaced by the car's last known value, before the first by that
    one, and by 0 where there is none."""
    if not missing.any():
        return values
    rows = np.maximum.accumulate(np.where(missing, -1, np.arange(len(values))[:, None]), axis=0)
    rows = np.where(rows < 0, (~missing).argmax(axis=0), rows)
    return np.where(missing.all(axis=0), 0, np.take_along_axis(values, rows, axis=0))


def _of_differences(stored: StoredColumn, filled: Ints, steps: Ints, missing: Flags, begins: Ints) -> _EncodedColumn:
    """In each chunk each car's differences begin anew: at its first known sample there, with the value itself or, where
    that is kept as its base, with 0."""
    row, car, chunk = _first_known(missing, begins)
    first = filled[row, car]
    if not stored.base:
        steps[row, car] = first
        return _EncodedColumn(stored, _laid_out(steps, missing, stored))
    steps[row, car] = 0
    bases = np.zeros((len(begins) - 1, missing.shape[1]), dtype="<i4")
    bases[chunk, car] = first
    return _EncodedColumn(stored, _laid_out(steps, missing, stored), bases)


def _first_known(missing: Flags, begins: Ints) -> tuple[Ints, Ints, Ints]:
    """Row, car and chunk of each car's first known sample in each chunk that has one."""
    samples = len(missing)
    known_row = np.where(missing, samples, np.arange(samples)[:, None])
    next_known = np.minimum.accumulate(known_row[::-1], axis=0)[::-1]
    starts = np.minimum(begins[:-1], max(samples - 1, 0))
    first = next_known[starts] if samples else np.empty((0, missing.shape[1]), dtype=np.int64)
    chunk, car = np.nonzero(first < begins[1:][: len(first), None])
    return first[chunk, car], car, chunk


def _laid_out(values: Ints, missing: Flags, stored: StoredColumn) -> npt.NDArray[np.signedinteger]:
    dtype = np.dtype(stored.dtype).newbyteorder("<")
    return np.ascontiguousarray(np.where(missing, null_of(dtype), values).astype(dtype).T)


def _aligned(packed: bytes) -> bytes:
    return packed + b"\0" * (aligned_size(len(packed)) - len(packed))
