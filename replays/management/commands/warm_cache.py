import logging
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from replays.builds import BuildOutcome
from replays.dead_builds import release_dead_builds
from replays.loading.errors import NOTHING_THERE, CacheNotWritable, RateLimited
from replays.loading.fastf1_setup import Fastf1Source
from replays.management.failures import FAILURES, told_in_one_line
from replays.management.import_told import import_told
from replays.management.progress import ProgressReport
from replays.management.waiting import Patience
from replays.storage import StorageUnavailable

if TYPE_CHECKING:
    from replays.results_import import ResultsOutcome
    from replays.warming import Wanted

    Outcome = BuildOutcome | ResultsOutcome | None

HELP = """\
Downloads sessions that are not in the FastF1 cache yet, puts them into the catalogue and builds their replays.
What is there already is left alone, so the same command again goes on where it stopped.
Of the seasons before 2018, which have no timing, it imports the calendar and the results.
"""
EXAMPLES = """\
examples:
  python manage.py warm_cache 2025 "Australian Grand Prix" R
  python manage.py warm_cache 2025 monaco FP1 FP2 Q R      several sessions
  python manage.py warm_cache 2025 6                       the sixth round, all that is published
  python manage.py warm_cache latest latest R              the newest race
  python manage.py warm_cache 2024                         a whole season
  python manage.py warm_cache 2024 --wait                  the same, waiting where a source limits its requests
  python manage.py warm_cache 2010                         the results of a season before 2018
  python manage.py warm_cache 2026 --schedule              the calendar alone
  python manage.py warm_cache --livetiming recorded.txt    a recorded file
"""

