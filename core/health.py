"""Whether this process can do its work: `/health` for people, `/health/live` and `/health/ready` for orchestrators.

A probe asks with a connection of its own, in a thread of its own, at most one at a time: whatever hangs, hangs there,
and what was learnt serves every caller for a second.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

FRESH_S = 1.0
"""How long an outcome is believed without asking again."""
PATIENCE_S = 1.0
"""A probe that takes longer counts as failed."""
PATIENCE_AFTER_FAILURE_S = 0.08
"""While something is down nobody waits a second to hear it again."""
CONNECT_TIMEOUT_S = 2
"""libpq knows no shorter one."""
UNACKNOWLEDGED_MS = 3_000


class Probe:
    """A check whose outcome is shared. `check` returns where all is well and raises where not.

    Safe to ask from any thread; no more than one thread runs the check.
    """

    def __init__(self, name: str, check: Callable[[], None]) -> None:
        self.name = name
        self._check = check
        self._lock = threading.Lock()
        self._ended: threading.Event | None = None
        self._began_at = 0.0
        self._learnt_at = float("-inf")
        self._up = True

    def begin(self) -> None:
        """Starts the check, unless it runs or its last outcome is fresh."""
        with self._lock:
            if self._ended is not None or time.monotonic() - self._learnt_at < FRESH_S:
                return
            self._ended = threading.Event()
            self._began_at = time.monotonic()
            threading.Thread(target=self._run, name=f"health {self.name}", daemon=True).start()

    def is_up(self) -> bool:
        """The outcome, no older than a second; False where the check does not end in time."""
        self.begin()
        with self._lock:
            ended, patience_s = self._ended, PATIENCE_S if self._up else PATIENCE_AFTER_FAILURE_S
            left_s = self._began_at + patience_s - time.monotonic()
        if ended is None:
            return self._up
        return ended.wait(max(left_s, 0)) and self._up

    def _run(self) -> None:
        try:
            self._check()
            self._end(up=True)
        except Exception as error:
            if self._up:
                logger.warning("%s: %s", self.name, " ".join(str(error).split()) or type(error).__name__)
            self._end(up=False)

    def _end(self, *, up: bool) -> None:
        with self._lock:
            assert self._ended is not None
            self._up, self._learnt_at = up, time.monotonic()
            self._ended.set()
            self._ended = None


def check_database() -> None:
    with _own_connection() as connection, connection.cursor() as cursor:
        connection.introspection.table_names(cursor)


def check_redis() -> None:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_S,
        socket_connect_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        client.ping()


def check_migrations() -> None:
    with _own_connection() as connection:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise RuntimeError("migrations are pending: run manage.py migrate")


@contextmanager
def _own_connection() -> Iterator[BaseDatabaseWrapper]:
    """A new connection to the default database: the pool may be what hangs, and waits longer than a caller.

    It is this thread's `default` meanwhile, since the recorder of migrations asks by alias whatever it was given.
    """
    usual = connections["default"]
    connection = usual.copy()
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "postgresql":
        options.pop("pool", None)
        options |= {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": UNACKNOWLEDGED_MS}
    elif connection.vendor == "sqlite":
        options["timeout"] = PATIENCE_S
    connections["default"] = connection
    try:
        yield connection
    finally:
        connections["default"] = usual
        connection.close()


DATABASE = Probe("database", check_database)
REDIS = Probe("redis", check_redis)
MIGRATIONS = Probe("migrations", check_migrations)


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """Always 200: what is wrong stands in the body."""
    return JsonResponse(_health())


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """That the process answers. Touches nothing."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """503 while requests had better go elsewhere."""
    MIGRATIONS.begin()
    facts = _health()
    facts["migrations"] = "applied" if MIGRATIONS.is_up() else "pending or unknown"
    is_ready = facts["status"] == "healthy" and facts["migrations"] == "applied"
    return JsonResponse(facts | {"status": "ready" if is_ready else "not ready"}, status=200 if is_ready else 503)


def _health() -> dict[str, Any]:
    probes = [DATABASE, REDIS] if settings.REDIS_URL else [DATABASE]
    for probe in probes:
        probe.begin()
    up = {probe.name: probe.is_up() for probe in probes}
    return {
        "status": "healthy" if all(up.values()) else "degraded",
        "version": settings.APP_VERSION,
        "environment": settings.ENVIRONMENT,
        **{name: "connected" if is_up else "disconnected" for name, is_up in up.items()},
    }
