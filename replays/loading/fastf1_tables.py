"""FastF1's tables as records. One function a table; every value is checked for what pandas puts for unknown."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seasons.keys import slug
from seasons.records import (
    EntryRecord,
    LapRecord,
    RaceControlRecord,
    SessionStatusRecord,
    TrackStatusRecord,
    WeatherRecord,
)

if TYPE_CHECKING:
    import pandas as pd

COLOUR = re.compile(r"[0-9a-fA-F]{6}")
ONE_CAR = re.compile(r"\bCAR (\d{1,3})\b")
"""Of a message about several ("CARS 2 (SAR) AND 18 (STR)") nobody is the one."""


def entry_records(results: "pd.DataFrame") -> tuple[EntryRecord, ...]:
    """The drivers of the session, in the official order; each number once."""
    return tuple({record.number: record for row in _rows(results) if (record := _entry(row))}.values())


def _entry(row: Any) -> EntryRecord | None:
    number = _text(row.DriverNumber)
    if not number:
        return None
    last_name = _text(row.LastName)
    full_name = _text(row.FullName) or f"{_text(row.FirstName)} {last_name}".strip() or f"Car {number}"
    team = _text(row.TeamName)
    colour = _text(row.TeamColor)
    position = _whole(row.Position)
    return EntryRecord(
        number=number,
        code=_text(row.Abbreviation) or slug(last_name or number)[:3].upper(),
        first_name=_text(row.FirstName),
        last_name=last_name,
        full_name=full_name,
        driver_ref=_text(row.DriverId) or slug(full_name),
        team=team,
        team_ref=_text(row.TeamId) or slug(team),
        colour=f"#{colour.lower()}" if COLOUR.fullmatch(colour) else None,
        country_code=_text(row.CountryCode),
        grid=_grid(row.GridPosition),
        position=position,
        classified=_text(row.ClassifiedPosition).removesuffix(".0"),  # a float in qualifying
        status=_text(row.Status),
        points=_number(row.Points),
        laps=_whole(getattr(row, "Laps", None)),
        race_time_ms=_ms(row.Time),
        q_ms=(_ms(row.Q1), _ms(row.Q2), _ms(row.Q3)),
    )


def lap_records(laps: "pd.DataFrame") -> tuple[LapRecord, ...]:
    """The laps, sorted by car and lap number; a lap without a number is no lap."""
    records = [record for row in _rows(laps) if (record := _lap(row))]
    return tuple(sorted(records, key=lambda lap: (lap.number, lap.lap_number)))


def _lap(row: Any) -> LapRecord | None:
    lap_number = _whole(row.LapNumber)
    if lap_number is None or lap_number < 1:
        return None
    return LapRecord(
        number=_text(row.DriverNumber),
        lap_number=lap_number,
        start_ms=_ms(row.LapStartTime),
        end_ms=_ms(row.Time),
        lap_time_ms=_duration_ms(row.LapTime),
        sector_ms=(_duration_ms(row.Sector1Time), _duration_ms(row.Sector2Time), _duration_ms(row.Sector3Time)),
        sector_end_ms=(_ms(row.Sector1SessionTime), _ms(row.Sector2SessionTime), _ms(row.Sector3SessionTime)),
        compound=_compound(row.Compound),
        tyre_life=_whole(row.TyreLife),
        fresh_tyre=_flag(row.FreshTyre),
        stint=_whole(row.Stint),
        pit_in_ms=_ms(row.PitInTime),
        pit_out_ms=_ms(row.PitOutTime),
        position=_whole(row.Position),
        deleted=bool(_flag(row.Deleted)),
        deleted_reason=_text(row.DeletedReason),
        accurate=bool(_flag(row.IsAccurate)),
        generated=bool(_flag(row.FastF1Generated)),
        personal_best=bool(_flag(row.IsPersonalBest)),
        speeds_kmh=(_number(row.SpeedI1), _number(row.SpeedI2), _number(row.SpeedFL), _number(row.SpeedST)),
    )


def track_status_records(table: "pd.DataFrame") -> tuple[TrackStatusRecord, ...]:
    records = (TrackStatusRecord(t, _text(row.Status)) for row in _rows(table) if (t := _ms(row.Time)) is not None)
    return tuple(sorted(records, key=lambda record: record.t_ms))


def session_status_records(table: "pd.DataFrame") -> tuple[SessionStatusRecord, ...]:
    records = (SessionStatusRecord(t, _text(row.Status)) for row in _rows(table) if (t := _ms(row.Time)) is not None)
    return tuple(sorted(records, key=lambda record: record.t_ms))


def weather_records(table: "pd.DataFrame") -> tuple[WeatherRecord, ...]:
    records = (
        WeatherRecord(
            t_ms=t,
            air_temp_c=_number(row.AirTemp),
            track_temp_c=_number(row.TrackTemp),
            humidity_percent=_number(row.Humidity),
            pressure_mbar=_number(row.Pressure),
            rainfall=_flag(row.Rainfall),
            wind_direction_deg=_whole(row.WindDirection),
            wind_speed_ms=_number(row.WindSpeed),
        )
        for row in _rows(table)
        if (t := _ms(row.Time)) is not None
    )
    return tuple(sorted(records, key=lambda record: record.t_ms))


def race_control_records(table: "pd.DataFrame", t0_utc_ms: int | None) -> tuple[RaceControlRecord, ...]:
    """Race control's messages; their feed says UTC, which `t0_utc_ms` turns into session time."""
    records = []
    for row in _rows(table):
        utc = _utc(row.Time)
        if utc is None:
            continue
        t_ms = None if t0_utc_ms is None else round(utc.timestamp() * 1000) - t0_utc_ms
        message = _text(row.Message)
        records.append(
            RaceControlRecord(
                t_ms=t_ms,
                utc=utc,
                category=_text(row.Category),
                message=message,
                flag=_text(row.Flag),
                scope=_text(row.Scope),
                sector=_whole(row.Sector),
                number=_text(row.RacingNumber) or _car_named(message),
                lap=_whole(row.Lap),
            )
        )
    return tuple(sorted(records, key=lambda record: record.utc))


