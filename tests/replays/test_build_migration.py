"""Builds of before there was a queue, as they are after the migration."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from replays.dead_builds import release_dead_builds
from replays.models import Build, BuildState
from tests.replays.catalogue import catalogued_session

BEFORE = [("replays", "0001_replays_and_builds")]
STARTED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def old_builds(transactional_db):
    """Inserts builds as the version before had them, and migrates them."""

    def migrated(*states: str) -> None:
        sessions = [catalogued_session(number) for number in range(len(states))]
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        old = executor.loader.project_state(BEFORE).apps.get_model("replays", "Build")
        for session, state in zip(sessions, states, strict=True):
            row = old.objects.create(session_id=session.pk, state=state, host="elsewhere", pid=1, heartbeat_at=STARTED)
            old.objects.filter(pk=row.pk).update(started_at=STARTED)
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())  # what builds are by now, which the models know

    yield migrated
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.slow
def test_old_builds_keep_their_state_and_have_ids_of_their_own(old_builds):
    old_builds("done", "failed", "running")

    builds = list(Build.objects.order_by("session"))
    assert [build.state for build in builds] == ["done", "failed", "running"]
    assert len({build.public_id for build in builds}) == 3
    assert {(build.queued_at, build.attempts) for build in builds} == {(STARTED, 1)}
    assert [build.progress for build in builds] == [1.0, 0.0, 0.0]


@pytest.mark.slow
def test_one_that_was_running_is_taken_for_dead(old_builds):
    old_builds("running")

    assert release_dead_builds() == 1
    assert Build.objects.get().state == BuildState.QUEUED
