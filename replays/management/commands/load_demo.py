from typing import Any

from django.core.management import BaseCommand

from replays.artefact.model import SCHEMA_VERSION
from replays.builds import OnStage, is_intact, load_and_build
from replays.dead_builds import release_dead_builds
from replays.loading.session_data import SessionData
from replays.management.failures import told_in_one_line
from replays.management.progress import ProgressReport
from replays.models import Replay, ReplayState
from seasons.catalogue import find_session

LOADED = 0.9
"""The share of the work that is done when the session is loaded."""


class Command(BaseCommand):
    help = (
        "Builds the demo race, a fictional Grand Prix, so that there is something to see without any download. "
        "Does nothing when it is there. Example: python manage.py load_demo"
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        with told_in_one_line():
            release_dead_builds()
            replay = ready_demo() or self.build()
        self.stdout.write(f"The demo race is ready: /replays/{replay.public_id}/")

    def build(self) -> Replay:
        from replays.demo import DEMO_SESSION, load_demo_session

        with ProgressReport(self.stdout, self.stderr) as progress:
            progress.begin("Demo race")

            def load(say: OnStage) -> SessionData:
                return load_demo_session(say=say, advance=lambda share: progress.advance_to(LOADED * share))

            return load_and_build(find_session(DEMO_SESSION), load, on_stage=progress.stage).replay


def ready_demo() -> Replay | None:
    demos = Replay.objects.filter(session__event__is_demo=True, state=ReplayState.READY, schema_version=SCHEMA_VERSION)
    return next((replay for replay in demos if is_intact(replay.public_id)), None)
