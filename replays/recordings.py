"""Recorded live-timing files: of which session one is, and how it becomes a replay. Imports FastF1."""

from datetime import datetime
from pathlib import Path

from replays.builds import BuildOutcome, OnStage, load_and_build
from replays.loading import schedule
from replays.loading.errors import LoadingError, SourceUnavailable, UnknownEvent, UnknownSession
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.recorded_file import load_recorded, recorded_event, recorded_session, recording_began
from replays.loading.session_data import SessionData
from replays.warming import note_failure
from seasons.catalogue import find_session
from seasons.keys import SESSION_KINDS
from seasons.records import EventRecord, SessionRecord


def recording_record(
    path: Path, year: str | None, event: str | None, session: str | None, *, now: datetime
) -> SessionRecord:
    """What the file is a recording of: as asked for, completed by the schedule, else by the file's SessionInfo.

    Raises LoadingError where neither tells it.
    """
    recorded = recorded_session(path)
    if year is None or event is None:
        if recorded is None or year is not None:
            raise LoadingError(f"{path.name} does not say of which session it is: give YEAR EVENT SESSION")
        return _from_schedule(recorded.event.year, recorded.event.name, recorded.kind, now) or recorded
    number = schedule.season_year(year, now)
    wanted = session or (recorded.kind if recorded else "race")
    return _from_schedule(number, event, wanted, now) or _record_by_hand(path, number, event, wanted)


def warm_recording(path: Path, record: SessionRecord, source: Fastf1Source, *, on_stage: OnStage) -> BuildOutcome:
    """Load and build the session of a recorded file.

    Raises LoadingError, BuildRunning, BuildFailed, StorageUnavailable; a failure is noted in the catalogue.
    """

    def load(say: OnStage) -> SessionData:
        try:
            return load_recorded(
                path,
                record,
                cache_dir=source.cache_dir,
                offline=source.offline,
                say=say,
                log_level=source.log_level,
            )
        except LoadingError as error:
            note_failure(record, error)
            raise

    return load_and_build(find_session(record), load, on_stage=on_stage)


def _from_schedule(year: int, event: str, session: str, now: datetime) -> SessionRecord | None:
    """The session as the schedule has it; None where the schedule does not know the event, or cannot be had."""
    try:
        scheduled = schedule.find_event(year, event, now=now)
    except (UnknownEvent, SourceUnavailable):
        return None
    return schedule.session_record(scheduled, schedule.session_kind(scheduled, session))


def _record_by_hand(path: Path, year: int, event: str, session: str) -> SessionRecord:
    """A session of an event that no schedule knows."""
    kind = schedule.kind_of(session)
    if kind is None:
        raise UnknownSession(f"{year} {event}", session, list(schedule.KIND_OF_CODE))
    recorded = recorded_event(path)
    began = recording_began(path)
    record = EventRecord(
        year=year,
        name=event,
        official_name=event,
        location=recorded.location if recorded else "",
        country=recorded.country if recorded else "",
        date=began,
        round_number=None,
        circuit_key=recorded.circuit_key if recorded else None,
        circuit_name=recorded.circuit_name if recorded else "",
    )
    return SessionRecord(event=record, kind=kind, name=SESSION_KINDS[kind], start=began)
