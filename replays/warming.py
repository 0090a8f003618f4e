"""From what somebody wants warm to sessions that can be played: which they are, and how each is loaded.

For commands and workers: this imports FastF1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from replays.builds import BuildOutcome, OnStage, load_and_build, ready_replay
from replays.catalogued_event import scheduled_event
from replays.loading import schedule
from replays.loading.ergast_results import SeasonResults
from replays.loading.errors import (
    NOT_THE_SESSION,
    LoadingError,
    NoResults,
    NotHeldYet,
    NoTiming,
    NotInArchive,
    NotPublishedYet,
    SessionCancelled,
    UnknownEvent,
)
from replays.loading.event_names import EventNames, find_by_name
from replays.loading.fastf1_session import forget_parsed, load_session, title
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.session_data import SessionData
from replays.results_import import ResultsOutcome, store_results
from seasons.catalogue import find_session, import_calendar, mark_failed
from seasons.import_report import ImportReport
from seasons.models import Event as CatalogueEvent
from seasons.models import Session, SessionState
from seasons.records import SessionRecord

if TYPE_CHECKING:
    from fastf1.events import Event


@dataclass(frozen=True)
class Wanted:
    """A session of FastF1's schedule. `asked_for`: it was named, not found in an event or a season.

    `results` are those of its season, where all that were wanted together find theirs.
    """

    event: "Event"
    record: SessionRecord
    asked_for: bool
    results: SeasonResults

    def __str__(self) -> str:
        return title(self.record)


def import_season(year: int, now: datetime) -> ImportReport:
    """The calendar of `year` into the catalogue. Raises LoadingError, and ValueError for one that makes no sense."""
    records = [
        schedule.session_record(event, session.kind)
        for event in schedule.season_events(year)
        for session in schedule.sessions_of(event)
    ]
    return import_calendar(year, records, now=now)


def wanted_sessions(year: int, event: str | None, sessions: Sequence[str], *, now: datetime) -> list[Wanted]:
    """The sessions somebody asked for, in the order of the season: of an event, or of all; each once.

    Raises LoadingError for an event or a session that is not there.
    """
    events = schedule.season_events(year) if event is None else [_event(year, event, now)]
    kinds = [schedule.session_kind(events[0], session) for session in sessions]
    results = SeasonResults(year, whole=event is None)
    return [
        Wanted(one, schedule.session_record(one, session.kind), session.kind in kinds, results)
        for one in events
        for session in schedule.sessions_of(one)
        if not kinds or session.kind in kinds
    ]


def warm(
    wanted: Wanted, source: Fastf1Source, *, refresh: bool, now: datetime, on_stage: OnStage
) -> BuildOutcome | ResultsOutcome | None:
    """Load and build a session of the schedule; None where its replay is there and in order, and not to be refreshed.

    Of a session that F1's archive lacks, as all before 2018, the results are imported. Raises LoadingError,
    BuildRunning, BuildFailed, StorageUnavailable; a failure is noted in the catalogue.
    """
    session = find_session(wanted.record)
    if not refresh and session is not None and ready_replay(session) is not None:
        return None
    if schedule.has_results_alone(wanted.event):
        return store_results(wanted.record, wanted.results, on_stage=on_stage)
    check_published(wanted, session, now)
    try:
        return load_and_build(
            session, lambda say: load(wanted, source, refresh=refresh, on_stage=say), on_stage=on_stage
        )
    except NotInArchive as not_in_archive:
        try:
            return store_results(wanted.record, wanted.results, on_stage=on_stage)
        except NoResults:
            raise not_in_archive from None


def load(wanted: Wanted, source: Fastf1Source, *, refresh: bool, on_stage: OnStage) -> SessionData:
    """The data of a session that is published. Raises LoadingError; a failure is noted in the catalogue."""
    session = wanted.event.get_session(wanted.record.name)
    if refresh:
        forget_parsed(session, source.cache_dir)
    try:
        return load_session(session, wanted.record, on_stage, refresh=refresh and not source.offline)
    except LoadingError as error:
        note_failure(wanted.record, error)
        raise


def note_failure(record: SessionRecord, error: LoadingError) -> None:
    """Remember in the catalogue that the session cannot be loaded, if the error is of the session itself."""
    if not isinstance(error, NOT_THE_SESSION):
        mark_failed(record, str(error))


def load_catalogued(session: Session, source: Fastf1Source, *, refresh: bool, on_stage: OnStage) -> SessionData:
    """The data of a session of the catalogue, by the schedule. Raises LoadingError."""
    now = datetime.now(UTC)
    event = scheduled_event(session.event)
    results = SeasonResults(session.event.season.year, whole=False)
    wanted = Wanted(event, schedule.session_record(event, session.kind), True, results)
    check_published(wanted, session, now)
    return load(wanted, source, refresh=refresh, on_stage=on_stage)


def check_published(wanted: Wanted, session: Session | None, now: datetime) -> None:
    """Raises NoTiming, SessionCancelled, NotHeldYet or NotPublishedYet where there is nothing to load."""
    if not schedule.has_timing(wanted.event):
        raise NoTiming(str(wanted))
    if session is not None and session.state == SessionState.CANCELLED:
        raise SessionCancelled(str(wanted))
    state = schedule.session_state(wanted.event, wanted.record.kind, now)
    if state == "scheduled":
        raise NotHeldYet(str(wanted), wanted.record.start)
    if state == "pending":
        raise NotPublishedYet(str(wanted))


def _event(year: int, wanted: str, now: datetime) -> "Event":
    try:
        return schedule.find_event(year, wanted, now=now)
    except UnknownEvent:
        cancelled = _cancelled_event(year, wanted)
        if cancelled is None:
            raise
        raise SessionCancelled(f"{year} {cancelled.name}") from None


def _cancelled_event(year: int, wanted: str) -> CatalogueEvent | None:
    """The event of the catalogue that is called so, and of which every session was cancelled."""
    events = list(CatalogueEvent.objects.filter(season__year=year, is_demo=False).prefetch_related("sessions"))
    names = [EventNames(e.name, e.official_name, e.location, e.country, e.is_testing) for e in events]
    for i in find_by_name(wanted, names):
        states = {session.state for session in events[i].sessions.all()}
        if states == {SessionState.CANCELLED.value}:
            return events[i]
    return None
