"""SessionData: everything known of a session, one shape whatever the source.

Arrays and records only; imports no Django and no FastF1, so that all that is built from it is plain arithmetic.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from seasons.records import (
    CarFlagRecord,
    CircuitRecord,
    EntryRecord,
    LapRecord,
    MiniSectorRecord,
    RaceControlRecord,
    SessionRecord,
    SessionStatusRecord,
    TrackStatusRecord,
    WeatherRecord,
)

MISSING = np.iinfo(np.int32).min
"""Marks a value the feed did not send, in every integer array of telemetry."""


@dataclass(frozen=True, slots=True)
class PositionFeed:
    """Where the cars were: one clock for all cars.

    `t_ms` int64 (n,), strictly increasing; `x_dm`, `y_dm` int32 (n, cars), 1/10 m, MISSING where the feed had
    no sample. Cars are columns in the order of `SessionData.entries`.
    """

    t_ms: npt.NDArray[np.int64]
    x_dm: npt.NDArray[np.int32]
    y_dm: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CarFeed:
    """What the cars did: one clock for all cars, another than that of the positions.

    `t_ms` int64 (n,), strictly increasing; the rest int32 (n, cars), MISSING where the feed had no sample.
    `throttle_percent` 0-100 (the feed's 104 is MISSING), `brake_percent` 0 or 100, `gear` 0-8, `rpm` 1/min,
    `drs` the feed's raw code (0/1 off, 8 eligible, 10/12/14 open).
    """

    t_ms: npt.NDArray[np.int64]
    speed_kmh: npt.NDArray[np.int32]
    throttle_percent: npt.NDArray[np.int32]
    brake_percent: npt.NDArray[np.int32]
    gear: npt.NDArray[np.int32]
    rpm: npt.NDArray[np.int32]
    drs: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the data came from. `kind`: `fastf1`, `livetiming` or `demo`; `feeds` are the ones that were there."""

    kind: str
    fastf1_version: str
    feeds: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionData:
    """A session as its source has it. `t0_utc_ms` is session time zero in Unix milliseconds, if known."""

    session: SessionRecord
    entries: tuple[EntryRecord, ...]
    provenance: Provenance
    positions: PositionFeed | None = None
    cars: CarFeed | None = None
    laps: tuple[LapRecord, ...] = ()
    track_status: tuple[TrackStatusRecord, ...] = ()
    session_status: tuple[SessionStatusRecord, ...] = ()
    car_flags: tuple[CarFlagRecord, ...] = ()
    mini_sectors: tuple[MiniSectorRecord, ...] = ()
    race_control: tuple[RaceControlRecord, ...] = ()
    weather: tuple[WeatherRecord, ...] = ()
    circuit: CircuitRecord | None = None
    start_ms: int | None = None
    total_laps: int | None = None
    t0_utc_ms: int | None = None
    column_of: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column_of", {entry.number: i for i, entry in enumerate(self.entries)})
