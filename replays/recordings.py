"""Recorded live-timing files: of which session one is, and how it becomes a replay. Imports FastF1."""

from datetime import datetime, timedelta
from pathlib import Path

from replays.builds import BuildOutcome, OnStage, load_and_build
from replays.loading import schedule
from replays.loading.errors import AmbiguousEvent, LoadingError, SourceUnavailable, UnknownEvent, UnknownSession
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.recorded_file import load_recorded, recorded_event, recorded_session, recording_began
from replays.loading.session_data import SessionData
from replays.warming import note_failure
from seasons.catalogue import find_session
from seasons.keys import SESSION_KINDS
from seasons.records import EventRecord, SessionRecord

ONE_DAY = timedelta(days=1)


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
        return _as_scheduled(recorded, now) or recorded
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


def _as_scheduled(recorded: SessionRecord, now: datetime) -> SessionRecord | None:
    """The recorded session as the schedule has it. F1 gives the two tests of 2026 one name; their days tell which."""
    event = recorded.event
    try:
        return _from_schedule(event.year, event.name, recorded.kind, now)
    except AmbiguousEvent as ambiguous:
        for name in ambiguous.names:
            session = _from_schedule(event.year, name, recorded.kind, now)
            if session and session.start and recorded.start and abs(session.start - recorded.start) < ONE_DAY:
                return session
        raise


def _from_schedule(year: int, event: str, session: str, now: datetime) -> SessionRecord | None:
    """The session as the schedule has it; None where the schedule does not know the event, or cannot be had."""
    try:
        scheduled = schedule.find_event(year, event, now=now)
    except (UnknownEvent, SourceUnavailable):
        return None
    return schedule.session_record(scheduled, schedule.session_kind(scheduled, session))


def _record_by_hand(path: Path, year: int, event: str, session: str) -> SessionRecord:
    """A session of an event that no schedule knows: when it was held is what the file says, else when it begins.

    A recording begins before its session, and its UTC may be of another day than the session was held on.
    """
    kind = schedule.kind_of(session)
    if kind is None:
        raise UnknownSession(f"{year} {event}", session, list(schedule.KIND_OF_CODE))
    recorded, session_of_file = recorded_event(path), recorded_session(path)
    began = recording_began(path)
    record = EventRecord(
        year=year,
        name=event,
        official_name=event,
        location=recorded.location if recorded else "",
        country=recorded.country if recorded else "",
        date=recorded.date if recorded else began,
        round_number=None,
        circuit_key=recorded.circuit_key if recorded else None,
        circuit_name=recorded.circuit_name if recorded else "",
        is_testing=recorded.is_testing if recorded else False,
    )
    return SessionRecord(
        event=record,
        kind=kind,
        name=SESSION_KINDS[kind],
        start=(session_of_file.start if session_of_file else None) or began,
        utc_offset_s=session_of_file.utc_offset_s if session_of_file else None,
    )
