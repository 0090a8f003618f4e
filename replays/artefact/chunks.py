"""Chunks: 10 s of native samples of every feed, columnar little-endian integers, gzip-compressed. Pure.

Layout in `docs/replay-format.md`. Times are the replay's, and behind them the feed's own where those differ; columns
are (cars, samples), each array begins at a multiple of 4 bytes so that a browser can lay typed arrays over it.
Continuous columns are stored as differences, car by car from the chunk's first sample: on a wet two-hour race that
takes 15 % off the chunks. Where that lets a smaller type do, each car's first value stands before them by itself.
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from replays.artefact.model import CHUNK_MS, NULL_RAW, SCHEMA_VERSION, Feed, FeedColumn
from replays.columns import null_of

MAGIC = b"F1RC"
HEADER = struct.Struct("<4sHHI")
COUNT = struct.Struct("<I")
ALIGNMENT_BYTES = 4
GZIP_LEVEL = 6
MAX_CHUNK_BYTES = 8 << 20
"""No chunk inflates to more; 10 s of 30 cars at 20 Hz with all columns are 0.3 MB."""

DTYPES = ("int8", "int16", "int32")
FEED_CLOCK_DTYPE = "<i2"


class DamagedChunk(ValueError):
    """A chunk's bytes are not what the manifest says."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """How a column lies in the chunks: its integer type; `delta`: the values are differences to the sample before;
    `base`: one int32 a car comes first, its first known value, and the first difference is 0."""

    name: str
    dtype: str
    delta: bool
    base: bool


@dataclass(frozen=True, slots=True)
class StoredFeed:
    """How a feed lies in the chunks. `has_feed_clock`: behind its instants stand those that the feed itself had."""

    columns: tuple[StoredColumn, ...]
    has_feed_clock: bool = False


class DecodedFeed(NamedTuple):
    """A feed's samples in a chunk: instants in ms of session time, int64 (samples,), and per column raw values, int32
    (samples, cars). `feed_t_ms` are the feed's own instants."""

    t_ms: npt.NDArray[np.int64]
    raw: list[npt.NDArray[np.int32]]
    feed_t_ms: npt.NDArray[np.int64]


def storage_of(feed: Feed) -> StoredFeed:
    """The smallest integer type that holds each column, as values, as differences or as those from a base."""
    return StoredFeed(tuple(_storage(column) for column in feed.columns), feed.feed_t_ms is not None)


def _storage(column: FeedColumn) -> StoredColumn:
    known = column.raw[column.raw != NULL_RAW]
    highest = int(np.abs(known.astype(np.int64)).max(initial=0))
    widest = int(np.abs(np.diff(_filled(column.raw), axis=0)).max(initial=0))
    if not column.continuous or widest > np.iinfo(np.int32).max:
        return StoredColumn(column.name, _smallest(highest), delta=False, base=False)
    dtype = _smallest(widest)
    return StoredColumn(column.name, dtype, delta=True, base=highest > np.iinfo(dtype).max)


def _smallest(highest: int) -> str:
    return next(dtype for dtype in DTYPES if highest <= np.iinfo(dtype).max)


