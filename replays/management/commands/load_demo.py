from typing import Any

from django.core.management import BaseCommand

from replays.artefact.model import SCHEMA_VERSION
from replays.builds import build_session_replay, is_intact
from replays.dead_builds import sweep_dead_builds
from replays.management.failures import told_in_one_line
from replays.management.progress import ProgressReport
from replays.models import Replay, ReplayState

LOADED = 0.9
"""The share of the work that is done when the session is loaded."""


class Command(BaseCommand):
    help = (
        "Builds the demo race, a fictional Grand Prix, so that there is something to see without any download. "
        "Does nothing when it is there. Example: python manage.py load_demo"
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        with told_in_one_line():
            sweep_dead_builds()
            replay = ready_demo() or self.build()
        self.stdout.write(f"The demo race is ready: /replays/{replay.public_id}/")

    def build(self) -> Replay:
        from replays.demo import load_demo_session

        with ProgressReport(self.stdout, self.stderr) as progress:
            progress.begin("Demo race")
            data = load_demo_session(say=progress.stage, advance=lambda share: progress.advance_to(LOADED * share))
            return build_session_replay(data, on_stage=progress.stage).replay


def ready_demo() -> Replay | None:
    demos = Replay.objects.filter(session__event__is_demo=True, state=ReplayState.READY, schema_version=SCHEMA_VERSION)
    return next((replay for replay in demos if is_intact(replay.public_id)), None)
