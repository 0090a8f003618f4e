"""Small feeds and replays, for tests of the format and of sampling."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.artefact.model import CHUNK_MS, MAX_GAP_MS, NULL_RAW, Feed, FeedColumn, Replay
from replays.columns import null_of
from replays.timeline import Timeline

INT32_MAX = int(np.iinfo(np.int32).max)


def column(name: str, rows: Any, *, continuous: bool = True, decimals: int = 0) -> FeedColumn:
    """A column of the values `rows` (instants, cars), None where unknown."""
    raw = [[NULL_RAW if value is None else value for value in row] for row in rows]
    return FeedColumn(name, None, decimals, continuous, np.array(raw, dtype=np.int32))


def feed(
    t_ms: Any, *columns: FeedColumn, name: str = "car", max_gap_ms: int | None = MAX_GAP_MS, feed_t_ms: Any = None
) -> Feed:
    told = None if feed_t_ms is None else np.array(feed_t_ms, dtype=np.int64)
    return Feed(name, np.array(t_ms, dtype=np.int64), columns, max_gap_ms, told)


def replay(*feeds: Feed, t_end_ms: int | None = None, **header: Any) -> Replay:
    """From 0 to the feeds' last instant, or to `t_end_ms`."""
    cars = tuple({"number": str(n)} for n in range(feeds[0].columns[0].raw.shape[1]))
    last = max(int(one.t_ms[-1]) for one in feeds)
    return Replay(
        header=header,
        feeds=feeds,
        events=({"kind": "lap", "t_ms": 7, "number": "0"},),
        track={"outline": None},
        t_start_ms=0,
        t_end_ms=last if t_end_ms is None else t_end_ms,
        cars=cars,
    )


def timeline(played: Replay) -> Timeline:
    """The replay as it is after it was written and read."""
    files = pack(played)
    return Timeline(read_manifest(files[MANIFEST]), files.__getitem__)


def value(frame: Any, name: str, car: int = 0) -> int | None:
    """A frame's integer, None for null."""
    raw = int(frame[name][car])
    return None if raw == null_of(frame.dtype[name]) else raw


def clocks(until_ms: int, *, longest_step_ms: int = 2_500, most: int = 60) -> st.SearchStrategy[list[int]]:
    """Strictly increasing instants from 0 on, none later than `until_ms`."""
    steps = st.lists(st.integers(1, longest_step_ms), min_size=1, max_size=most)
    return steps.map(lambda taken: [t for t in np.cumsum([0, *taken]).tolist() if t <= until_ms])


@st.composite
def telemetry(draw: st.DrawFn, cars: int = 2, until_ms: int = 3 * CHUNK_MS) -> Feed:
    """A feed with a continuous and a held column, with holes in the clock and in single cars."""
    t_ms = draw(clocks(until_ms))
    shape = (len(t_ms), cars)
    speed = draw(arrays.arrays(np.int32, shape, elements=st.integers(0, 350) | st.just(NULL_RAW)))
    gear = draw(arrays.arrays(np.int32, shape, elements=st.integers(0, 8) | st.just(NULL_RAW)))
    return feed(
        t_ms,
        FeedColumn("speed", "km/h", 0, True, speed),
        FeedColumn("gear", None, 0, False, gear),
        max_gap_ms=MAX_GAP_MS,
    )
