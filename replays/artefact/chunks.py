"""Chunks: 10 s of native samples of every feed, columnar little-endian integers, gzip-compressed. Pure.

Layout in `docs/replay-format.md`. Times are the replay's, and behind them the feed's own where those differ; columns
are (cars, samples), each array begins at a multiple of 4 bytes so that a browser can lay typed arrays over it.
Continuous columns are stored as differences, car by car from the chunk's first sample: on a wet two-hour race that
takes 15 % off the chunks. Where that lets a smaller type do, each car's first value stands before them by itself.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from replays.artefact.model import CHUNK_MS, NULL_RAW, SCHEMA_VERSION
from replays.columns import null_of

MAGIC = b"F1RC"
HEADER = struct.Struct("<4sHHI")
COUNT = struct.Struct("<I")
ALIGNMENT_BYTES = 4
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
            at += aligned_size(count * np.dtype(FEED_CLOCK_DTYPE).itemsize)
        raw = []
        for storage in feed.columns:
            base: npt.NDArray[np.int32] | int = 0
            if storage.base and count:
                base = np.frombuffer(body, "<i4", car_count, at)
                at += car_count * 4
            dtype = np.dtype(storage.dtype).newbyteorder("<")
            packed = np.frombuffer(body, dtype, count * car_count, at).reshape(car_count, count).T
            raw.append(_unpacked(packed, storage, base))
            at += aligned_size(count * car_count * dtype.itemsize)
        feeds.append(DecodedFeed(t_ms, raw, feed_t_ms))
    if at != len(body):
        raise ValueError(f"{len(body)} bytes instead of {at}")
    return feeds


def aligned_size(size: int) -> int:
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
