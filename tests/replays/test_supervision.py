"""The subprocess of a build, as its worker sees it: pretended ones that end, hang, or have to be ended."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone

from replays.claims import Claim, claim_next
from replays.models import Build, BuildState
from replays.queue import enqueue, request_cancel
from replays.stopping import Stop
from replays.supervision import Supervisor
from tests.replays import pretended_builds as pretended
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)
PATIENCE_S = 30


@pytest.fixture
def claim() -> Claim:
    enqueue(catalogued_session())
    return claim_next(LEASE)


def see_through(claim: Claim, command: list[str], stop: Stop | None = None, **options) -> Build:
    supervisor = Supervisor(command, lease=LEASE, **{"look_every_s": 0.0, "grace_s": PATIENCE_S, **options})
    supervisor.see_through(claim, Build.objects.get().public_id, stop or Stop())
    return Build.objects.get()


def stop_when_there(file: Path) -> Stop:
    """A stop that is set once the subprocess has made `file`."""
    stop = Stop()

    def wait_for_it():
        give_up_at = time.monotonic() + PATIENCE_S
        while not file.exists() and time.monotonic() < give_up_at:
            time.sleep(0.01)
        stop.set()

    threading.Thread(target=wait_for_it, daemon=True).start()
    return stop


def test_the_subprocess_is_given_the_build_and_the_claim(claim, tmp_path):
    file = tmp_path / "claim"

    build = see_through(claim, pretended.writes_its_claim(file))

    assert file.read_text().split() == [build.public_id, claim.token, "30.0"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (pretended.ENDS_WITHOUT_A_WORD, "its process ended with exit code 3"),
        (pretended.IS_KILLED, "its process was killed by signal 9"),
        (["/nowhere/at/all"], "its process cannot be started: No such file or directory"),
    ],
)
def test_a_subprocess_that_ends_without_a_word_is_an_attempt(claim, command, reason):
    build = see_through(claim, command)

    assert (build.state, build.attempts, build.error) == (BuildState.QUEUED, 1, reason)


def test_a_cancelled_build_is_ended_and_stays_cancelled(claim):
    request_cancel(Build.objects.get())

    build = see_through(claim, pretended.NEVER_ENDS)

    assert build.state == BuildState.CANCELLED
    assert build.finished_at is not None


def test_one_that_tells_nothing_for_too_long_is_an_attempt(claim):
    Build.objects.update(progress_at=timezone.now() - timedelta(minutes=16))

    build = see_through(claim, pretended.NEVER_ENDS)

    assert (build.state, build.attempts, build.error) == (BuildState.QUEUED, 1, "nothing happened for 15 minutes")


def test_one_that_another_has_taken_over_is_ended_and_its_row_left_alone(claim):
    Build.objects.update(claim_token="another")

    build = see_through(claim, pretended.NEVER_ENDS)

    assert (build.state, build.claim_token, build.error) == (BuildState.RUNNING, "another", "")


def test_one_whose_session_vanished_is_ended(claim):
    public_id = Build.objects.get().public_id
    Build.objects.all().delete()

    Supervisor(pretended.NEVER_ENDS, look_every_s=0.0).see_through(claim, public_id, Stop())

    assert not Build.objects.exists()


def test_at_a_stop_the_subprocess_may_clear_up_and_the_build_goes_back_to_the_queue(claim, tmp_path):
    ready, cleared = tmp_path / "ready", tmp_path / "cleared"

    build = see_through(claim, pretended.clears_up_at_sigterm(ready, cleared), stop_when_there(ready))

    assert cleared.exists()
    assert (build.state, build.attempts, build.not_before) == (BuildState.QUEUED, 0, None)


def test_one_that_does_not_end_at_a_stop_is_killed(claim, tmp_path):
    ready = tmp_path / "ready"

    build = see_through(claim, pretended.ignores_sigterm(ready), stop_when_there(ready), grace_s=0.1)

    assert build.state == BuildState.QUEUED


def test_the_lease_is_renewed_while_the_subprocess_lives(claim, monkeypatch):
    almost_over = timezone.now() + timedelta(seconds=1)
    Build.objects.update(lease_until=almost_over)
    stop, seen = Stop(), []
    look = Supervisor._look

    def look_and_stop(self, claim):
        seen.append(Build.objects.get().lease_until)
        stop.set()
        return look(self, claim)

    monkeypatch.setattr(Supervisor, "_look", look_and_stop)

    see_through(claim, pretended.NEVER_ENDS, stop)

    assert seen[0] > almost_over + timedelta(seconds=10)


def test_a_database_that_is_away_for_a_look_ends_nothing(claim, monkeypatch):
    looks = []
    look = Supervisor._look

    def away_at_first(self, claim):
        looks.append(1)
        if len(looks) == 1:
            raise DatabaseError("gone")
        request_cancel(Build.objects.get())
        return look(self, claim)

    monkeypatch.setattr(Supervisor, "_look", away_at_first)
    monkeypatch.setattr("replays.supervision.connection.close", lambda: None)  # this test's transaction is in it

    assert see_through(claim, pretended.NEVER_ENDS).state == BuildState.CANCELLED
