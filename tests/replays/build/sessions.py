"""A small race on a round circuit, for tests to change one thing of.

The circuit is a circle of 3,000 m, driven anticlockwise from (R, 0), where the line is. Lights go out at 60 s; a lap
takes 100 s and a car that is later has started later. Sectors end after a third and two thirds.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from replays.loading.session_data import MISSING, CarFeed, PositionFeed, Provenance, SessionData
from seasons.records import EntryRecord, EventRecord, LapRecord, SessionRecord, SessionStatusRecord

LENGTH_M = 3_000.0
RADIUS_M = LENGTH_M / (2 * np.pi)
START_MS = 60_000
LAP_MS = 100_000
STEP_MS = 250

EVENT = EventRecord(
    year=2025,
    name="Round Grand Prix",
    official_name="ROUND GRAND PRIX",
    location="Round",
    country="Roundland",
    date=datetime(2025, 5, 4, tzinfo=UTC),
    round_number=3,
)


def entry(number: str, **changes: Any) -> EntryRecord:
    made = EntryRecord(
        number=number,
        code=f"C{number}",
        first_name="",
        last_name=number,
        full_name=f"Car {number}",
        driver_ref=f"car-{number}",
        team="Team",
        team_ref="team",
        colour="#ff0000",
    )
    return replace(made, **changes)


def lap(number: str, lap_number: int, end_ms: int | None, **changes: Any) -> LapRecord:
    """A lap of 100 s that ended at `end_ms`."""
    start = None if end_ms is None else end_ms - LAP_MS
    third = (LAP_MS // 3, LAP_MS // 3, LAP_MS - 2 * (LAP_MS // 3))
    ends = (None, None, None) if start is None else tuple(np.cumsum([start, *third])[1:].tolist())
    made = LapRecord(
        number=number,
        lap_number=lap_number,
        start_ms=start,
        end_ms=end_ms,
        lap_time_ms=None if end_ms is None else LAP_MS,
        sector_ms=third,
        sector_end_ms=ends,
        compound="HARD",
        tyre_life=lap_number,
        fresh_tyre=True,
        stint=1,
        pit_in_ms=None,
        pit_out_ms=None,
        position=None,
        deleted=False,
        deleted_reason="",
        accurate=True,
        generated=False,
        personal_best=False,
    )
    return replace(made, **changes)


def laps(number: str, count: int, *, late_ms: int = 0) -> tuple[LapRecord, ...]:
    """`count` laps of a car that is `late_ms` behind at every line."""
    return tuple(lap(number, n, START_MS + late_ms + n * LAP_MS) for n in range(1, count + 1))


def session(
    numbers: tuple[str, ...], all_laps: tuple[LapRecord, ...], kind: str = "race", **changes: Any
) -> SessionData:
    """A session of cars whose grid is the order of `numbers`; no telemetry unless given."""
    ends = [one.end_ms for one in all_laps if one.end_ms is not None]
    made = SessionData(
        session=SessionRecord(EVENT, kind, kind, EVENT.date),
        entries=tuple(entry(number, grid=slot) for slot, number in enumerate(numbers, start=1)),
        provenance=Provenance("demo", "0"),
        laps=all_laps,
        session_status=(
            SessionStatusRecord(START_MS, "Started"),
            *((SessionStatusRecord(max(ends) + 500, "Finished"),) if ends else ()),
        ),
        start_ms=START_MS,
        total_laps=max((one.lap_number for one in all_laps), default=None),
    )
    return replace(made, **changes)


def on_circle(laps_driven: Any) -> tuple[Any, Any]:
    """x and y in metres."""
    angle = 2 * np.pi * np.asarray(laps_driven)
    return RADIUS_M * np.cos(angle), RADIUS_M * np.sin(angle)


def driven(t_ms: Any, *, late_ms: int = 0) -> Any:
    """Laps driven by a car that stands until lights-out `late_ms` behind the line, and then drives 100 s a lap."""
    return (np.maximum(np.asarray(t_ms), START_MS) - START_MS - late_ms) / LAP_MS


def positions(t_ms: Any, *progress: Any) -> PositionFeed:
    """The feed of cars with that progress (instants,), NaN where they sent nothing."""
    t_ms = np.asarray(t_ms, dtype=np.int64)
    x, y = on_circle(np.column_stack(progress))
    missing = np.isnan(x)
    x_dm, y_dm = (np.where(missing, MISSING, np.rint(np.nan_to_num(axis) * 10)).astype(np.int32) for axis in (x, y))
    return PositionFeed(t_ms, x_dm, y_dm)


def car_feed(t_ms: Any, speeds_kmh: Any) -> CarFeed:
    """The feed of cars with those speeds (instants, cars), MISSING where they sent nothing; all else is zero."""
    speed = np.asarray(speeds_kmh, dtype=np.int32)
    other = np.zeros_like(speed)
    return CarFeed(np.asarray(t_ms, dtype=np.int64), speed, other, other, other, other, other)


def race_with_positions(count: int = 3, *, late_ms: tuple[int, ...] = (0, 2_000)) -> SessionData:
    """Cars 1, 2 ... that drive `count` laps, each `late_ms` behind the clock of the first."""
    numbers = tuple(str(n) for n in range(1, len(late_ms) + 1))
    all_laps = tuple(one for n, late in zip(numbers, late_ms, strict=True) for one in laps(n, count, late_ms=late))
    end = START_MS + count * LAP_MS + max(late_ms) + 5_000
    t_ms = np.arange(0, end, STEP_MS)
    feed = positions(t_ms, *(driven(t_ms, late_ms=late) for late in late_ms))
    return session(numbers, all_laps, positions=feed)
