"""A build whose holder is dead goes back to the queue, without what was half written; one that lives does not."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from replays.attempts import BACK_OFF
from replays.claims import claim_next, this_host
from replays.dead_builds import DIED, release_dead_builds
from replays.models import Build, BuildState
from replays.queue import enqueue, request_cancel
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def running(replay_storage) -> Build:
    enqueue(catalogued_session())
    claim_next(LEASE)
    return Build.objects.get()


def change(**fields) -> None:
    Build.objects.update(**fields)


@pytest.mark.parametrize("host", [this_host(), "elsewhere"])
def test_a_build_whose_lease_has_passed_is_dead_wherever_it_runs(running, host):
    change(host=host, pid=os.getpid(), lease_until=timezone.now() - timedelta(seconds=1))

    assert release_dead_builds() == 1

    build = Build.objects.get()
    assert (build.state, build.attempts, build.error, build.claim_token) == (BuildState.QUEUED, 1, DIED, "")
    assert build.not_before > timezone.now()


def test_a_build_of_this_host_whose_process_is_gone_is_dead_at_once(running, dead_pid):
    change(pid=dead_pid)

    assert release_dead_builds() == 1
    assert Build.objects.get().state == BuildState.QUEUED


@pytest.mark.parametrize("host", [this_host(), "elsewhere"])
def test_a_build_that_lives_is_left_alone(running, dead_pid, host):
    change(host=host, pid=os.getpid() if host == this_host() else dead_pid)

    assert release_dead_builds() == 0
    assert Build.objects.get().state == BuildState.RUNNING


def test_what_it_had_written_is_removed(running, replay_storage, dead_pid):
    half = replay_storage / "halfwritten00000" / "chunks"
    half.mkdir(parents=True)
    (half / "0009.bin").write_bytes(b"half")
    change(pid=dead_pid, folder="halfwritten00000")

    release_dead_builds()

    assert not (replay_storage / "halfwritten00000").exists()


def test_one_that_was_to_be_cancelled_is_cancelled(running, dead_pid):
    request_cancel(running)
    change(pid=dead_pid)

    release_dead_builds()

    assert Build.objects.get().state == BuildState.CANCELLED


def test_one_that_kills_whoever_builds_it_is_given_up_in_the_end(running, dead_pid):
    change(pid=dead_pid, attempts=len(BACK_OFF) + 1)

    release_dead_builds()

    build = Build.objects.get()
    assert (build.state, build.error) == (BuildState.FAILED, DIED)


def test_only_the_session_asked_for_is_looked_at(running, dead_pid):
    change(pid=dead_pid)

    assert release_dead_builds(catalogued_session(2)) == 0
    assert release_dead_builds(running.session) == 1
