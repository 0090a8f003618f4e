"""What a replay artefact is made of, in memory. Pure: arrays and JSON values.

A feed is a clock and its columns. `docs/replay-format.md` describes the stored form.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

SCHEMA_VERSION = 2
CHUNK_MS = 10_000
MAX_GAP_MS = 1_000
"""Over a longer gap of a telemetry feed nothing is known."""

MAX_MENDED_MS = 1_000
"""No instant is moved further from where its feed had it."""

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A stored column: `value = raw * 10 ** -decimals`. `continuous` ones may be interpolated, others hold.

    `raw` is int32 (instants, cars), NULL_RAW where unknown.
    """

    name: str
    unit: str | None
    decimals: int
    continuous: bool
    raw: IntArray
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Columns on one clock. `t_ms` int64 (instants,), strictly increasing, on the replay's clock.

    `max_gap_ms`: across a longer step the values are unknown; None: they hold until the next instant. `feed_t_ms`: what
    the feed itself says of each instant, where that is not the same; at most MAX_MENDED_MS apart.
    """

    name: str
    t_ms: npt.NDArray[np.int64]
    columns: tuple[FeedColumn, ...]
    max_gap_ms: int | None
    feed_t_ms: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay as it is built, before it is written. `header` is what the manifest says beside the tables."""

    header: dict[str, Any]
    feeds: tuple[Feed, ...]
    events: tuple[dict[str, Any], ...]
    track: dict[str, Any]
    t_start_ms: int
    t_end_ms: int
    cars: tuple[dict[str, Any], ...] = field(default=())


NULL_RAW = int(np.iinfo(np.int32).min)
"""Unknown, in every in-memory column; the same integer as `SessionData`'s MISSING."""
