"""Binary frames say what JSON says. They are read by the example client, which knows docs/protocol.md alone."""

import re
import struct
import subprocess

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from examples.watch import read_frames
from replays.columns import BY_NAME, COLUMNS, frame_dtype, null_of
from replays.playing.binary_frames import binary_frames, described_columns
from replays.playing.encoding import FrameBatch, Variant, frames_json
from tests.services import PROJECT

NAMES = tuple(column.name for column in COLUMNS)
READ_IN_NODE = PROJECT / "tests" / "viewer" / "read_binary_frames.js"


def column_values(name: str, shape: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    """Raw values (frames, cars) of a column, null among them: some that leap, some that move on by little."""
    column = BY_NAME[name]
    limits = np.iinfo(column.dtype)
    highest = len(column.labels) - 1 if column.labels else limits.max
    leaping = arrays.arrays(np.int64, shape, elements=st.sampled_from([limits.min]) | st.integers(0, highest))
    if column.labels:
        return leaping
    start = st.integers(limits.min // 2, limits.max // 2)
    step = st.sampled_from([0, 1, 127, 128, -128, -129, 32_767, 32_768])
    steps = arrays.arrays(np.int64, shape, elements=step)
    moving = st.builds(lambda at, by: np.clip(at + np.cumsum(by, 0), limits.min, limits.max), start, steps)
    return leaping | moving


@st.composite
def batches(draw: st.DrawFn) -> FrameBatch:
    shape = draw(st.tuples(st.integers(1, 7), st.integers(1, 3)))
    rows = np.zeros(shape, frame_dtype(NAMES))
    for name in NAMES:
        rows[name] = draw(column_values(name, shape))
    t_ms = draw(st.lists(st.integers(0, 86_400_000), min_size=shape[0], max_size=shape[0]).map(sorted))
    laps = draw(st.lists(st.integers(-1, 99), min_size=shape[0], max_size=shape[0]))
    numbers = st.integers(0, 2**32 - 100)
    return FrameBatch(draw(numbers), draw(numbers), 0.0, 30, tuple(t_ms), tuple(laps), rows)


@st.composite
def wanted(draw: st.DrawFn) -> tuple[FrameBatch, list[int], Variant]:
    """A batch, which of its frames, and how they are wanted."""
    batch = draw(batches())
    frames, cars = batch.rows.shape
    first, last = sorted(draw(st.tuples(st.integers(0, frames - 1), st.integers(0, frames - 1))))
    columns = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    places = draw(st.lists(st.integers(0, cars - 1), min_size=1, unique=True))
    fps = draw(st.sampled_from([10, 30]))
    return batch, list(range(first, last + 1)), Variant(fps, 6, tuple(columns), tuple(places), binary=True)


def still_batch(frames: int, cars: int) -> FrameBatch:
    rows = np.zeros((frames, cars), frame_dtype(NAMES))
    return FrameBatch(1, 0, 0.0, 30, tuple(range(frames)), (1,) * frames, rows)


@given(wanted())
def test_the_values_are_those_of_json(asked):
    read = read_frames(binary_frames(*asked), described_columns(NAMES))

    assert read == orjson.loads(frames_json(*asked))


@given(wanted())
def test_a_message_is_as_long_as_its_counts_and_widths_say(asked):
    message = binary_frames(*asked)

    with pytest.raises(struct.error):
        read_frames(message[:-1], described_columns(NAMES))


def test_what_stays_takes_no_bytes_in_later_frames():
    variant = Variant(30, 6, NAMES, tuple(range(20)), binary=True)

    alone = binary_frames(still_batch(1, 20), [0], variant)
    six = binary_frames(still_batch(6, 20), list(range(6)), variant)

    assert len(six) - len(alone) == 5 * (4 + 2)  # t and lap


def test_the_worked_example_of_the_document_is_what_is_sent():
    names = ("speed", "gear", "gap")
    rows = np.zeros((3, 2), frame_dtype(names))
    rows["speed"] = [[2900, null_of("<i2")], [2904, null_of("<i2")], [2910, null_of("<i2")]]
    rows["gear"] = [[8, null_of("i1")], [8, null_of("i1")], [7, null_of("i1")]]
    rows["gap"] = [0, 12_345]
    batch = FrameBatch(3, 120, 0.0, 30, (5_000_000, 5_000_033, 5_000_067), (9, 9, 9), rows)

    assert binary_frames(batch, [0, 1, 2], Variant(30, 6, names, (0, 1), binary=True)) == documented_bytes()


def documented_bytes() -> bytes:
    document = (PROJECT / "docs" / "protocol.md").read_text()
    block = re.search(r"<!-- worked example -->\s*```text\n(.*?)```", document, re.DOTALL)
    assert block
    return b"".join(bytes.fromhex(line[:32].strip()) for line in block[1].splitlines())


@pytest.mark.node
@settings(max_examples=20, deadline=None)
@given(st.lists(wanted(), min_size=1, max_size=10))
def test_the_viewer_reads_what_json_says(asked):
    lines = [orjson.dumps([binary_frames(*one).hex(), described_columns(NAMES)]) for one in asked]

    run = subprocess.run(["node", READ_IN_NODE], input=b"\n".join(lines), capture_output=True, check=True)

    assert [orjson.loads(line) for line in run.stdout.splitlines()] == [
        orjson.loads(frames_json(*one)) for one in asked
    ]
