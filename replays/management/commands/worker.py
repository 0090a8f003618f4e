import argparse
import os
import signal
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from replays.stopping import Stop, when_orphaned
from replays.worker import Worker, waiting_count

NICENESS = 10
CONNECT_TIMEOUT_S = 3


class Command(BaseCommand):
    help = (
        "Builds the sessions that wait in the queue, one after the other, until Ctrl-C; start several to build several "
        "at once, on this machine or others. Example: python manage.py worker"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is due any more, say for cron")
        # How `serve` starts its own: ends with it, gives way to it, and says less.
        parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *_args: Any, once: bool, embedded: bool, **_options: Any) -> None:
        stop = Stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop.set)
        if embedded:
            when_orphaned(stop.set)
            os.nice(NICENESS)
        fail_soon_where_the_database_is_away()
        if not embedded:
            self.greet()
        Worker(self.say).run(stop, once=once)

    def greet(self) -> None:
        try:
            waiting = waiting_count()
        except DatabaseError:
            return  # the loop tells it, and waits
        self.say(f"{waiting} build{'s wait' if waiting != 1 else ' waits'}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def fail_soon_where_the_database_is_away() -> None:
    """A pool would wait for five seconds, libpq for minutes; a worker is told to stop and has to hear it."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"].pop("pool", None)
        connection.settings_dict["OPTIONS"].setdefault("connect_timeout", CONNECT_TIMEOUT_S)
