"""What a process counts for Prometheus, and where it is collected. Packages above declare their own beside this.

One process needs nothing. Where several share an address, as `uvicorn --workers` has it, whoever answers would tell of
itself alone: with PROMETHEUS_MULTIPROC_DIR, a folder, all of them count into it and every one tells the sums.
"""

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

FOLDER: str = settings.PROMETHEUS_MULTIPROC_DIR
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
GAUGES_OF_THE_LIVING = "gauge_live*_{pid}.db"
# The package reads its own variable, once, while it is imported; an empty one would do harm.
if FOLDER:
    os.environ[FOLDER_VARIABLE] = FOLDER
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    for _left_behind in Path(FOLDER).glob(GAUGES_OF_THE_LIVING.format(pid=os.getpid())):
        _left_behind.unlink(missing_ok=True)  # by a process that had the same number
else:
    os.environ.pop(FOLDER_VARIABLE, None)

from prometheus_client import (  # noqa: E402  as said above
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

__all__ = ["COLLECTED", "SUM_OF_THE_LIVING", "Counter", "Gauge"]  # what others declare theirs with

disable_created_metrics()  # a line more for each counter, which nobody reads

SUM_OF_THE_LIVING: Any = "livesum"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("http_requests", "Requests that were answered", ["method", "route", "status"])
DURATIONS = Histogram(
    "http_request_duration_seconds", "Until the answer began", ["method", "route", "status"], buckets=SECONDS
)
RATE_LIMITED = Counter("rate_limited", "Refused because there were too many before", ["kind"])
HTTP_LIMITED = RATE_LIMITED.labels("http")
SOCKETS_LIMITED = RATE_LIMITED.labels("websocket")

ANSWERS = Counter("api_answers", "Answers of the API by what the cache knew of them", ["cache"])
ANSWER_HIT = ANSWERS.labels("hit")
ANSWER_MISS = ANSWERS.labels("miss")
ANSWER_UNCHANGED = ANSWERS.labels("unchanged")

SOCKETS = Gauge("websocket_connections", "Open sockets", multiprocess_mode=SUM_OF_THE_LIVING)

POOL = Gauge("database_pool_connections", "By state", ["state"], multiprocess_mode=SUM_OF_THE_LIVING)
POOL_IDLE = POOL.labels("idle")
POOL_BUSY = POOL.labels("busy")
POOL_WAITING = Gauge(
    "database_pool_waiting", "Requests that wait for a connection", multiprocess_mode=SUM_OF_THE_LIVING
)

COLLECTED = REGISTRY
"""What is told. Collectors that ask for their figures when they are told belong here."""
if FOLDER:
    COLLECTED = CollectorRegistry()
    MultiProcessCollector(COLLECTED, FOLDER)


def exposition(accept: str) -> tuple[bytes, str]:
    """The document in the format that suits the header `Accept`, and its content type."""
    if FOLDER:
        forget_gauges_of_the_dead(Path(FOLDER))
    encode, content_type = choose_encoder(accept)
    return encode(COLLECTED), content_type


def forget_gauges_of_the_dead(folder: Path) -> None:
    """What a process has open ends with it, however it ended; what it counted does not."""
    for file in folder.glob(GAUGES_OF_THE_LIVING.format(pid="*")):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _is_alive(int(pid)):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class PoolSampler:
    """Looks at the database's pool, at most once a second: asked after each request, it costs next to nothing."""

    EVERY_S = 1.0

    def __init__(self) -> None:
        self._next_at = 0.0
        self._connection = connections["default"].copy()  # never opened: it only knows the pool

    def sample(self) -> None:
        now_s = time.monotonic()
        if now_s < self._next_at:
            return
        self._next_at = now_s + self.EVERY_S
        pool = getattr(self._connection, "pool", None)
        if pool is None:
            return
        figures = pool.get_stats()
        idle = figures.get("pool_available", 0)
        POOL_IDLE.set(idle)
        POOL_BUSY.set(figures.get("pool_size", 0) - idle)
        POOL_WAITING.set(figures.get("requests_waiting", 0))
