"""Whether this process can do its work: `/health` for people, `/health/live` and `/health/ready` for orchestrators.

No answer waits for what it tells about: that is for probes. Other packages add what they know: `DATABASE_FACTS` are
asked together with the database, a `Probe` in `PROBES` is one of its own.
"""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.draining import DRAINING
from core.probe import Facts, Probe

FIRST_ANSWER_S = 0.08
"""The first to ask for a long time wait so long for something to be known, and no longer."""
AHEAD_S = 1.0
CONNECT_TIMEOUT_S = 2
"""libpq knows no shorter one."""
ANSWER_TIMEOUT_S = 2.0
REDIS_TIMEOUT_S = 1.0


def check_database() -> Facts:
    with _own_connection() as connection:
        with connection.cursor() as cursor:
            connection.introspection.table_names(cursor)
        return {"database": "connected"} | {name: _asked(fact) for name, fact in DATABASE_FACTS.items()}


def check_redis() -> Facts:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        client.ping()
    return {"redis": "connected"}


def migrations_state() -> str:
    applied = MigrationRecorder(connections["default"]).applied_migrations()
    return "applied" if _last_migrations() <= applied.keys() else "pending"


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """Of every app, by this process's code. Finding them takes tens of milliseconds."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _asked(fact: Callable[[], str]) -> str:
    try:
        return fact()
    except DatabaseError:
        if not connections["default"].is_usable():
            raise
        return UNKNOWN  # its table is not there yet, say


UNKNOWN = "unknown"
DATABASE_FACTS: dict[str, Callable[[], str]] = {"migrations": migrations_state}
"""Name -> what to say of it. Asked with a connection of their own as the thread's `default`."""


@contextmanager
def _own_connection() -> Iterator[BaseDatabaseWrapper]:
    """A new connection to the default database: the pool may be what hangs, and waits longer than a caller.

    It is this thread's `default` meanwhile, so that the ORM uses it too.
    """
    usual = connections["default"]
    connection = usual.copy()
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "postgresql":
        options.pop("pool", None)
        options["connect_timeout"] = CONNECT_TIMEOUT_S
    elif connection.vendor == "sqlite":
        options["timeout"] = ANSWER_TIMEOUT_S
    connections["default"] = connection
    try:
        connection.ensure_connection()
        with _broken_off_after(ANSWER_TIMEOUT_S, connection):
            yield connection
    finally:
        connections["default"] = usual
        connection.close()


@contextmanager
def _broken_off_after(seconds: float, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Ends the wait for a server that does not answer: libpq would wait for ever, and find no recovery."""
    if connection.vendor != "postgresql":
        yield
        return
    timer = threading.Timer(seconds, _shut_down, [connection.connection.fileno()])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # once the connection is closed, the number may be that of somebody else's


def _shut_down(descriptor: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)


DATABASE = Probe("database", check_database, {"database": "disconnected"})
REDIS = Probe("redis", check_redis, {"redis": "disconnected"})
PROBES: list[Probe] = []
"""Beyond those two: told, without a say in whether the whole is healthy."""


def _vital() -> list[Probe]:
    return [DATABASE, REDIS] if settings.REDIS_URL else [DATABASE]


def _asking(*, once: bool = False) -> "list[Future[None]]":
    """Asks everything; returns what is not known yet."""
    return [known for known in [probe.ask(once=once) for probe in (*_vital(), *PROBES)] if not known.done()]


def _told() -> dict[str, Any]:
    vital = [probe.finding() for probe in _vital()]
    facts = {"redis": "not configured"} | dict.fromkeys(DATABASE_FACTS, UNKNOWN)
    for finding in (*vital, *(probe.finding() for probe in PROBES)):
        facts |= finding.facts
    return {
        "status": "healthy" if all(finding.is_up for finding in vital) else "degraded",
        "version": settings.APP_VERSION,
        "environment": settings.ENVIRONMENT,
        "database": facts.pop("database"),
        **facts,
    }


def _health() -> HttpResponse:
    return _answer(_told())


def _ready() -> HttpResponse:
    facts = _told()
    is_ready = facts["status"] == "healthy" and facts["migrations"] == "applied" and not DRAINING.is_set()
    facts["status"] = "ready" if is_ready else "not ready"
    if DRAINING.is_set():
        facts["process"] = "draining"
    return _answer(facts, 200 if is_ready else 503)


def _answer(facts: dict[str, Any], status: int = 200) -> HttpResponse:
    body = json.dumps(facts).encode()
    headers = {"Cache-Control": "no-store", "Content-Length": str(len(body))}
    return HttpResponse(body, status=status, headers=headers, content_type="application/json")


@csrf_exempt
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Always 200: what is wrong stands in the body."""
    wait(_asking(), FIRST_ANSWER_S)
    return _health()


@csrf_exempt
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """503 while requests had better go elsewhere."""
    wait(_asking(), FIRST_ANSWER_S)
    return _ready()


@csrf_exempt
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """That the process answers. Touches nothing."""
    return _answer({"status": "alive"})


async def health_in_loop() -> HttpResponse:
    await _known_soon(_asking(), FIRST_ANSWER_S)
    return _health()


async def ready_in_loop() -> HttpResponse:
    await _known_soon(_asking(), FIRST_ANSWER_S)
    return _ready()


async def live_in_loop() -> HttpResponse:
    return _answer({"status": "alive"})


async def look_ahead() -> None:
    """For a server that starts: the first look takes longest, too long for whoever would ask first."""
    await _known_soon(_asking(once=True), AHEAD_S)


async def _known_soon(unknown: "Iterable[Future[None]]", patience_s: float) -> None:
    if futures := [asyncio.wrap_future(future) for future in unknown]:
        await asyncio.wait(futures, timeout=patience_s)


IN_LOOP = {"/health": health_in_loop, "/health/ready": ready_in_loop, "/health/live": live_in_loop}
"""The same answers, for the event loop."""