BAD_USAGE = 2
HOPELESS = (CacheNotWritable, RateLimited, StorageUnavailable)
"""What the next session would meet too."""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, **kwargs, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "year",
            nargs="?",
            metavar="YEAR",
            help="a season from 1950 on, or latest; before 2018 there are results alone",
        )
        parser.add_argument(
            "event", nargs="?", metavar="EVENT", help="its name, place or country, its round number, or latest"
        )
        parser.add_argument(
            "sessions",
            nargs="*",
            metavar="SESSION",
            help="FP1 FP2 FP3 Q SQ S R, or full names; without any: all that are published",
        )
        parser.add_argument(
            "--refresh", action="store_true", help="load and build again what is there already, from the newest data"
        )
        parser.add_argument("--livetiming", metavar="FILE", type=Path, help="load this recorded live-timing file")
        parser.add_argument(
            "--wait",
            action="store_true",
            help="where a source limits its requests (an hour, mostly), wait and go on instead of ending: "
            "warm_cache 2024 --wait",
        )
        parser.add_argument("--schedule", action="store_true", help="import the calendar of the season and stop")

    def handle(
        self,
        *_args: Any,
        year: str | None,
        event: str | None,
        sessions: Sequence[str],
        refresh: bool,
        livetiming: Path | None,
        schedule: bool,
        wait: bool,
        verbosity: int,
        **_options: Any,
    ) -> None:
        source = Fastf1Source(
            settings.FASTF1_CACHE_DIR,
            settings.FASTF1_OFFLINE,
            logging.INFO if verbosity > 1 else logging.CRITICAL,
        )
        now = datetime.now(UTC)
        if livetiming is not None and len(sessions) > 1:
            raise CommandError("--livetiming is a recording of one session", returncode=BAD_USAGE)
        if livetiming is None and year is None:
            raise CommandError("give a season, say: warm_cache 2025 monaco R", returncode=BAD_USAGE)
        if schedule and (event is not None or livetiming is not None):
            raise CommandError("--schedule is for a whole season: give the year alone", returncode=BAD_USAGE)
        with told_in_one_line():
            source.configure()
            release_dead_builds()
            if livetiming is not None:
                self.warm_file(livetiming, year, event, next(iter(sessions), None), source, now)
                return
            assert year is not None
            patience = Patience(self.stdout.write if wait else None)
            season = patience.over(partial(self.import_calendar, year, now, needed=schedule))
            if schedule:
                return
            wanted = patience.over(partial(self.wanted, season, event, sessions, now))
            self.warm_sessions(wanted, source, refresh=refresh, wait=wait, now=now)

    def import_calendar(self, year: str, now: datetime, *, needed: bool) -> int:
        """Returns the year. The calendar is wanted, but where it cannot be imported, sessions still can."""
        from replays.loading.schedule import season_year
        from replays.warming import import_season

        season = season_year(year, now)
        try:
            report = import_season(season, now)
        except ValueError as error:
            told = f"the calendar of {season} cannot be imported: {error}"
            if needed:
                raise CommandError(told) from error
            self.stderr.write(told)
            return season
        if report or needed:
            self.stdout.write(f"Calendar of {season}: {report}")
        return season

    def warm_file(
        self,
        path: Path,
        year: str | None,
        event: str | None,
        session: str | None,
        source: Fastf1Source,
        now: datetime,
    ) -> None:
        from replays.loading.fastf1_session import title
        from replays.recordings import recording_record, warm_recording

        record = recording_record(path, year, event, session, now=now)
        with ProgressReport(self.stdout, self.stderr) as progress:
            progress.begin(title(record))
            progress.line(outcome_text(warm_recording(path, record, source, on_stage=progress.session_stage)))

    def wanted(self, year: int, event: str | None, sessions: Sequence[str], now: datetime) -> "list[Wanted]":
        from replays.warming import wanted_sessions

        return wanted_sessions(year, event, sessions, now=now)

    def warm_sessions(
        self, wanted: "Sequence[Wanted]", source: Fastf1Source, *, refresh: bool, wait: bool, now: datetime
    ) -> None:
        from replays.warming import warm

        with ProgressReport(self.stdout, self.stderr, total=len(wanted)) as progress:
            patience = Patience(progress.line if wait else None)

            def warm_one(one: "Wanted") -> "Outcome":
                work = partial(warm, one, source, refresh=refresh, now=now, on_stage=progress.session_stage)
                return patience.over(work)

            failures = self.warm_each(wanted, warm_one, progress)
        if not failures:
            return
        if len(wanted) == 1:
            raise failures[0]
        raise CommandError(f"{len(failures)} of {len(wanted)} sessions failed")

    def warm_each(
        self, wanted: "Sequence[Wanted]", warm_one: "Callable[[Wanted], Outcome]", progress: ProgressReport
    ) -> list[Exception]:
        """Warm one after the other; returns what went wrong, also with those that were named and are not there."""
        failures: list[Exception] = []
        done = 0
        for count, one in enumerate(wanted):
            progress.begin(str(one), done=count)
            try:
                progress.line(outcome_text(warm_one(one)))
                done += 1
            except FAILURES as error:
                if isinstance(error, HOPELESS):
                    raise
                failed = one.asked_for or not isinstance(error, NOTHING_THERE)
                if failed:
                    failures.append(error)
                if len(wanted) > 1 or not failed:
                    progress.line(str(error).removeprefix(f"{one}: "), failed=failed)
            progress.advance_to(count + 1)
        if len(wanted) > 1:
            progress.begin("")
            progress.line(f"{done} of {len(wanted)} sessions are ready")
        return failures


def outcome_text(outcome: "Outcome") -> str:
    if outcome is None:
        return "up to date"
    report = outcome.report
    if not isinstance(outcome, BuildOutcome):
        return f"{'results' if report else 'results unchanged'} ({outcome.why_no_replay}){import_told(report)}"
    replay = outcome.replay
    unchanged = "the same replay" if report else "nothing changed"
    what = f"built in {replay.build_seconds:.1f} s, {replay.bytes / 1e6:.1f} MB" if outcome.created else unchanged
    return f"{what}: /replays/{replay.public_id}/{import_told(report)}"
