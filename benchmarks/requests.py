"""Every request: the middleware stack's cost, and health and the API under many connections. PostgreSQL, one process.

A database that hangs is one behind a proxy that has fallen silent (`benchmarks.silent_proxy`).
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.catalogue import scratch_database
from benchmarks.figures import Figure, write_results
from benchmarks.http_load import Load, load
from benchmarks.server import PROJECT, environment, running_server
from benchmarks.silent_proxy import SilentProxy, silent_proxy
from benchmarks.stack import stack_figures

SUBJECT = "DEBUG=false, an empty catalogue, no Redis"
HEALTH = "/health"
SEASONS = "/api/v1/seasons"
CONNECTIONS = 1000
SECONDS = 5.0
MAX_HEALTH_MS = 100
MAX_HANG_SHOWS_S = 3
MAX_RECOVERY_SHOWS_S = 5
PATIENCE_S = 30
AT_ONCE = 100
ROUNDS = 10
"""Of AT_ONCE requests on new connections: `ab -n 1000 -c 100`."""


def measure() -> list[Figure]:
    """The figures, also written to `results/requests.json`. Needs PostgreSQL (TEST_DATABASE_URL)."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, scratch_database() as url:
        parts = urlsplit(url)
        with silent_proxy(parts.hostname or "127.0.0.1", parts.port or 5432) as proxy:
            address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}".lstrip("@"))
            settings = environment(
                Path(folder), DATABASE_URL=address.geturl(), DEBUG="false", RATE_LIMIT_PER_MINUTE="0"
            )
            migrate = [sys.executable, "manage.py", "migrate", "-v0"]
            subprocess.run(migrate, cwd=PROJECT, env=settings, check=True)
            figures = [
                *stack_figures(settings | {"RATE_LIMIT_PER_MINUTE": "1000000"}),
                *_served_figures(settings, proxy),
                *_limited_figures(settings | {"RATE_LIMIT_PER_MINUTE": "60"}),
            ]
    write_results("requests", SUBJECT, figures)
    return figures


def _served_figures(settings: dict[str, str], proxy: SilentProxy) -> list[Figure]:
    with running_server(settings) as (_process, address):
        _until(address, "connected")
        return [
            *_health_figures("", address),
            *_seasons_figures("limit off", address, allowed={200}),
            *_hanging_figures(address, proxy),
        ]


def _health_figures(condition: str, address: str) -> list[Figure]:
    """`load` with a pause is what monitors do; without one, how long the last of a thousand at once waits."""
    paced = load(address, lambda n: HEALTH, connections=CONNECTIONS, seconds=SECONDS, every_s=1.0)
    _expect({200}, paced)
    at = f"{HEALTH}{condition}, {CONNECTIONS:,} conn."
    figures = [
        Figure(f"{at}, each once a second: p50", "ms", paced.p50_ms),
        Figure(f"{at}, each once a second: p99", "ms", paced.p99_ms, MAX_HEALTH_MS),
    ]
    if not condition:
        pressed = load(address, lambda n: HEALTH, connections=CONNECTIONS, seconds=SECONDS)
        _expect({200}, pressed)
        figures += [
            Figure(f"{at}, without a pause: requests", "1/s", pressed.requests_a_second),
            Figure(f"{at}, without a pause: p99", "ms", pressed.p99_ms),
        ]
    return figures


def _hanging_figures(address: str, proxy: SilentProxy) -> list[Figure]:
    proxy.passes.clear()
    shown_s = _until(address, "disconnected")
    figures = _health_figures(", database hangs", address)
    proxy.passes.set()
    recovered_s = _until(address, "connected")
    return [
        *figures,
        Figure("a database that hangs shows after", "s", shown_s, MAX_HANG_SHOWS_S),
        Figure("its recovery shows after", "s", recovered_s, MAX_RECOVERY_SHOWS_S),
    ]


def _limited_figures(settings: dict[str, str]) -> list[Figure]:
    with running_server(settings) as (_process, address):
        return _seasons_figures("limit on", address, allowed={200, 429})


def _seasons_figures(condition: str, address: str, allowed: set[int]) -> list[Figure]:
    def path(_number: int) -> str:
        return SEASONS

    began = time.perf_counter()
    rounds = [load(address, path, connections=AT_ONCE, seconds=0) for _ in range(ROUNDS)]
    seconds = time.perf_counter() - began
    kept = load(address, path, connections=CONNECTIONS, seconds=SECONDS)
    at = f"{SEASONS}, {condition}"
    return [
        Figure(f"{at}, {ROUNDS * AT_ONCE:,} requests, {AT_ONCE} at once", "1/s", ROUNDS * AT_ONCE / seconds),
        Figure("its answers that were errors", "", sum(_errors(round_, allowed) for round_ in rounds), 0),
        Figure(f"{at}, {CONNECTIONS:,} kept connections", "1/s", kept.requests_a_second),
        Figure("its answers that were errors", "", _errors(kept, allowed), 0),
    ]


def _errors(result: Load, allowed: set[int]) -> int:
    return sum(count for status, count in result.statuses.items() if status not in allowed)


def _expect(allowed: set[int], result: Load) -> None:
    if not result.statuses.keys() <= allowed:
        raise RuntimeError(f"answered {result.statuses}")


def _until(address: str, state: str) -> float:
    """Seconds until health says so of the database."""
    return _seconds_until(lambda: _database_state(address) == state)


def _database_state(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}{HEALTH}", timeout=PATIENCE_S) as answer:
        return str(json.load(answer)["database"])


def _seconds_until(is_so: Callable[[], bool]) -> float:
    began = time.perf_counter()
    while not is_so():
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError("what was waited for did not happen")
        time.sleep(0.02)
    return time.perf_counter() - began
