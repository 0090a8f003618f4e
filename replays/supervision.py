"""One build, seen through: its subprocess, its lease, and whatever ends it."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from replays.attempts import settle_crash
from replays.claims import SILENT_AFTER, Claim
from replays.stopping import Stop

BUILD_COMMAND = (sys.executable, str(settings.BASE_DIR / "manage.py"), "run_build")
LEASE = timedelta(seconds=30)
RENEWALS_A_LEASE = 4
LOOK_EVERY_S = 1.0
TICK_S = 0.1
GRACE_S = 5.0
"""What a subprocess has to clear up after SIGTERM."""


class Ending(Enum):
    EXITED = auto()
    STOPPED = auto()
    CANCELLED = auto()
    SILENT = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Runs `command` for each build: its id is an argument, the claim's token and lease (s) a line on stdin."""

    command: Sequence[str] = BUILD_COMMAND
    lease: timedelta = LEASE
    silent_after: timedelta = SILENT_AFTER
    look_every_s: float = LOOK_EVERY_S
    grace_s: float = GRACE_S

    def see_through(self, claim: Claim, public_id: str, stop: Stop, on_look: Callable[[], None] = lambda: None) -> None:
        """Returns when the subprocess has ended, and the build is no longer this claim's.

        At `stop` it goes back to the queue. `on_look` is called every second or so meanwhile. Raises DatabaseError only
        when the subprocess has ended: the lease passes then.
        """
        try:
            # A session of its own: Ctrl-C in the terminal is the worker's to hand on.
            process = subprocess.Popen(  # noqa: S603
                [*self.command, public_id], stdin=subprocess.PIPE, start_new_session=True, text=True
            )
        except OSError as error:
            settle_crash(claim, f"its process cannot be started: {error.strerror or error}")
            return
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it ended already: that is seen below
                process.stdin.write(f"{claim.token} {claim.lease.total_seconds()}\n")
                process.stdin.flush()  # and never closed: its end tells the subprocess that nobody watches any more
            ending = self._watch(process, claim, stop, on_look)
            self._end(process, ending)
        finally:
            process.kill()
            process.wait()
            with suppress(BrokenPipeError):
                process.stdin.close()
        self._settle(claim, ending, process.returncode)

    def _watch(self, process: "subprocess.Popen[str]", claim: Claim, stop: Stop, on_look: Callable[[], None]) -> Ending:
        look_at = renew_at = time.monotonic()
        while process.poll() is None:
            if stop.wait(TICK_S):
                return Ending.STOPPED
            now = time.monotonic()
            if now < look_at:
                continue
            look_at = now + self.look_every_s
            try:
                if now >= renew_at:
                    renew_at = now + self.lease.total_seconds() / RENEWALS_A_LEASE
                    claim.renew()
                ending = self._look(claim)
                on_look()
            except DatabaseError:
                connection.close()  # it may be back at the next look; the subprocess meets it too
                continue
            if ending is not None:
                return ending
        return Ending.EXITED

    def _look(self, claim: Claim) -> Ending | None:
        is_silent = ExpressionWrapper(Q(progress_at__lt=Now() - self.silent_after), output_field=BooleanField())
        seen = claim.rows().annotate(is_silent=is_silent).values_list("cancel_requested", "is_silent").first()
        if seen is None:
            return Ending.LOST
        cancel_requested, silent = seen
        if cancel_requested:
            return Ending.CANCELLED
        return Ending.SILENT if silent else None

    def _end(self, process: "subprocess.Popen[str]", ending: Ending) -> None:
        """A lost build's subprocess gets no time to clear up: that would be the work of who has taken it over."""
        if ending in (Ending.STOPPED, Ending.CANCELLED):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.grace_s)

    def _settle(self, claim: Claim, ending: Ending, returncode: int) -> None:
        """Nothing happens where the subprocess has ended the claim itself, by success or for a reason."""
        if ending == Ending.STOPPED:
            claim.give_back()
        elif ending == Ending.CANCELLED:
            claim.cancelled()
        elif ending == Ending.SILENT:
            settle_crash(claim, f"nothing happened for {self.silent_after.total_seconds() / 60:.0f} minutes")
        elif ending == Ending.EXITED:
            how = f"was killed by signal {-returncode}" if returncode < 0 else f"ended with exit code {returncode}"
            settle_crash(claim, f"its process {how}")
