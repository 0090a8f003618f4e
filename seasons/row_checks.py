"""The door of the catalogue for the course of a session: laps, messages, weather, status.

What cannot be true, or does not fit into its column, is refused by a ValueError that names the record and the field.
"""

import re
from collections.abc import Mapping
from typing import Any

from seasons.record_checks import MOST_SMALL, MOST_WHOLE, check_utc, refusal
from seasons.records import LapRecord, RaceControlRecord, SessionRows

Range = tuple[int, int]

INSTANT: Range = (-MOST_WHOLE, MOST_WHOLE)
DURATION: Range = (0, MOST_WHOLE)
SMALL: Range = (0, MOST_SMALL)
MEASURED: Range = (-MOST_WHOLE, MOST_WHOLE)
SPEED: Range = (0, MOST_WHOLE)
CAR_NUMBER = re.compile(r"[0-9]{1,4}")

LAP_RANGES: dict[str, Range] = {
    "start_ms": INSTANT,
    "end_ms": INSTANT,
    "lap_time_ms": DURATION,
    "tyre_life": SMALL,
    "stint": SMALL,
    "pit_in_ms": INSTANT,
    "pit_out_ms": INSTANT,
    "position": SMALL,
}
RACE_CONTROL_RANGES: dict[str, Range] = {"t_ms": INSTANT, "sector": SMALL, "lap": SMALL}
WEATHER_RANGES: dict[str, Range] = {
    "air_temp_c": MEASURED,
    "track_temp_c": MEASURED,
    "humidity_percent": MEASURED,
    "pressure_mbar": MEASURED,
    "wind_direction_deg": SMALL,
    "wind_speed_ms": MEASURED,
}

COMPOUND_LENGTH, REASON_LENGTH = 20, 300
RACE_CONTROL_LENGTHS: dict[str, int] = {"category": 50, "message": 500, "flag": 30, "scope": 20, "number": 4}
TRACK_STATUS_LENGTH, SESSION_STATUS_LENGTH = 4, 20


def check_rows(rows: SessionRows) -> None:
    """Every record by itself, and no lap twice."""
    seen: set[tuple[str, int]] = set()
    for lap in rows.laps:
        _check_lap(lap)
        if (lap.number, lap.lap_number) in seen:
            raise refusal(f"lap of car {lap.number}", "lap_number", lap.lap_number, "once a car")
        seen.add((lap.number, lap.lap_number))
    for status in rows.track_status:
        where = f"track status at {status.t_ms} ms"
        _check_number(where, "t_ms", status.t_ms, INSTANT)
        _check_text(where, "code", status.code, TRACK_STATUS_LENGTH, least=1)
    for change in rows.session_status:
        where = f"session status at {change.t_ms} ms"
        _check_number(where, "t_ms", change.t_ms, INSTANT)
        _check_text(where, "status", change.status, SESSION_STATUS_LENGTH, least=1)
    for message in rows.race_control:
        _check_message(message)
    for weather in rows.weather:
        where = f"weather at {weather.t_ms} ms"
        _check_number(where, "t_ms", weather.t_ms, INSTANT)
        _check_numbers(where, weather, WEATHER_RANGES)


def _check_lap(lap: LapRecord) -> None:
    where = f"lap {lap.lap_number} of car {lap.number}"
    if not CAR_NUMBER.fullmatch(lap.number):
        raise refusal(where, "number", lap.number, "1 to 4 digits")
    _check_number(where, "lap_number", lap.lap_number, (1, MOST_SMALL))
    _check_numbers(where, lap, LAP_RANGES)
    for n, sector_ms in enumerate(lap.sector_ms, start=1):
        _check_optional(where, f"sector {n}", sector_ms, DURATION)
    for speed_kmh in lap.speeds_kmh:
        _check_optional(where, "speeds_kmh", speed_kmh, SPEED)
    _check_text(where, "compound", lap.compound or "", COMPOUND_LENGTH)
    _check_text(where, "deleted_reason", lap.deleted_reason, REASON_LENGTH)


def _check_message(message: RaceControlRecord) -> None:
    where = f"race control message '{message.message[:40]}'"
    check_utc(where, "utc", message.utc)
    _check_numbers(where, message, RACE_CONTROL_RANGES)
    for field, most in RACE_CONTROL_LENGTHS.items():
        _check_text(where, field, getattr(message, field), most)


def _check_numbers(where: str, record: object, ranges: Mapping[str, Range]) -> None:
    for field, allowed in ranges.items():
        _check_optional(where, field, getattr(record, field), allowed)


def _check_optional(where: str, field: str, value: float | None, allowed: Range) -> None:
    if value is not None:
        _check_number(where, field, value, allowed)


def _check_number(where: str, field: str, value: Any, allowed: Range) -> None:
    least, most = allowed
    if not least <= value <= most:  # NaN is in no range
        raise refusal(where, field, value, f"a number from {least} to {most}")


def _check_text(where: str, field: str, text: str, most: int, *, least: int = 0) -> None:
    if not least <= len(text) <= most:
        raise refusal(where, field, text, f"{least} to {most} characters")
