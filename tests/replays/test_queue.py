"""Asking for a build and taking that back: one that waits or runs for a session, never two."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from replays.claims import claim_next
from replays.models import Build, BuildState
from replays.queue import enqueue, request_cancel
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)


def test_a_build_that_is_asked_for_waits_with_who_asked():
    build, created = enqueue(catalogued_session(), requested_by="curator")

    build.refresh_from_db()
    assert created
    assert (build.state, build.refresh, build.requested_by, build.attempts) == (BuildState.QUEUED, False, "curator", 0)
    assert len(build.public_id) == 12


def test_asked_for_again_it_is_the_one_that_waits():
    session = catalogued_session()
    build, _ = enqueue(session)

    assert enqueue(session) == (build, False)
    assert Build.objects.count() == 1


def test_asked_for_again_with_the_newest_data_the_one_that_waits_gets_them():
    session = catalogued_session()
    enqueue(session)

    build, created = enqueue(session, refresh=True)

    assert not created
    assert build.refresh
    assert Build.objects.get().refresh
    assert enqueue(session)[0].refresh


def test_one_that_runs_stays_as_it_was_begun():
    session = catalogued_session()
    enqueue(session)
    claim_next(LEASE)

    build, created = enqueue(session, refresh=True)

    assert (created, build.state, build.refresh) == (False, BuildState.RUNNING, False)


@pytest.mark.parametrize("ended", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_one_that_has_ended_is_not_in_the_way(ended):
    session = catalogued_session()
    old, _ = enqueue(session)
    Build.objects.update(state=ended)

    new, created = enqueue(session)

    assert created
    assert new != old


def test_one_that_waits_is_cancelled_at_once():
    build, _ = enqueue(catalogued_session())

    assert request_cancel(build)

    build.refresh_from_db()
    assert build.state == BuildState.CANCELLED
    assert build.finished_at is not None
    assert claim_next(LEASE) is None


def test_one_that_runs_is_left_to_who_works_on_it():
    build, _ = enqueue(catalogued_session())
    claim_next(LEASE)

    assert request_cancel(build)

    build.refresh_from_db()
    assert (build.state, build.cancel_requested) == (BuildState.RUNNING, True)


@pytest.mark.parametrize("ended", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_one_that_has_ended_cannot_be_cancelled(ended):
    build, _ = enqueue(catalogued_session())
    Build.objects.update(state=ended)

    assert not request_cancel(build)
    assert Build.objects.get().state == ended


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_the_same_build():
    session = catalogued_session()
    together = threading.Barrier(8)
    answers = []

    def ask():
        together.wait()
        answers.append(enqueue(session))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({build.pk for build, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
