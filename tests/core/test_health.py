"""What health tells, with the real database and Redis, and with ones that fail or hang, in a view and in the loop."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.test import Client, RequestFactory

from benchmarks.silent_proxy import SilentProxy, silent_proxy
from core import health, probe
from core.middleware.health import HealthMiddleware
from core.probe import EVERY_S, Probe

PATIENCE_S = 10
NOWHERE = "redis://127.0.0.1:1/0"
HEALTHY = {"status": "healthy", "database": "connected"}


@pytest.fixture(autouse=True)
def fresh_probes(monkeypatch):
    """No outcome of another test, and none that goes on after this one."""
    monkeypatch.setattr(health, "DATABASE", Probe("database", health.check_database, {"database": "disconnected"}))
    monkeypatch.setattr(health, "REDIS", Probe("redis", health.check_redis, {"redis": "disconnected"}))
    monkeypatch.setattr(health, "DRAINING", threading.Event())
    monkeypatch.setattr(probe, "EVERY_S", 0.02)
    monkeypatch.setattr(probe, "WATCHED_S", 0.2)
    # Against a real database, whose answer may take longer than health waits.
    monkeypatch.setattr(health, "FIRST_ANSWER_S", PATIENCE_S)
    yield
    for thread in threading.enumerate():
        if thread.name in ("probe database", "probe redis"):
            thread.join(PATIENCE_S)


@pytest.fixture
def hang():
    """A check that does not end before the test."""
    released = threading.Event()
    yield released.wait
    released.set()


def fail():
    raise OSError("connection refused by 10.1.2.3")


def failing() -> Probe:
    return Probe("database", fail, {"database": "disconnected"})


def becomes(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not (so := is_so()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return so


@pytest.mark.django_db(transaction=True)
def test_all_is_well(client, settings):
    settings.REDIS_URL = ""
    response = client.get("/health")
    assert response.status_code == 200
    facts = response.json()
    assert list(facts)[:4] == ["status", "version", "environment", "database"]
    assert facts == HEALTHY | {
        "version": settings.APP_VERSION,
        "environment": settings.ENVIRONMENT,
        "redis": "not configured",
        "migrations": "applied",
        "worker": "absent",
        "storage": "available",
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
    monkeypatch.setattr(health, "DATABASE", failing())
    response = client.get("/health")
    assert response.status_code == 200
    facts = response.json()
    assert (facts["status"], facts["database"]) == ("degraded", "disconnected")
    assert (facts["migrations"], facts["worker"]) == ("unknown", "unknown")
    assert b"10.1.2.3" not in response.content


def test_a_hanging_database_is_not_waited_for(client, monkeypatch, hang):
    calls = []
    monkeypatch.setattr(health, "DATABASE", Probe("database", lambda: calls.append(1) or hang(), {"database": "gone"}))
    monkeypatch.setattr(health, "FIRST_ANSWER_S", 0.01)
    for _ in range(5):
        assert client.get("/health").json()["database"] == "gone"
    assert calls == [1]


@pytest.mark.django_db(transaction=True)
def test_a_fact_whose_table_is_missing_is_unknown_and_the_others_stand(client, settings, monkeypatch):
    def broken() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        return "never"

    settings.REDIS_URL = ""
    monkeypatch.setitem(health.DATABASE_FACTS, "worker", broken)
    facts = client.get("/health").json()
    assert (facts["status"], facts["worker"], facts["migrations"]) == ("healthy", "unknown", "applied")


def test_live_touches_nothing(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE", None)
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.django_db(transaction=True)
def test_ready_when_all_migrations_are_applied(client, settings):
    settings.REDIS_URL = ""
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["migrations"]) == ("ready", "applied")


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_pending_and_ready_once_it_is_applied(client, settings):
    settings.REDIS_URL = ""
    applied = MigrationRecorder.Migration.objects.filter(app="replays").latest("name")
    applied.delete()
    try:
        response = client.get("/health/ready/")
        healthy = client.get("/health").json()
    finally:
        MigrationRecorder.Migration.objects.create(app=applied.app, name=applied.name, applied=applied.applied)
    assert response.status_code == 503
    assert (response.json()["status"], response.json()["database"]) == ("not ready", "connected")
    assert (healthy["status"], healthy["migrations"]) == ("healthy", "pending")
    assert becomes(lambda: client.get("/health/ready").status_code == 200)


def test_not_ready_while_degraded(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE", failing())
    assert client.get("/health/ready").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_the_process_drains_but_healthy(client, settings):
    settings.REDIS_URL = ""
    health.DRAINING.set()
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert (response.json()["status"], response.json()["process"]) == ("not ready", "draining")
    assert client.get("/health").json()["status"] == "healthy"
    assert client.get("/health/live").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_probes_leave_no_connection_open(client, postgres_url):
    for _ in range(3):
        assert client.get("/health/ready").json()["migrations"] == "applied"
    assert becomes(lambda: not [thread for thread in threading.enumerate() if thread.name == "probe database"])
    assert becomes(lambda: connections_of_probes() == 0), "the server lets a closed connection go a moment later"


def connections_of_probes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
            " AND query LIKE '%heartbeat%' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health_is_only_read(client, path):
    assert client.post(path).status_code == 405
    assert Client(enforce_csrf_checks=True).post(path).status_code == 405


@contextmanager
def silence_before(database: dict) -> Iterator[SilentProxy]:
    before = database["HOST"], database["PORT"]
    with silent_proxy("127.0.0.1", int(database["PORT"] or 5432)) as proxy:
        database["HOST"], database["PORT"] = "127.0.0.1", proxy.port
        try:
            yield proxy
        finally:
            database["HOST"], database["PORT"] = before


def test_a_hang_shows_within_three_seconds_and_recovery_within_five():
    assert EVERY_S + probe.PATIENCE_S < 3
    assert max(health.CONNECT_TIMEOUT_S, health.ANSWER_TIMEOUT_S) + EVERY_S < 5


@pytest.mark.django_db(transaction=True)
def test_a_server_that_falls_silent_is_seen_and_its_recovery_too(client, settings, monkeypatch, postgres_url):
    settings.REDIS_URL = ""
    monkeypatch.setattr(probe, "PATIENCE_S", 0.5)

    def state() -> str:
        return client.get("/health").json()["database"]

    with silence_before(connection.settings_dict) as silence:
        assert becomes(lambda: state() == "connected")

        silence.passes.clear()
        assert becomes(lambda: state() == "disconnected")

        silence.passes.set()
        assert becomes(lambda: state() == "connected")


@pytest.mark.django_db(transaction=True)
def test_a_silence_in_the_middle_of_a_check_is_broken_off(monkeypatch, postgres_url):
    """libpq would wait for an answer for ever."""
    monkeypatch.setattr(health, "ANSWER_TIMEOUT_S", 0.1)
    with silence_before(connection.settings_dict) as silence:
        monkeypatch.setitem(
            health.DATABASE_FACTS, "worker", lambda: silence.passes.clear() or health.migrations_state()
        )
        checked = Probe("database", health.check_database, {"database": "disconnected"})
        assert not wait([checked.ask()], PATIENCE_S).not_done
        assert not checked.finding().is_up


async def never_reached(request):
    raise AssertionError("went on inside")


async def test_the_loop_answers_without_a_thread_and_without_what_is_inside(monkeypatch, hang):
    monkeypatch.setattr(health, "DATABASE", Probe("database", hang, {"database": "disconnected"}))
    monkeypatch.setattr(health, "FIRST_ANSWER_S", 0.01)
    middleware = HealthMiddleware(never_reached)
    paths = ["/health", "/health/", "/health/ready", "/health/live/"] * 250

    answers = await asyncio.gather(*(middleware(RequestFactory().get(path)) for path in paths))

    assert [answer.status_code for answer in answers[:4]] == [200, 200, 503, 200]
    assert b'"database": "disconnected"' in answers[0].content
    assert answers[0].content == answers[-4].content
    assert answers[0]["Content-Length"] == str(len(answers[0].content))


async def test_the_loop_lets_others_go_on_inside():
    async def inside(request):
        return HttpResponse("inside")

    middleware = HealthMiddleware(inside)
    for request in (RequestFactory().get("/healthy"), RequestFactory().post("/health")):
        assert (await middleware(request)).content == b"inside"


def test_a_synchronous_site_leaves_it_to_the_views():
    assert HealthMiddleware(lambda request: "the view's")(RequestFactory().get("/health")) == "the view's"


async def test_a_server_that_starts_waits_until_something_is_known(monkeypatch):
    database = Probe("database", lambda: time.sleep(0.1) or HEALTHY, {"database": "disconnected"})
    monkeypatch.setattr(health, "DATABASE", database)
    monkeypatch.setattr(health, "PROBES", [])
    await health.look_ahead()
    assert database.finding().is_up


async def test_a_server_that_starts_does_not_wait_for_what_hangs(monkeypatch, hang):
    monkeypatch.setattr(health, "DATABASE", Probe("database", hang, {"database": "disconnected"}))
    monkeypatch.setattr(health, "AHEAD_S", 0.01)
    async with asyncio.timeout(PATIENCE_S):
        await health.look_ahead()
