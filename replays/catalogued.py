"""A session of the catalogue made ready to be watched, from where it came before. For commands and workers."""

import logging
from collections.abc import Callable

from replays.attempts import settle
from replays.build_errors import BuildCancelled, BuildFailed
from replays.build_progress import BuildProgress
from replays.builds import build_claimed, ready_replay
from replays.claims import Claim
from replays.loading.errors import LoadingError, NoResults, NoTiming, NotInArchive
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.session_data import SessionData
from replays.storage import StorageUnavailable
from seasons.import_report import ImportReport
from seasons.models import Session, SourceKind

logger = logging.getLogger(__name__)


def carry_out(claim: Claim, source: Fastf1Source) -> None:
    """Do what a claimed build asks for, and end the claim with what became of it. Raises interrupts alone."""
    try:
        _make_ready(claim, source)
    except Exception as error:
        if not isinstance(error, LoadingError | BuildFailed | BuildCancelled | StorageUnavailable):
            logger.exception("a build ended by an error that nobody foresaw")
        settle(claim, error, offline=source.offline)


def load_again(
    session: Session,
    source: Fastf1Source,
    *,
    refresh: bool,
    on_stage: Callable[[str], None],
    on_share: Callable[[float], None],
) -> SessionData:
    """The session's data, from where they came before. Raises LoadingError.

    `on_share` is told the share of the loading that is done, where that is known.
    """
    if session.source_kind == SourceKind.DEMO:
        from replays.demo import load_demo_session

        return load_demo_session(say=on_stage, advance=on_share)
    if session.source_kind == SourceKind.LIVETIMING:
        raise LoadingError(f"{session.key} came from a recorded file: warm_cache --livetiming FILE builds it again")
    from replays.warming import load_catalogued

    source.configure()
    return load_catalogued(session, source, refresh=refresh, on_stage=on_stage)


def _make_ready(claim: Claim, source: Fastf1Source) -> None:
    build = claim.rows().select_related("session__event__season").first()
    if build is None:
        return
    session = build.session
    ready = None if build.refresh else ready_replay(session)
    if ready is not None:
        claim.done(ready)
        return
    progress = BuildProgress(claim)
    try:
        data = load_again(session, source, refresh=build.refresh, on_stage=progress.stage, on_share=progress.loaded)
    except (NoTiming, NotInArchive) as nothing_to_replay:
        claim.tell_import(_import_results(session, nothing_to_replay, progress))
        claim.done(None)
        return
    build_claimed(claim, data, on_stage=progress.stage)


def _import_results(session: Session, nothing_to_replay: LoadingError, progress: BuildProgress) -> ImportReport:
    """What there is of a session without timing, as all before 2018. Raises LoadingError."""
    from replays.results_import import import_results

    try:
        return import_results(session, on_stage=progress.stage).report
    except NoResults:
        raise nothing_to_replay from None