def _filled(raw: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """`raw` (samples, cars) with each null replaced by the car's last known value, before the first by that one."""
    known = raw != NULL_RAW
    if known.all():
        return raw.astype(np.int64)
    rows = np.maximum.accumulate(np.where(known, np.arange(len(raw))[:, None], -1), axis=0)
    rows = np.where(rows < 0, known.argmax(axis=0), rows)
    filled = np.take_along_axis(raw, rows, axis=0).astype(np.int64)
    return np.where(known.any(axis=0), filled, 0)


def encode_chunk(number: int, feeds: tuple[Feed, ...], stored: tuple[StoredFeed, ...]) -> bytes:
    """Chunk `number` of the feeds: the samples at `number * CHUNK_MS <= t < (number + 1) * CHUNK_MS`."""
    parts = [HEADER.pack(MAGIC, SCHEMA_VERSION, len(feeds), number)]
    ranges = [_rows_of(feed, number) for feed in feeds]
    parts += [COUNT.pack(rows.stop - rows.start) for rows in ranges]
    for feed, storage, rows in zip(feeds, stored, ranges, strict=True):
        if rows.start == rows.stop:
            continue
        parts.append((feed.t_ms[rows] - number * CHUNK_MS).astype("<i4").tobytes())
        if feed.feed_t_ms is not None:
            parts.append(_aligned((feed.feed_t_ms[rows] - feed.t_ms[rows]).astype(FEED_CLOCK_DTYPE).tobytes()))
        parts += [_packed(column.raw[rows], kept) for column, kept in zip(feed.columns, storage.columns, strict=True)]
    return gzip.compress(b"".join(parts), GZIP_LEVEL, mtime=0)


def _rows_of(feed: Feed, number: int) -> slice:
    start, stop = np.searchsorted(feed.t_ms, (number * CHUNK_MS, (number + 1) * CHUNK_MS))
    return slice(int(start), int(stop))


def _packed(raw: npt.NDArray[np.int32], storage: StoredColumn) -> bytes:
    dtype = np.dtype(storage.dtype).newbyteorder("<")
    missing, values, base = raw == NULL_RAW, raw.astype(np.int64), b""
    if storage.delta:
        filled = _filled(raw)
        if storage.base:
            base = filled[0].astype("<i4").tobytes()
            values = np.diff(filled, axis=0, prepend=filled[:1])
        else:
            values = _differences(filled, missing)
    values = np.where(missing, null_of(dtype), values).astype(dtype)
    return base + _aligned(np.ascontiguousarray(values.T).tobytes())


def _aligned(packed: bytes) -> bytes:
    return packed + b"\0" * (-len(packed) % ALIGNMENT_BYTES)


def _differences(filled: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The first known value of each car, then what is added; `filled` and `missing` (samples, cars)."""
    values = np.diff(filled, axis=0, prepend=0)
    cars = np.flatnonzero(missing[0] & ~missing.all(axis=0))
    first = (~missing[:, cars]).argmax(axis=0)
    values[first, cars] = filled[first, cars]
    return values


def decode_chunk(data: bytes, number: int, car_count: int, stored: tuple[StoredFeed, ...]) -> list[DecodedFeed]:
    """Every feed of the chunk.

    Raises DamagedChunk where the bytes are not gzip, of another schema or chunk, or not as long as their header says.
    """
    body = _inflated(data, number)
    if len(body) < HEADER.size:
        raise DamagedChunk(f"chunk {number}: {len(body)} bytes are no chunk")
    magic, schema, feed_count, its_number = HEADER.unpack_from(body)
    if magic != MAGIC or schema != SCHEMA_VERSION:
        raise DamagedChunk(f"chunk {number}: not a chunk of schema {SCHEMA_VERSION}")
    if its_number != number or feed_count != len(stored):
        raise DamagedChunk(f"chunk {number}: holds chunk {its_number} with {feed_count} feeds")
    try:
        return _decoded(body, number, car_count, stored)
    except (ValueError, struct.error):
        raise DamagedChunk(f"chunk {number}: not as long as its header says") from None


def _inflated(data: bytes, number: int) -> bytes:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = inflater.decompress(data, MAX_CHUNK_BYTES)
    except zlib.error as error:
        raise DamagedChunk(f"chunk {number}: {error}") from None
    if not inflater.eof:
        raise DamagedChunk(f"chunk {number}: cut off, or larger than {MAX_CHUNK_BYTES} bytes")
    return body


def _decoded(body: bytes, number: int, car_count: int, stored: tuple[StoredFeed, ...]) -> list[DecodedFeed]:
    counts = [COUNT.unpack_from(body, HEADER.size + COUNT.size * i)[0] for i in range(len(stored))]
    at = HEADER.size + COUNT.size * len(stored)
    feeds: list[DecodedFeed] = []
    for count, feed in zip(counts, stored, strict=True):
        t_ms = np.frombuffer(body, "<i4", count, at).astype(np.int64) + number * CHUNK_MS
        at += count * 4
        feed_t_ms = t_ms
        if feed.has_feed_clock:
            feed_t_ms = t_ms + np.frombuffer(body, FEED_CLOCK_DTYPE, count, at)
            at += _aligned_size(count * np.dtype(FEED_CLOCK_DTYPE).itemsize)
        raw = []
        for storage in feed.columns:
            base: npt.NDArray[np.int32] | int = 0
            if storage.base and count:
                base = np.frombuffer(body, "<i4", car_count, at)
                at += car_count * 4
            dtype = np.dtype(storage.dtype).newbyteorder("<")
            packed = np.frombuffer(body, dtype, count * car_count, at).reshape(car_count, count).T
            raw.append(_unpacked(packed, storage, base))
            at += _aligned_size(count * car_count * dtype.itemsize)
        feeds.append(DecodedFeed(t_ms, raw, feed_t_ms))
    if at != len(body):
        raise ValueError(f"{len(body)} bytes instead of {at}")
    return feeds


def _aligned_size(size: int) -> int:
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def _unpacked(
    packed: npt.NDArray[np.signedinteger], storage: StoredColumn, base: npt.NDArray[np.int32] | int
) -> npt.NDArray[np.int32]:
    missing = packed == null_of(packed.dtype)
    values = packed.astype(np.int32)
    if storage.delta:
        values[missing] = 0
        values = np.cumsum(values, axis=0, dtype=np.int32) + np.asarray(base, np.int32)
    values[missing] = NULL_RAW
    return values
