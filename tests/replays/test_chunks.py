"""What is written into a chunk is what is read from it, and nothing else is taken for a chunk."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from replays.artefact.chunks import (
    MAX_CHUNK_BYTES,
    DamagedChunk,
    StoredColumn,
    StoredFeed,
    decode_chunk,
)
from replays.artefact.encoding import ChunkEncoder
from replays.artefact.model import CHUNK_MS, MAX_MENDED_MS, NULL_RAW, SCHEMA_VERSION, Feed, FeedColumn
from tests.replays.made_feeds import INT32_MAX, clocks, column, feed

NUMBER = 3
SPEED = feed([30_000, 30_240, 39_999], column("speed", [[7, None], [None, 300], [9, 310]]))


@st.composite
def any_feed(draw, cars):
    t_ms = draw(clocks(4 * CHUNK_MS, longest_step_ms=20_000, most=12))
    values = st.integers(-INT32_MAX, INT32_MAX) | st.integers(-200, 200) | st.just(NULL_RAW)
    raws = [draw(arrays.arrays(np.int32, (len(t_ms), cars), elements=values)) for _ in range(3)]
    names = ("x", "gear", "rpm")
    continuous = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    columns = (FeedColumn(n, None, 0, c, raw) for n, c, raw in zip(names, continuous, raws, strict=True))
    late_ms = draw(
        st.none() | st.lists(st.integers(-MAX_MENDED_MS, MAX_MENDED_MS), min_size=len(t_ms), max_size=len(t_ms))
    )
    told = None if late_ms is None else np.array(t_ms) + late_ms
    return feed(t_ms, *columns, feed_t_ms=told)


@given(st.data(), st.integers(1, 4))
def test_every_chunk_of_any_feeds_comes_back_as_it_was(data, cars):
    feeds = tuple(data.draw(any_feed(cars)) for _ in range(2))
    encoder = ChunkEncoder(feeds)

    for number in range(5):
        decoded = decode_chunk(encoder.chunk(number), number, cars, encoder.stored)

        for one, (t_ms, raws, told) in zip(feeds, decoded, strict=True):
            inside = (one.t_ms >= number * CHUNK_MS) & (one.t_ms < (number + 1) * CHUNK_MS)
            assert t_ms.tolist() == one.t_ms[inside].tolist()
            assert told.tolist() == (one.t_ms if one.feed_t_ms is None else one.feed_t_ms)[inside].tolist()
            for kept, raw in zip(one.columns, raws, strict=True):
                assert raw.dtype == np.int32
                assert np.array_equal(raw, kept.raw[inside])


def test_a_smooth_column_far_from_zero_is_stored_as_small_differences_from_a_base():
    steady = feed([0, 240, 480], column("progress", [[570_000, None], [570_030, -40], [570_061, -40]]))

    (stored,) = ChunkEncoder((steady,)).stored

    assert stored == StoredFeed((StoredColumn("progress", "int8", delta=True, base=True),))


def test_a_continuous_column_whose_steps_need_more_than_32_bits_is_stored_as_values():
    wild = feed([0, 240], column("x", [[-INT32_MAX], [INT32_MAX]]))

    assert ChunkEncoder((wild,)).stored[0].columns == (StoredColumn("x", "int32", delta=False, base=False),)


def test_a_held_column_is_stored_as_values_in_the_smallest_type():
    held = feed(
        [0, 240], column("gap", [[0], [40_000]], continuous=False), column("gear", [[1], [8]], continuous=False)
    )

    assert [(one.dtype, one.delta) for one in ChunkEncoder((held,)).stored[0].columns] == [
        ("int32", False),
        ("int8", False),
    ]


def test_a_chunk_without_samples_is_a_chunk():
    encoder = ChunkEncoder((SPEED,))

    ((t_ms, (speed,), _),) = decode_chunk(encoder.chunk(NUMBER + 1), NUMBER + 1, 2, encoder.stored)

    assert t_ms.shape == (0,)
    assert speed.shape == (0, 2)


def test_the_same_samples_give_the_same_bytes():
    assert packed() == packed()


def packed(*feeds: Feed) -> bytes:
    feeds = feeds or (SPEED,)
    return ChunkEncoder(feeds).chunk(NUMBER)


def read(data: bytes) -> None:
    decode_chunk(data, NUMBER, 2, ChunkEncoder((SPEED,)).stored)


@given(st.integers(0, len(packed()) - 1))
def test_a_chunk_cut_off_anywhere_is_damaged(length):
    with pytest.raises(DamagedChunk, match="chunk 3"):
        read(packed()[:length])


@given(st.integers(0, len(gzip.decompress(packed())) - 1))
def test_a_chunk_whose_content_is_cut_off_anywhere_is_damaged(length):
    with pytest.raises(DamagedChunk, match="chunk 3"):
        read(gzip.compress(gzip.decompress(packed())[:length]))


@given(st.binary(max_size=200))
def test_garbage_is_damaged(garbage):
    with pytest.raises(DamagedChunk):
        read(garbage)
    with pytest.raises(DamagedChunk):
        read(gzip.compress(garbage))


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ((b"ZIP!", SCHEMA_VERSION, 1, NUMBER), "not a chunk of schema 2"),
        ((b"F1RC", SCHEMA_VERSION + 1, 1, NUMBER), "not a chunk of schema 2"),
        ((b"F1RC", SCHEMA_VERSION, 1, NUMBER + 1), "holds chunk 4 with 1 feeds"),
        ((b"F1RC", SCHEMA_VERSION, 2, NUMBER), "holds chunk 3 with 2 feeds"),
    ],
    ids=["other magic", "other schema", "other chunk", "other feeds"],
)
def test_a_chunk_of_something_else_is_damaged(header, complaint):
    body = gzip.decompress(packed())

    with pytest.raises(DamagedChunk, match=complaint):
        read(gzip.compress(struct.pack("<4sHHI", *header) + body[12:]))


def test_a_chunk_that_claims_more_samples_than_it_has_is_damaged():
    body = bytearray(gzip.decompress(packed()))
    body[12:16] = struct.pack("<I", 0xFFFF_FFFF)

    with pytest.raises(DamagedChunk, match="not as long as its header says"):
        read(gzip.compress(bytes(body)))


def test_a_chunk_that_inflates_beyond_the_limit_is_damaged():
    with pytest.raises(DamagedChunk, match=f"larger than {MAX_CHUNK_BYTES} bytes"):
        read(gzip.compress(b"\0" * (MAX_CHUNK_BYTES + 1)))
