"""The worker's loop, in this process, with pretended builds."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from replays import worker as worker_module
from replays.claims import claim_next
from replays.models import Build, BuildState
from replays.queue import enqueue
from replays.stopping import Stop
from replays.supervision import Supervisor
from replays.worker import Worker
from seasons.models import Session, SessionState
from tests.replays import pretended_builds as pretended
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def said() -> list[str]:
    return []


def worker_of(command: list[str], said: list[str]) -> Worker:
    return Worker(said.append, Supervisor(command), poll_s=0.0)


def test_once_it_does_what_is_due_and_ends(said):
    for number in (1, 2):
        enqueue(catalogued_session(number))

    worker_of(pretended.ENDS_WITHOUT_A_WORD, said).run(Stop(), once=True)

    assert set(Build.objects.values_list("state", "attempts")) == {(BuildState.QUEUED, 1)}
    assert [line.partition(" ")[0] for line in said] == [
        "2024-invented-1-grand-prix-race:",
        "2024-invented-1-grand-prix-race:",
        "2024-invented-2-grand-prix-race:",
        "2024-invented-2-grand-prix-race:",
    ]
    assert said[0].endswith("begun")
    assert "again from" in said[1]
    assert said[1].endswith("its process ended with exit code 3")


def test_one_that_always_crashes_is_tried_four_times_and_then_failed(said):
    enqueue(catalogued_session())
    worker = worker_of(pretended.IS_KILLED, said)

    for _ in range(6):
        worker.run(Stop(), once=True)
        Build.objects.update(not_before=None)

    build = Build.objects.get()
    assert (build.state, build.attempts) == (BuildState.FAILED, 4)
    assert [line for line in said if "begun" in line][-1].endswith("begun, attempt 4")
    assert said[-1].endswith("failed: its process was killed by signal 9")


def test_a_build_whose_worker_died_is_taken_over(said):
    enqueue(catalogued_session())
    claim_next(timedelta(seconds=30))
    Build.objects.update(host="elsewhere", lease_until=timezone.now() - timedelta(seconds=1))
    worker = worker_of(pretended.ENDS_WITHOUT_A_WORD, said)

    worker.run(Stop(), once=True)
    assert not said  # it is tried again, but not at once
    Build.objects.update(not_before=None)
    worker.run(Stop(), once=True)

    assert said[0].endswith("begun, attempt 2")


def test_it_claims_nothing_any_more_when_it_was_stopped(said):
    enqueue(catalogued_session())
    stop = Stop()
    stop.set()

    worker_of(pretended.NEVER_ENDS, said).run(stop)

    assert Build.objects.get().attempts == 0


def test_it_waits_for_a_database_that_is_away_and_says_so_once(said, monkeypatch):
    enqueue(catalogued_session())
    answers = [OperationalError("connection refused\nIs the server running?")] * 3

    def away_at_first():
        if answers:
            raise answers.pop()

    monkeypatch.setattr(worker_module, "release_dead_builds", away_at_first)
    monkeypatch.setattr("replays.worker.connection.close", lambda: None)  # this test's transaction is in it

    worker_of(pretended.ENDS_WITHOUT_A_WORD, said).run(Stop(), once=True)

    assert said[:2] == ["The database does not work (connection refused): waiting for it", "The database works again"]
    assert Build.objects.get().attempts == 1


def test_sessions_whose_time_has_come_move_on(said):
    session = catalogued_session(state=SessionState.SCHEDULED)

    worker_of(pretended.NEVER_ENDS, said).run(Stop(), once=True)

    assert Session.objects.get(pk=session.pk).state == SessionState.AVAILABLE
