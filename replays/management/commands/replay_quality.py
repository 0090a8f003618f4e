import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from replays.management.catalogued_session import find_session
from replays.management.failures import told_in_one_line
from replays.models import Replay, ReplayState
from replays.quality_lines import quality_lines


class Command(BaseCommand):
    help = (
        "Prints how good a replay is: its verdict and why, what is missing, how true its motion, order and gaps are. "
        "Example: python manage.py replay_quality 2025-australian-grand-prix-race"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="the session's key or id, or the replay's id")
        parser.add_argument("--json", action="store_true", help="the whole report as it is stored")

    def handle(self, *_args: Any, key: str, **options: Any) -> None:
        with told_in_one_line():
            replay = Replay.objects.select_related("session").filter(public_id=key).first() or _ready(key)
            if options["json"]:
                self.stdout.write(json.dumps(replay.quality, indent=2))
                return
            self.stdout.write(f"{replay.session.key}, replay {replay.public_id}")
            for line in quality_lines(replay.quality):
                self.stdout.write(f"  {line}")


def _ready(key: str) -> Replay:
    session = find_session(key)
    replay = session.replays.filter(state=ReplayState.READY).first()
    if replay is None:
        raise CommandError(f"{session.key} has no replay: build_replay builds one")
    return replay
