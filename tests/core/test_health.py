"""Health with the real database and Redis, and with probes that hang until they are let go."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from core import health
from core.health import Probe

PATIENCE_S = 10
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def fresh_probes(monkeypatch):
    """No outcome of another test."""
    monkeypatch.setattr(health, "DATABASE", Probe("database", health.check_database))
    monkeypatch.setattr(health, "REDIS", Probe("redis", health.check_redis))
    monkeypatch.setattr(health, "MIGRATIONS", Probe("migrations", health.check_migrations))


@pytest.fixture
def hang():
    """A check that does not end before the test."""
    released = threading.Event()
    yield released.wait
    released.set()


def fail() -> None:
    raise OSError("connection refused by 10.1.2.3")


@pytest.mark.django_db(transaction=True)
def test_all_is_well(client, settings):
    settings.REDIS_URL = ""
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "version": settings.APP_VERSION,
        "environment": settings.ENVIRONMENT,
        "database": "connected",
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_a_configured_redis_is_asked(client, settings, redis_url):
    settings.REDIS_URL = redis_url
    facts = client.get("/health/").json()
    assert (facts["status"], facts["redis"]) == ("healthy", "connected")


@pytest.mark.django_db(transaction=True)
def test_a_configured_redis_that_is_away_degrades(client, settings):
    settings.REDIS_URL = NOWHERE
    facts = client.get("/health").json()
    assert (facts["status"], facts["redis"], facts["database"]) == ("degraded", "disconnected", "connected")


def test_a_failing_database_is_said_with_200_and_without_details(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE", Probe("database", fail))
    response = client.get("/health")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["database"]) == ("degraded", "disconnected")
    assert b"10.1.2.3" not in response.content


def test_a_hanging_database_is_given_up_and_not_asked_again_meanwhile(client, monkeypatch, hang):
    calls = []
    monkeypatch.setattr(health, "DATABASE", Probe("database", lambda: calls.append(1) or hang()))
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    for _ in range(5):
        assert client.get("/health").json()["database"] == "disconnected"
    assert calls == [1]


def test_many_callers_share_one_check(monkeypatch):
    together = threading.Barrier(20)
    release = threading.Event()
    calls = []
    probe = Probe("shared", lambda: calls.append(1) or release.wait())
    monkeypatch.setattr(health, "PATIENCE_S", 60)
    outcomes = []

    def ask() -> None:
        together.wait()
        outcomes.append(probe.is_up())

    askers = [threading.Thread(target=ask) for _ in range(20)]
    for asker in askers:
        asker.start()
    release.set()
    for asker in askers:
        asker.join()
    assert calls == [1]
    assert outcomes == [True] * 20


def test_recovery_is_seen_once_the_outcome_is_stale(monkeypatch):
    outcomes = iter([fail, lambda: None])
    probe = Probe("wavering", lambda: next(outcomes)())
    monkeypatch.setattr(health, "PATIENCE_AFTER_FAILURE_S", 60)
    assert not probe.is_up()
    assert not probe.is_up(), "the outcome is fresh"
    monkeypatch.setattr(health, "FRESH_S", 0)
    assert probe.is_up()


def test_live_touches_nothing(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE", Probe("database", fail))
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.django_db(transaction=True)
def test_ready_when_all_migrations_are_applied(client, settings):
    settings.REDIS_URL = ""
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["migrations"]) == ("ready", "applied")


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_pending(client, settings):
    settings.REDIS_URL = ""
    applied = MigrationRecorder.Migration.objects.get(app="replays", name="0001_replays_and_builds")
    applied.delete()
    try:
        response = client.get("/health/ready/")
    finally:
        MigrationRecorder.Migration.objects.create(app=applied.app, name=applied.name, applied=applied.applied)
    assert response.status_code == 503
    assert (response.json()["status"], response.json()["database"]) == ("not ready", "connected")


@pytest.mark.django_db(transaction=True)
def test_probes_leave_no_connection_open(client, postgres_url, monkeypatch):
    monkeypatch.setattr(health, "FRESH_S", 0)
    for _ in range(3):
        assert client.get("/health/ready").json()["migrations"] == "applied"
    for thread in threading.enumerate():
        if thread.name.startswith("health "):
            thread.join()
    assert wait_until(lambda: connections_of_probes() == 0)


def connections_of_probes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
            " AND query LIKE '%django_migrations%' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so: the server lets a closed connection go a moment later."""
    deadline = time.monotonic() + PATIENCE_S
    while not (so := is_so()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return so


def test_not_ready_while_degraded(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE", Probe("database", fail))
    monkeypatch.setattr(health, "MIGRATIONS", Probe("migrations", lambda: None))
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health_is_only_read(client, path):
    assert client.post(path).status_code == 405
