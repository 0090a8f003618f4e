import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.columns import COLUMNS, frame_dtype, null_of
from replays.playing.encoding import FrameBatch, Variant, chosen, frames_json, ordinal
from replays.playing.layer_messages import batch_of, frames_message

NAMES = tuple(column.name for column in COLUMNS)


def batch(first: int = 0, frames: int = 6, cars: int = 2, fps: int = 30) -> FrameBatch:
    rows = np.zeros((frames, cars), dtype=frame_dtype(NAMES))
    for column in COLUMNS:
        rows[column.name] = null_of(column.dtype)
    rows["x"][:, 0] = -12345
    rows["gear"][:, 0] = 8
    rows["tyre"][:, 0] = 3
    rows["gap"][:, 0] = 1001
    t_ms = tuple(5_000_000 + (first + n) * 33 for n in range(frames))
    return FrameBatch(7, first, 1000.0, fps, t_ms, (9,) * (frames - 1) + (-1,), rows)


def test_values_are_in_their_units_and_what_is_unknown_is_null():
    variant = Variant(30, 6, ("x", "gear", "tyre", "gap", "speed"), (0, 1))

    message = orjson.loads(frames_json(batch(), list(range(6)), variant))

    assert (message["type"], message["generation"], message["seq"]) == ("frames", 7, 0)
    assert message["frames"][0] == {
        "t": 5000.0,
        "lap": 9,
        "cars": [[-123.45, 8, "INTERMEDIATE", 1.001, None], [None, None, None, None, None]],
    }
    assert message["frames"][-1]["lap"] is None


def test_only_the_cars_and_columns_asked_for_are_sent():
    message = orjson.loads(frames_json(batch(), [2], Variant(30, 1, ("gear",), (1,))))

    assert message["frames"] == [{"t": 5000.066, "lap": 9, "cars": [[None]]}]


@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 12))
def test_a_lower_rate_gets_evenly_spread_frames_numbered_without_holes(fps, room_fps, batches):
    taken, numbers = [], []
    for index in range(batches):
        part = batch(first=index * 6, fps=room_fps)
        for chosen_index in chosen(part, fps):
            taken.append(index * 6 + chosen_index)
            numbers.append(ordinal(part, chosen_index, fps))

    assert numbers == list(range(len(numbers)))
    if fps:
        assert taken[0] == 0
        spacing = np.diff(taken)
        assert not spacing.size or spacing.max() - spacing.min() <= 1
    else:
        assert taken == []


def test_a_batch_survives_the_way_through_the_channel_layer():
    sent = batch()

    received = batch_of(frames_message("r", sent, []), NAMES)

    assert received.t_ms == sent.t_ms
    assert received.due_of(3) == pytest.approx(1000.1)
    np.testing.assert_array_equal(received.rows, sent.rows)
