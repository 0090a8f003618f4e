"""What the catalogue's API and its import cost: PostgreSQL, one server process, the generated season and a real race.

The server answers from its own cache what was asked before; `cold` requests differ from each other by a filter that
leaves nothing out, so that each is made anew. Processes of their own fill the database and import the race
(`python -m benchmarks.catalogue generate|import CACHE`).
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks import archive
from benchmarks.figures import Figure, write_results
from benchmarks.http_load import Load, load
from benchmarks.server import PROJECT, environment, running_server

SUBJECT = "generated season of 24 races, 1,000 laps each; import: 2025 Australian Grand Prix, race"
CONNECTIONS = (1, 32, 1000)
SECONDS = 2.0
MIN_SPEED_UP = 5
MAX_IMPORT_S = 1.0
MAX_UNCHANGED_S = 0.5
MAX_CSV_MB = 60
MAX_FIRST_BYTE_MS = 100
SESSION = "2031-generated-0-race"
LISTS = {
    "sessions": "/api/v1/sessions/?name__in=Race,{n}",
    "1,000 laps": f"/api/v1/laps/?session={SESSION}&page_size=1000&lap_time__gt=0.{{n}}",
    "result list": f"/api/v1/results/?session={SESSION}&laps__gt=-{{n}}",
}
CSV = "/api/v1/laps/?season=2031&format=csv"
CSV_LAPS = 24_000


def measure() -> list[Figure]:
    """The figures, also written to `results/catalogue.json`. Needs PostgreSQL (TEST_DATABASE_URL)."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, scratch_database() as url:
        settings = environment(Path(folder), DATABASE_URL=url, DEBUG="false", RATE_LIMIT_PER_MINUTE="0")
        _manage(settings, "migrate", "-v0")
        imports = _imports(Path(folder), settings)
        _run(settings, "generate")
        with running_server(settings) as (process, address):
            lists = [figure for name, path in LISTS.items() for figure in _list_figures(name, path, address)]
            csv = _csv_figures(address, psutil.Process(process.pid))
    figures = [*lists, *imports, *csv]
    write_results("catalogue", SUBJECT, figures)
    return figures


@contextmanager
def scratch_database() -> Iterator[str]:
    """The URL of an empty database that is dropped afterwards."""
    import psycopg

    url = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
    name = f"bench_f1_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _list_figures(name: str, path: str, address: str) -> list[Figure]:
    """Each kind of answer at each number of connections; the speed-ups are those at 32."""
    warm = path.format(n=0)
    etag = _etag(address, warm)
    kinds = {
        "cold": lambda connections: _measured(address, path, connections),
        "cached": lambda connections: _measured(address, warm, connections),
        "304": lambda connections: _measured(address, warm, connections, f"If-None-Match: {etag}\r\n"),
    }
    figures, rates = [], {}
    for kind, run in kinds.items():
        for connections in CONNECTIONS:
            result = run(connections)
            expected = {304} if kind == "304" else {200}
            if set(result.statuses) != expected:
                raise RuntimeError(f"{name}, {kind}, {connections} connections: answered {result.statuses}")
            rates[kind, connections] = result.requests_a_second
            at = f"{name}, {kind}, {connections:,} conn."
            figures.append(Figure(f"{at}: requests", "1/s", result.requests_a_second))
            figures.append(Figure(f"{at}: p50", "ms", result.p50_ms))
            figures.append(Figure(f"{at}: p99", "ms", result.p99_ms))
    for kind in ("cached", "304"):
        ratio = rates[kind, 32] / rates["cold", 32]
        figures.append(Figure(f"{name}: {kind} to cold", "x", ratio, MIN_SPEED_UP, at_least=True))
    return figures


def _measured(address: str, path: str, connections: int, headers: str = "") -> Load:
    start = time.time_ns() // 1000 % 10**9
    return load(address, lambda n: path.format(n=start + n), connections=connections, seconds=SECONDS, headers=headers)


def _etag(address: str, path: str) -> str:
    with urllib.request.urlopen(f"http://{address}{path}") as answer:
        return str(answer.headers["ETag"])


def _csv_figures(address: str, server: psutil.Process) -> list[Figure]:
    """The download of all laps of the season: what the server's memory grows by, and when the first byte comes."""
    peak = before = server.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, server.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://{address}{CSV}") as answer:
        answer.read(1)
        first_ms = (time.perf_counter() - began) * 1e3
        lines = sum(1 for _ in answer)
    seconds = time.perf_counter() - began
    done.set()
    watcher.join()
    if lines != CSV_LAPS + 1:
        raise RuntimeError(f"the CSV has {lines} lines")
    return [
        Figure("CSV of 24,000 laps: extra memory", "MB", (peak - before) / 1e6, MAX_CSV_MB),
        Figure("CSV of 24,000 laps: first byte", "ms", first_ms, MAX_FIRST_BYTE_MS),
        Figure("CSV of 24,000 laps: all of it", "s", seconds),
    ]


def _imports(folder: Path, settings: dict[str, str]) -> list[Figure]:
    cache = folder / "cache"
    cache.mkdir()
    archive.fill_cache(cache)
    first_s, unchanged_s = json.loads(_run(settings, "import", str(cache)).splitlines()[-1])
    return [
        Figure("import of a race into an empty catalogue", "s", first_s, MAX_IMPORT_S),
        Figure("its re-import, nothing changed", "s", unchanged_s, MAX_UNCHANGED_S),
    ]


def _manage(settings: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=PROJECT, env=settings, check=True)


def _run(settings: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.catalogue", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=settings, check=True, stdout=subprocess.PIPE, text=True).stdout


def _import(cache: Path) -> None:
    """Prints the seconds of the first import and of the second."""
    from replays.builds import import_loaded

    data = archive.load_race(cache)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        import_loaded(data)
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "generate":
        from benchmarks.generated_catalogue import generate_catalogue

        generate_catalogue()
    else:
        _import(Path(sys.argv[2]))
