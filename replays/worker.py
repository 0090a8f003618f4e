"""The loop of a worker: dead builds back to the queue, what is due from it, and the calendar's clock.

Imports nothing that loads or builds: that is for a subprocess of each build, so that its memory and its crashes stay
outside.
"""

import time
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.utils import timezone

from replays.claims import Claim, claim_next
from replays.dead_builds import release_dead_builds
from replays.heartbeat import Heartbeat
from replays.models import Build, BuildState
from replays.stopping import Stop
from replays.supervision import Supervisor
from seasons.calendar_clock import advance_states

POLL_S = 1.0
CALENDAR_EVERY_S = 60.0
LONGEST_WAIT_FOR_DATABASE_S = 30.0

Say = Callable[[str], None]


class Worker:
    """Builds one session after the other until told to stop. `say` is told each beginning and each end."""

    def __init__(self, say: Say, supervisor: Supervisor | None = None, *, poll_s: float = POLL_S) -> None:
        self.say = say
        self.supervisor = supervisor or Supervisor()
        self.poll_s = poll_s
        self.heartbeat = Heartbeat()
        self._calendar_at = time.monotonic()
        self._failed_turns = 0

    def run(self, stop: Stop, *, once: bool = False) -> None:
        """Works until `stop`; with `once`, until nothing is due."""
        try:
            self._work(stop, once=once)
        finally:
            self.heartbeat.end()

    def _work(self, stop: Stop, *, once: bool) -> None:
        while not stop.is_set():
            try:
                worked = self.turn(stop)
            except DatabaseError as error:
                connection.close()
                stop.wait(self._wait_for_database_s(error))
                continue
            if worked:
                continue
            if once:
                return
            stop.wait(self.poll_s)

    def turn(self, stop: Stop) -> bool:
        """One round of what there is to do; returns whether there was a build. Raises DatabaseError."""
        self.heartbeat.beat()
        release_dead_builds()
        if self._failed_turns:
            self._failed_turns = 0
            self.say("The database works again")
        if time.monotonic() >= self._calendar_at:
            advance_states(timezone.now())
            self._calendar_at = time.monotonic() + CALENDAR_EVERY_S
        claim = claim_next(self.supervisor.lease)
        if claim is None:
            return False
        self.build(claim, stop)
        return True

    def _wait_for_database_s(self, error: DatabaseError) -> float:
        """Twice as long each time; told once."""
        if not self._failed_turns:
            reason = str(error).strip().partition("\n")[0]
            self.say(f"The database does not work ({reason}): waiting for it")
        self._failed_turns += 1
        return min(self.poll_s * 2 ** min(self._failed_turns, 10), LONGEST_WAIT_FOR_DATABASE_S)

    def build(self, claim: Claim, stop: Stop) -> None:
        build = claim.rows().select_related("session").first()
        if build is None:
            return
        self.say(f"{build.session.key}: begun{f', attempt {build.attempts}' if build.attempts > 1 else ''}")
        began = time.monotonic()
        self.supervisor.see_through(claim, build.public_id, stop, on_look=self.heartbeat.beat)
        ended = Build.objects.filter(pk=build.pk).select_related("replay").first()
        told = "not in the catalogue any more" if ended is None else ending_text(ended, time.monotonic() - began)
        self.say(f"{build.session.key}: {told}")


def ending_text(build: Build, seconds: float) -> str:
    """What became of a build that a worker has had for `seconds`."""
    if build.state == BuildState.DONE:
        return f"done in {seconds:.1f} s: " + (f"/replays/{build.replay.public_id}/" if build.replay else "results")
    if build.state == BuildState.FAILED:
        return f"failed: {build.error}"
    if build.state == BuildState.CANCELLED:
        return "cancelled"
    if build.state == BuildState.RUNNING:
        return f"taken over by process {build.pid} on {build.host}"
    if build.not_before is None:
        return "back in the queue"
    return f"again from {build.not_before:%H:%M:%S} UTC on: {build.error}"


def waiting_count() -> int:
    """Raises DatabaseError."""
    return Build.objects.filter(state=BuildState.QUEUED).count()
