import logging
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser

from replays.builds import OnStage, load_and_build, ready_replay
from replays.catalogued import load_again
from replays.dead_builds import release_dead_builds
from replays.loading.fastf1_setup import Fastf1Source
from replays.loading.session_data import SessionData
from replays.management.catalogued_session import find_session
from replays.management.failures import told_in_one_line
from replays.management.import_told import import_told
from replays.management.progress import ProgressReport


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
            release_dead_builds()
            session = find_session(key)
            ready = None if force else ready_replay(session)
            if ready is not None:
                self.stdout.write(f"{session.key} is up to date: /replays/{ready.public_id}/ (--force builds it again)")
                return
            with ProgressReport(self.stdout, self.stderr) as progress:
                progress.begin(session.key)
                began = time.monotonic()
                loaded = began

                def load(on_stage: OnStage) -> SessionData:
                    nonlocal loaded
                    data = load_again(session, source, refresh=False, on_stage=on_stage, on_share=progress.advance_to)
                    loaded = time.monotonic()
                    return data

                outcome = load_and_build(session, load, on_stage=progress.session_stage)
                built = time.monotonic()
            replay, unchanged = outcome.replay, "the same replay" if outcome.report else "nothing changed"
            self.stdout.write(
                f"loading {loaded - began:.2f} s, building {built - loaded:.2f} s, {replay.bytes} bytes, "
                f"{'new' if outcome.created else unchanged}: /replays/{replay.public_id}/{import_told(outcome.report)}"
            )