def _car_named(message: str) -> str:
    """The feed has the number of a car beside its flags alone."""
    named = set(ONE_CAR.findall(message))
    return named.pop() if len(named) == 1 else ""


def _rows(table: "pd.DataFrame") -> Iterator[Any]:
    rows: Iterable[Any] = table.itertuples(index=False, name="Row")
    return iter(rows)


def _unknown(value: Any) -> bool:
    return value is None or value != value  # NaN and NaT differ from themselves


def _text(value: Any) -> str:
    text = "" if _unknown(value) else str(value).strip()
    return "" if text.lower() in {"nan", "none", "nat"} else text


def _number(value: Any) -> float | None:
    return None if _unknown(value) or value == "" else float(value)


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _flag(value: Any) -> bool | None:
    return None if _unknown(value) or value == "" else bool(value)


def _ms(value: Any) -> int | None:
    return None if _unknown(value) else round(value.total_seconds() * 1000)


def _duration_ms(value: Any) -> int | None:
    """Unknown where it is negative: FastF1 fills gaps by subtracting instants, which feeds tell in a wrong order."""
    duration_ms = _ms(value)
    return None if duration_ms is None or duration_ms < 0 else duration_ms


def _utc(value: Any) -> datetime | None:
    return None if _unknown(value) else value.to_pydatetime().replace(tzinfo=UTC)


def _grid(value: Any) -> int | None:
    """The place on the grid, 0 for a start from the pit lane; the sources' -1 means unknown."""
    grid = _whole(value)
    return None if grid is None or grid < 0 else grid


def _compound(value: Any) -> str | None:
    """The tyre; the feed's UNKNOWN and TEST_UNKNOWN are no compounds."""
    compound = _text(value).upper()
    return compound if compound and "UNKNOWN" not in compound else None
