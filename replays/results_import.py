"""Sessions of which there are results and no timing: into the catalogue, without a replay.

For commands and workers: this imports FastF1.
"""

from collections.abc import Callable
from dataclasses import dataclass

from replays.catalogued_event import scheduled_event
from replays.loading import schedule
from replays.loading.ergast_results import SeasonResults
from replays.loading.errors import LoadingError
from replays.loading.fastf1_session import title
from replays.stages import IMPORTING
from seasons.catalogue import import_session
from seasons.import_report import ImportReport
from seasons.models import Session, SourceKind
from seasons.records import SessionRecord

OnStage = Callable[[str], None]

BEFORE_TIMING = f"before {schedule.FIRST_SEASON_WITH_TIMING} there is no timing to replay"
NOT_IN_ARCHIVE = "F1's archive lacks the timing, so there is nothing to replay"


@dataclass(frozen=True, slots=True)
class ResultsOutcome:
    """What importing the results changed in the catalogue, and why there is no replay, for a person."""

    report: ImportReport
    why_no_replay: str


def store_results(record: SessionRecord, results: SeasonResults, *, on_stage: OnStage) -> ResultsOutcome:
    """Import the session with what jolpica knows of it. The same results again change nothing.

    Raises NoResults, RateLimited, SourceUnavailable, and LoadingError for results that make no sense.
    """
    import fastf1

    on_stage("asking for the results")
    session, entries = results.of(record)
    on_stage(IMPORTING)
    try:
        report = import_session(session, entries, source=SourceKind.JOLPICA.value, fastf1_version=fastf1.__version__)
    except ValueError as error:
        raise LoadingError(f"{title(record)}: jolpica's results make no sense: {error}") from error
    too_early = record.event.year < schedule.FIRST_SEASON_WITH_TIMING
    return ResultsOutcome(report, BEFORE_TIMING if too_early else NOT_IN_ARCHIVE)


def import_results(session: Session, *, on_stage: OnStage) -> ResultsOutcome:
    """The results of one session of the catalogue, by the schedule; FastF1 must be configured.

    Raises LoadingError: the event is not in the schedule any more, or what `store_results` raises.
    """
    year = session.event.season.year
    record = schedule.session_record(scheduled_event(session.event), session.kind)
    return store_results(record, SeasonResults(year, whole=False), on_stage=on_stage)
