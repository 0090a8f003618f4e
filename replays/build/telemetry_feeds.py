"""The position and the car feed of a replay, on its clock. Pure."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS, Feed, FeedColumn
from replays.build.mended_clock import Clock
from replays.build.span import Span
from replays.build.timing import PROGRESS_DECIMALS, stored_progress
from replays.loading.session_data import CarFeed, PositionFeed, SessionData

FIRST_SEASON_WITHOUT_DRS = 2026

Ints = npt.NDArray[np.int64]


def on_clock(data: SessionData, clock: Clock) -> SessionData:
    """`data` with its telemetry on the replay's clock."""
    positions, cars = data.positions, data.cars
    if positions is not None and clock.positions_ms is not None:
        positions = replace(positions, t_ms=clock.positions_ms)
    if cars is not None and clock.cars_ms is not None:
        cars = replace(cars, t_ms=clock.cars_ms)
    return replace(data, positions=positions, cars=cars)


def position_feed(feed: PositionFeed, told_ms: Ints, progress: npt.NDArray[np.float64] | None, span: Span) -> Feed:
    """`told_ms` are the instants as the source had them."""
    columns = [FeedColumn("x", "m", 1, True, feed.x_dm), FeedColumn("y", "m", 1, True, feed.y_dm)]
    if progress is not None:
        columns.append(FeedColumn("progress", "laps", PROGRESS_DECIMALS, True, stored_progress(progress)))
    return _within("position", feed.t_ms, told_ms, columns, span)


def car_feed(feed: CarFeed, told_ms: Ints, span: Span, *, drs: bool) -> Feed:
    """As `position_feed`; `drs`: whether there is one."""
    columns = [
        FeedColumn("speed", "km/h", 0, True, feed.speed_kmh),
        FeedColumn("throttle", "%", 0, True, feed.throttle_percent),
        FeedColumn("brake", "%", 0, False, feed.brake_percent),
        FeedColumn("gear", None, 0, False, feed.gear),
        FeedColumn("rpm", "1/min", 0, True, feed.rpm),
    ]
    if drs:
        columns.append(FeedColumn("drs", None, 0, False, feed.drs))
    return _within("car", feed.t_ms, told_ms, columns, span)


def drs_published(data: SessionData) -> bool:
    return data.session.event.year < FIRST_SEASON_WITHOUT_DRS


def _within(name: str, t_ms: Ints, told_ms: Ints, columns: list[FeedColumn], span: Span) -> Feed:
    rows = slice(*np.searchsorted(t_ms, (span.t_start_ms, span.t_end_ms + 1)))
    kept = tuple(replace(column, raw=column.raw[rows]) for column in columns)
    feed_t_ms = None if np.array_equal(t_ms, told_ms) else told_ms[rows]
    return Feed(name, t_ms[rows], kept, MAX_GAP_MS, feed_t_ms)
