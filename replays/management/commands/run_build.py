import logging
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from replays.catalogued import carry_out
from replays.claims import Claim
from replays.loading.fastf1_setup import Fastf1Source
from replays.management.failures import told_in_one_line
from replays.models import Build
from replays.stopping import when_orphaned

ORPHANED = 1


class Command(BaseCommand):
    help = "What a worker starts for each build, with the right to it on stdin. Not for people: they use build_replay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("build", metavar="BUILD", help="the build's id")

    def handle(self, *_args: Any, build: str, verbosity: int, **_options: Any) -> None:
        told = sys.stdin.readline().split()
        if len(told) != 2:
            raise CommandError("run_build is started by a worker: build_replay builds a session by hand")
        interrupted_by_sigterm()
        # Nothing is cleared up then: whoever takes the build over does that, and may be at it already.
        when_orphaned(lambda: os._exit(ORPHANED))
        source = Fastf1Source(
            settings.FASTF1_CACHE_DIR, settings.FASTF1_OFFLINE, logging.INFO if verbosity > 1 else logging.CRITICAL
        )
        with told_in_one_line():
            row = Build.objects.filter(public_id=build).first()
            if row is None:
                raise CommandError(f"no build {build}")
            carry_out(Claim(row.pk, token=told[0], lease=timedelta(seconds=float(told[1]))), source)


def interrupted_by_sigterm() -> None:
    """SIGTERM ends this process as Ctrl-C does, which removes what is half written."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # By SIGINT's handler of the moment: FastF1 loses the exception, and while it loads that one remembers.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
