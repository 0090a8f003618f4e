import logging
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from replays.builds import build_session_replay, ready_replay
from replays.dead_builds import sweep_dead_builds
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.session_data import SessionData
from replays.management.failures import told_in_one_line
from replays.management.progress import ProgressReport
from seasons.models import Session, SourceKind

UNKNOWN_KEY = 2


class Command(BaseCommand):
    help = (
        "Builds the replay of a session that is in the catalogue, from what the FastF1 cache has of it, and prints how "
        "long loading and building took. Example: python manage.py build_replay 2025-australian-grand-prix-race"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="the session's key, or its id")
        parser.add_argument("--force", action="store_true", help="also when its replay is up to date")

    def handle(self, *_args: Any, key: str, force: bool, verbosity: int, **_options: Any) -> None:
        source = Fastf1Source(
            settings.FASTF1_CACHE_DIR, settings.FASTF1_OFFLINE, logging.INFO if verbosity > 1 else logging.CRITICAL
        )
        with told_in_one_line():
            sweep_dead_builds()
            session = find(key)
            ready = None if force else ready_replay(session)
            if ready is not None:
                self.stdout.write(f"{session.key} is up to date: /replays/{ready.public_id}/ (--force builds it again)")
                return
            with ProgressReport(self.stdout, self.stderr) as progress:
                progress.begin(session.key)
                began = time.monotonic()
                data = load(session, source, progress)
                loaded = time.monotonic()
                outcome = build_session_replay(data, on_stage=progress.session_stage)
                built = time.monotonic()
            replay = outcome.replay
            self.stdout.write(
                f"loading {loaded - began:.2f} s, building {built - loaded:.2f} s, {replay.bytes} bytes, "
                f"{'new' if outcome.created else 'nothing changed'}: /replays/{replay.public_id}/"
            )


def find(key: str) -> Session:
    sessions = Session.objects.select_related("event__season")
    session = sessions.filter(key=key).first() or sessions.filter(public_id=key).first()
    if session is None:
        raise CommandError(
            f"no session '{key}' in the catalogue: warm_cache brings sessions in", returncode=UNKNOWN_KEY
        )
    return session


def load(session: Session, source: Fastf1Source, progress: ProgressReport) -> SessionData:
    """The session's data, from where they came before."""
    if session.source_kind == SourceKind.DEMO:
        from replays.demo import load_demo_session

        return load_demo_session(say=progress.stage, advance=progress.advance_to)
    if session.source_kind == SourceKind.LIVETIMING:
        raise CommandError(f"{session.key} came from a recorded file: warm_cache --livetiming FILE builds it again")
    from replays.warming import load_catalogued

    source.configure()
    return load_catalogued(session, source, on_stage=progress.session_stage)
