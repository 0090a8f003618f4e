"""What happens in a session, as events with their session time. Pure.

An event says only what was known at its time: no lap is the best before it is, no lap deleted before race control
says so.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from replays.build import states
from replays.build.mini_sectors import mini_sector_events
from replays.build.session_bests import best_lap_events, fastest_lap_events, sector_events
from replays.columns import COMPOUNDS
from replays.loading.session_data import SessionData
from seasons.records import LapRecord

Event = dict[str, Any]

TRACK_STATUS_NAMES = {
    "1": "all_clear",
    "2": "yellow",
    "3": "unused",
    "4": "safety_car",
    "5": "red",
    "6": "virtual_safety_car",
    "7": "virtual_safety_car_ending",
}
"""F1's codes; 3 has never been seen (FastF1's documentation of `track_status_data`)."""


def session_events(data: SessionData, t_end_ms: int) -> tuple[Event, ...]:
    """All events up to `t_end_ms`, in time order; each has `kind`, `t_ms` and its fields."""
    events = [
        *_track_status(data),
        *_session_status(data),
        *_race_control(data),
        *_weather(data),
        *mini_sector_events(data.mini_sectors),
    ]
    finishes = states.race_finishes(data)
    for entry in data.entries:
        events += _car_events(data, entry.number, finishes)
    events += sector_events(data)
    events += fastest_lap_events(data)
    events += best_lap_events(data)
    return tuple(sorted((event for event in events if event["t_ms"] <= t_end_ms), key=lambda event: event["t_ms"]))


def _track_status(data: SessionData) -> Iterable[Event]:
    for record in data.track_status:
        name = TRACK_STATUS_NAMES.get(record.code, "unknown")
        yield {"kind": "track_status", "t_ms": record.t_ms, "code": record.code, "name": name}


def _session_status(data: SessionData) -> Iterable[Event]:
    for record in data.session_status:
        yield {"kind": "session_status", "t_ms": record.t_ms, "status": record.status}


def _race_control(data: SessionData) -> Iterable[Event]:
    for record in data.race_control:
        if record.t_ms is not None:
            yield {
                "kind": "race_control",
                "t_ms": max(record.t_ms, 0),
                "message": record.message,
                "category": record.category,
                "flag": record.flag,
                "scope": record.scope,
                "sector": record.sector,
                "number": record.number,
                "lap": record.lap,
            }


def _weather(data: SessionData) -> Iterable[Event]:
    for record in data.weather:
        yield {
            "kind": "weather",
            "t_ms": record.t_ms,
            "air_temp_c": record.air_temp_c,
            "track_temp_c": record.track_temp_c,
            "humidity_percent": record.humidity_percent,
            "pressure_mbar": record.pressure_mbar,
            "rainfall": record.rainfall,
            "wind_direction_deg": record.wind_direction_deg,
            "wind_speed_ms": record.wind_speed_ms,
        }


def _car_events(data: SessionData, number: str, finishes: Mapping[str, int]) -> Iterable[Event]:
    laps = [lap for lap in data.laps if lap.number == number]
    for lap in laps:
        if not lap.generated and lap.end_ms is not None:
            yield _lap(lap, lap.end_ms)
        if lap.pit_in_ms is not None:
            yield {"kind": "pit", "t_ms": lap.pit_in_ms, "number": number, "in": True}
        if lap.pit_out_ms is not None:
            yield {"kind": "pit", "t_ms": lap.pit_out_ms, "number": number, "in": False}
    yield from _tyres(number, laps)
    named = {states.STOPPED: "stopped", states.RETIRED: "retired", states.FINISHED: "finished"}
    for t_ms, status in states.status_changes(data, number, laps, finishes):
        if status in named:
            yield {"kind": named[status], "t_ms": t_ms, "number": number}


def _lap(lap: LapRecord, end_ms: int) -> Event:
    return {
        "kind": "lap",
        "t_ms": end_ms,
        "number": lap.number,
        "lap": lap.lap_number,
        "lap_time_ms": lap.lap_time_ms,
        "sector_1_ms": lap.sector_ms[0],
        "sector_2_ms": lap.sector_ms[1],
        "sector_3_ms": lap.sector_ms[2],
        "position": lap.position,
        "compound": lap.compound,
        "tyre_age": lap.tyre_life,
    }


def _tyres(number: str, laps: list[LapRecord]) -> Iterable[Event]:
    """A tyre event at the start and at each change of tyres (also to a new set of the same compound)."""
    compounds, ages = states.tyre_changes(laps)
    last: tuple[int, int] | None = None
    for (t_ms, compound), (_, age) in zip(compounds, ages, strict=True):
        same_set = last is not None and last[0] == compound and (age == states.NONE or age > last[1])
        if not same_set:
            yield {
                "kind": "tyre",
                "t_ms": t_ms,
                "number": number,
                "compound": None if compound == states.NONE else COMPOUNDS[compound],
                "tyre_age": None if age == states.NONE else age,
            }
        last = compound, age
