"""A worker is known to be there while it idles, and known to be gone."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from replays import heartbeat
from replays.heartbeat import Heartbeat, is_any_worker_there
from replays.models import WorkerHeartbeat
from replays.queue import enqueue
from replays.stopping import Stop
from replays.supervision import Supervisor
from replays.worker import Worker
from tests.replays import pretended_builds
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_is_there_at_first():
    assert not is_any_worker_there()


def test_a_worker_that_has_nothing_to_do_is_there_until_it_ends():
    worker = Worker(lambda text: None)
    assert not worker.turn(Stop())
    assert is_any_worker_there()

    worker.run(Stop(), once=True)
    assert not is_any_worker_there()
    assert not WorkerHeartbeat.objects.exists()


def test_a_worker_that_was_killed_is_missed():
    Heartbeat().beat()
    assert is_any_worker_there()
    WorkerHeartbeat.objects.update(beat_at=Now() - heartbeat.MISSED_AFTER)
    assert not is_any_worker_there()


def test_beats_are_few_however_often_it_is_called(django_assert_num_queries):
    beating = Heartbeat()
    beating.beat()
    with django_assert_num_queries(0):
        for _ in range(100):
            beating.beat()


def test_a_worker_is_one_row_and_old_ones_are_cleared_away(monkeypatch):
    WorkerHeartbeat.objects.create(host="elsewhere", pid=1, beat_at=Now() - timedelta(days=2))
    WorkerHeartbeat.objects.create(host="elsewhere", pid=2, beat_at=Now() - timedelta(hours=2))
    monkeypatch.setattr(heartbeat, "EVERY_S", 0)
    beating = Heartbeat()
    beating.beat()
    beating.beat()
    assert WorkerHeartbeat.objects.count() == 2
    assert not WorkerHeartbeat.objects.filter(host="elsewhere", pid=1).exists()


def test_a_worker_that_builds_for_long_is_there_too():
    enqueue(catalogued_session())
    stop = Stop()
    worker = Worker(lambda text: None, Supervisor(pretended_builds.NEVER_ENDS, look_every_s=0.0))

    class Beating(Heartbeat):
        beats = 0

        def beat(self) -> None:
            """While its build goes on: the first is of the turn."""
            self.beats += 1
            if self.beats == 3:
                stop.set()

    worker.heartbeat = Beating()
    worker.turn(stop)
    assert worker.heartbeat.beats == 3
