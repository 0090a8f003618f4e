"""The course of a session as rows: laps, messages, weather and status, and what follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

from seasons.derived_rows import by_car, pit_stops_of, stints_of, track_periods
from seasons.import_report import ImportReport
from seasons.models import (
    Lap,
    PitStop,
    RaceControl,
    Result,
    Session,
    SessionStatus,
    Stint,
    TrackStatus,
    Weather,
)
from seasons.records import EntryRecord, LapRecord, RaceControlRecord, SessionRows, WeatherRecord
from seasons.result_rows import ResultRecord, results_of, told
from seasons.row_sync import Table, Values, put_rows

LAPS = Table(
    Lap,
    ("entry_id", "lap_number"),
    (
        "start_ms",
        "end_ms",
        "lap_time_ms",
        "sector_1_ms",
        "sector_2_ms",
        "sector_3_ms",
        "speed_i1_kmh",
        "speed_i2_kmh",
        "speed_fl_kmh",
        "speed_st_kmh",
        "compound",
        "tyre_life",
        "fresh_tyre",
        "stint",
        "pit_in_ms",
        "pit_out_ms",
        "position",
        "deleted",
        "deleted_reason",
        "accurate",
        "generated",
        "personal_best",
    ),
)
STINTS = Table(
    Stint,
    ("entry_id", "number"),
    ("compound", "fresh_tyre", "tyre_life_at_start", "first_lap", "last_lap"),
)
PIT_STOPS = Table(PitStop, ("entry_id", "number"), ("lap_number", "pit_in_ms", "pit_out_ms", "duration_ms"))
RESULTS = Table(Result, ("entry_id",), tuple(field.name for field in fields(ResultRecord)))
TRACK_STATUS = Table(TrackStatus, ("start_ms",), ("end_ms", "code"))
SESSION_STATUS = Table(SessionStatus, ("t_ms", "status"), ())
RACE_CONTROL = Table(
    RaceControl,
    ("utc", "message"),
    ("t_ms", "category", "flag", "scope", "sector", "driver_number", "lap_number"),
)
WEATHER = Table(Weather, ("t_ms",), tuple(f.name for f in fields(WeatherRecord) if f.name != "t_ms"))


def put_session_rows(
    session: Session,
    entry_ids: Mapping[str, int],
    entries: Sequence[EntryRecord],
    rows: SessionRows,
    report: ImportReport,
) -> bool:
    """Make the rows of `session` those of its records; returns whether that changed any.

    `entry_ids` are the entries of the catalogue by car number; laps of other cars (drivers of support races leak into
    the feeds) are ignored. What `rows` has nothing of stays as it is: a feed that fails one day must not take away
    what it told before. What follows from laps is taken from those a curator locked, where there are any.
    """
    laps = [lap for lap in rows.laps if lap.number in entry_ids]
    report.note(LAPS.name, ignored=len(rows.laps) - len(laps))
    driven: dict[str, list[LapRecord]] = {}
    changed = False
    if laps:
        changed |= _put(LAPS, session, (_lap_row(lap, entry_ids) for lap in laps), report)
        driven = by_car(_as_curated(laps, session, entry_ids))
        changed |= _put(STINTS, session, _stint_rows(driven, entry_ids), report)
        changed |= _put(PIT_STOPS, session, _pit_stop_rows(driven, entry_ids), report)
    changed |= _put_results(session, entry_ids, results_of(session.kind, entries, driven), report)
    for table, told_rows in (
        (TRACK_STATUS, [(p.start_ms, p.end_ms, p.code) for p in track_periods(rows.track_status)]),
        (SESSION_STATUS, [(change.t_ms, change.status) for change in rows.session_status]),
        (RACE_CONTROL, [_message_row(message) for message in rows.race_control]),
        (WEATHER, [tuple(getattr(w, name) for name in (*WEATHER.unique, *WEATHER.columns)) for w in rows.weather]),
    ):
        if told_rows:
            changed |= _put(table, session, told_rows, report)
    return changed


def _put(table: Table, session: Session, rows: Iterable[Values], report: ImportReport) -> bool:
    """Rows with the same `unique` values are one; the last of them counts."""
    width = len(table.unique)
    return put_rows(table, session.pk, {row[:width]: row[width:] for row in rows}, report)


def _put_results(
    session: Session, entry_ids: Mapping[str, int], results: Mapping[str, ResultRecord], report: ImportReport
) -> bool:
    columns = told(results.values())
    if not columns:
        return False
    wanted = {
        (entry_ids[number],): tuple(getattr(result, column) for column in columns) for number, result in results.items()
    }
    return put_rows(RESULTS, session.pk, wanted, report, columns=columns)


def _lap_row(lap: LapRecord, entry_ids: Mapping[str, int]) -> Values:
    return (
        entry_ids[lap.number],
        lap.lap_number,
        lap.start_ms,
        lap.end_ms,
        lap.lap_time_ms,
        *lap.sector_ms,
        *lap.speeds_kmh,
        lap.compound or "",
        lap.tyre_life,
        lap.fresh_tyre,
        lap.stint,
        lap.pit_in_ms,
        lap.pit_out_ms,
        lap.position,
        lap.deleted,
        lap.deleted_reason,
        lap.accurate,
        lap.generated,
        lap.personal_best,
    )


def _message_row(message: RaceControlRecord) -> Values:
    return (
        message.utc,
        message.message,
        message.t_ms,
        message.category,
        message.flag,
        message.scope,
        message.sector,
        message.number,
        message.lap,
    )


def _stint_rows(driven: Mapping[str, Sequence[LapRecord]], entry_ids: Mapping[str, int]) -> list[Values]:
    return [
        (entry_ids[car], s.number, s.compound, s.fresh_tyre, s.tyre_life_at_start, s.first_lap, s.last_lap)
        for car, laps in driven.items()
        for s in stints_of(laps)
    ]


def _pit_stop_rows(driven: Mapping[str, Sequence[LapRecord]], entry_ids: Mapping[str, int]) -> list[Values]:
    return [
        (entry_ids[car], stop.number, stop.lap_number, stop.pit_in_ms, stop.pit_out_ms, stop.duration_ms)
        for car, laps in driven.items()
        for stop in pit_stops_of(laps)
    ]


def _as_curated(laps: Sequence[LapRecord], session: Session, entry_ids: Mapping[str, int]) -> list[LapRecord]:
    """The laps, with those of the catalogue in their place, or beside them, that a curator has locked."""
    car_of = {entry_id: car for car, entry_id in entry_ids.items()}
    records = {(lap.number, lap.lap_number): lap for lap in laps}
    for lap in session.laps.filter(locked=True):
        record = _curated(lap, car_of[lap.entry_id])
        records[record.number, record.lap_number] = record
    return list(records.values())


def _curated(lap: Lap, number: str) -> LapRecord:
    return LapRecord(
        number=number,
        lap_number=lap.lap_number,
        start_ms=lap.start_ms,
        end_ms=lap.end_ms,
        lap_time_ms=lap.lap_time_ms,
        sector_ms=(lap.sector_1_ms, lap.sector_2_ms, lap.sector_3_ms),
        sector_end_ms=(None, None, None),
        compound=lap.compound or None,
        tyre_life=lap.tyre_life,
        fresh_tyre=lap.fresh_tyre,
        stint=lap.stint,
        pit_in_ms=lap.pit_in_ms,
        pit_out_ms=lap.pit_out_ms,
        position=lap.position,
        deleted=lap.deleted,
        deleted_reason=lap.deleted_reason,
        accurate=lap.accurate,
        generated=lap.generated,
        personal_best=lap.personal_best,
        speeds_kmh=(lap.speed_i1_kmh, lap.speed_i2_kmh, lap.speed_fl_kmh, lap.speed_st_kmh),
    )
