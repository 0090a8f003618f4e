"""What the catalogue is filled from: plain records, one shape whatever the source.

No Django and no FastF1 here. Times inside a session are integer milliseconds of session time (the zero of
F1's timing feeds, minutes before the start); instants are aware UTC datetimes. Unknown is None.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A race weekend or a test. `round_number` is None for tests: it is an attribute, never an identity."""

    year: int
    name: str
    official_name: str
    location: str
    country: str
    date: datetime
    round_number: int | None
    circuit_key: int | None = None
    circuit_name: str = ""
    is_testing: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session of an event; `kind` is a value of `seasons.keys.SESSION_KINDS` (`race`, `practice-1`, ...)."""

    event: EventRecord
    kind: str
    name: str
    start: datetime | None
    utc_offset_s: int | None = None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A driver in a session, for a team, with how it ended.

    `position` counts through the whole official order, also those who retired; `classified` is the
    classification as published ("1", "R" retired, "D" disqualified, "W" withdrew, "N" not classified, "").
    `grid` 0 means a start from the pit lane. `race_time_ms` is the winner's total or the gap to the winner.
    """

    number: str
    code: str
    first_name: str
    last_name: str
    full_name: str
    driver_ref: str
    team: str
    team_ref: str
    colour: str | None
    country_code: str = ""
    grid: int | None = None
    position: int | None = None
    classified: str = ""
    status: str = ""
    points: float | None = None
    laps: int | None = None
    race_time_ms: int | None = None
    q_ms: tuple[int | None, int | None, int | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class LapRecord:
    """A lap of a car. `end_ms` is when it crossed the line; `sector_end_ms` when it crossed each sector line.

    `tyre_life` counts the laps on the set by the end of this one; `stint` counts from 1. `speeds_kmh` are those at the
    first and the second intermediate, at the finish line and at the end of the longest straight.
    """

    number: str
    lap_number: int
    start_ms: int | None
    end_ms: int | None
    lap_time_ms: int | None
    sector_ms: tuple[int | None, int | None, int | None]
    sector_end_ms: tuple[int | None, int | None, int | None]
    compound: str | None
    tyre_life: int | None
    fresh_tyre: bool | None
    stint: int | None
    pit_in_ms: int | None
    pit_out_ms: int | None
    position: int | None
    deleted: bool
    deleted_reason: str
    accurate: bool
    generated: bool
    personal_best: bool
    speeds_kmh: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class TrackStatusRecord:
    """`code` is F1's: 1 all clear, 2 yellow, 4 safety car, 5 red, 6 virtual safety car, 7 its ending."""

    t_ms: int
    code: str


@dataclass(frozen=True, slots=True)
class SessionStatusRecord:
    """`status` is F1's word: Inactive, Started, Aborted, Finished, Finalised, Ends."""

    t_ms: int
    status: str


@dataclass(frozen=True, slots=True)
class CarFlagRecord:
    """A change of a car's state in the timing feed; `flag` is `in_pit`, `stopped` or `retired`."""

    t_ms: int
    number: str
    flag: str
    value: bool


@dataclass(frozen=True, slots=True)
class MiniSectorRecord:
    """A change of a mini-sector's status in the timing feed; `sector` and `segment` count from 0.

    `status` is F1's: 0 not driven yet, 2048 yellow, 2049 green, 2051 purple, 2064 in the pit lane; others are rare.
    """

    t_ms: int
    number: str
    sector: int
    segment: int
    status: int


@dataclass(frozen=True, slots=True)
class RaceControlRecord:
    """A message of race control. `utc` is what the feed says; `t_ms` None where session time is not known."""

    t_ms: int | None
    utc: datetime
    category: str
    message: str
    flag: str = ""
    scope: str = ""
    sector: int | None = None
    number: str = ""
    lap: int | None = None


@dataclass(frozen=True, slots=True)
class WeatherRecord:
    t_ms: int
    air_temp_c: float | None
    track_temp_c: float | None
    humidity_percent: float | None
    pressure_mbar: float | None
    rainfall: bool | None
    wind_direction_deg: int | None
    wind_speed_ms: float | None


@dataclass(frozen=True, slots=True)
class SessionRows:
    """What a source tells of the course of a session. Empty is what it has nothing of."""

    laps: tuple[LapRecord, ...] = ()
    track_status: tuple[TrackStatusRecord, ...] = ()
    session_status: tuple[SessionStatusRecord, ...] = ()
    race_control: tuple[RaceControlRecord, ...] = ()
    weather: tuple[WeatherRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class CircuitRecord:
    """The drawing of a circuit from circuit data, coordinates in metres of the position feed's plane."""

    x_m: tuple[float, ...]
    y_m: tuple[float, ...]
    rotation_deg: float
    corners: tuple[tuple[str, float, float], ...] = field(default=())
