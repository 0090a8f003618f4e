"""What `benchmarks.rooms` measures: the site on uvicorn and on Daphne, the naive way, the floor; and its audience.

What serves has the first core, all that watches, and Redis, the second, where there are two. A second server shares
that one with them.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import archive
from benchmarks.audience import Seen, Wanted, Window
from benchmarks.catalogue import scratch_database
from benchmarks.recorded_frames import JSON_EACH, Recorded, kind_of, read_recorded
from benchmarks.server import PATIENCE_S, PROJECT, environment

SERVING_CORE, WATCHING_CORE = 0, 1
UVICORN, DAPHNE, NAIVE, FLOOR = "uvicorn", "Daphne", "naive", "floor"

# As f1site/server.py has uvicorn.
UVICORN_OPTIONS = (
    *("--interface", "asgi3", "--lifespan", "off", "--http", "h11", "--ws", "websockets-sansio"),
    *("--ws-max-size", "65536", "--ws-ping-interval", "20", "--ws-per-message-deflate", "false"),
    *("--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning"),
)


@dataclass(frozen=True, slots=True)
class House:
    """A scratch site with its services: `settings` are its environment, `recorded` the file of ready messages."""

    settings: dict[str, str]
    replay_id: str
    recorded: Path

    @property
    def begin_t(self) -> float:
        return self.messages(JSON_EACH).t

    def messages(self, kind: str) -> Recorded:
        return read_recorded(str(self.recorded), kind)


@dataclass(frozen=True, slots=True)
class Site:
    """A kind of server that runs; `addresses` and `pids` of each of its processes."""

    kind: str
    addresses: list[str]
    pids: list[int]


def why_not_measured() -> str | None:
    if not shutil.which("redis-server"):
        return "no redis-server on the PATH"
    if sys.platform != "linux":
        return "the audience needs epoll, which Linux has"
    return archive.why_no_archive()


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Needs PostgreSQL (TEST_DATABASE_URL). Builds the race of the archive."""
    with scratch_redis(folder) as redis_url, scratch_database() as database_url:
        settings = environment(
            folder,
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            DEBUG="false",
            RATE_LIMIT_PER_MINUTE="0",
            WS_CONNECTIONS_PER_IP="10000",
            MAX_CONCURRENT_REPLAYS="1000",  # rooms of the measurement before are still there
        )
        cache = folder / "cache"
        cache.mkdir()
        archive.fill_cache(cache)
        _run(settings, "manage.py", "migrate", "-v0")
        replay_id = _run(settings, "-m", "benchmarks.serving", "build", str(cache)).split()[-1]
        recorded = folder / "recorded.pickle"
        _run(settings, "-m", "benchmarks.recording", replay_id, str(recorded))
        yield House(settings, replay_id, recorded)


@contextmanager
def scratch_redis(folder: Path) -> Iterator[str]:
    """The URL of a Redis of its own, which keeps nothing."""
    port = _free_port()
    options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder))
    with _process(["redis-server", *options], dict(os.environ), WATCHING_CORE, port):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def site(house: House, kind: str, *, binary: bool = False, batch: int = 1, processes: int = 1) -> Iterator[Site]:
    """One process or two. Variants are the viewers' to choose, but for the floor, which writes just one."""
    ports = [_free_port() for _ in range(processes)]
    settings = house.settings | {
        "RECORDED_FRAMES": str(house.recorded),
        "RECORDED_KIND": kind_of(binary=binary, batch=batch),
    }
    with ExitStack() as stack:
        pids = [
            stack.enter_context(_process(_command(kind, port), settings | {"PORT": str(port)}, core, port)).pid
            for core, port in zip((SERVING_CORE, WATCHING_CORE), ports, strict=False)
        ]
        yield Site(kind, [f"127.0.0.1:{port}" for port in ports], pids)


def watch(
    house: House,
    site: Site,
    viewers: int,
    *,
    binary: bool = False,
    batch: int = 1,
    seconds: float = 5.0,
    one_room_each: bool = False,
    **more: float,
) -> Seen:
    """Let an audience in; `more` is of `Wanted`. Everyone is in one room, or has one of their own."""
    peers = site.kind in (NAIVE, FLOOR)
    path = "/" if peers else f"/ws/v1/replays/{house.replay_id}/?t={house.begin_t:g}&batch={batch}"
    room_path = None if peers or one_room_each else f"/ws/v1/rooms/{{room}}/?batch={batch}"
    wanted = Wanted(site.addresses, site.pids, path, room_path, viewers, binary, seconds, **more)
    with _on_core(WATCHING_CORE):
        audience = subprocess.run(
            [sys.executable, "-m", "benchmarks.audience"],
            cwd=PROJECT,
            input=json.dumps(asdict(wanted)),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    plain = json.loads(audience.stdout)
    for name in ("window", "beside_stalled"):
        plain[name] = plain[name] and Window(**plain[name])
    seen = Seen(**plain)
    if seen.lost and site.kind != NAIVE:
        raise RuntimeError(f"{site.kind} lost {seen.lost} of {viewers} viewers: {seen.last_error or 'without a word'}")
    return seen


def _command(kind: str, port: int) -> list[str]:
    match kind:
        case "uvicorn":
            return [sys.executable, "manage.py", "serve"]
        case "Daphne":
            options = ("-b", "127.0.0.1", "-p", str(port), "-v", "0", "--no-server-name")
            return [sys.executable, "-m", "daphne", *options, "f1site.asgi:application"]
    application = "benchmarks.naive_site:application" if kind == NAIVE else "benchmarks.bare_site:application"
    return [sys.executable, "-m", "uvicorn", "--port", str(port), *UVICORN_OPTIONS, application]


@contextmanager
def _process(command: list[str], settings: dict[str, str], core: int, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process on that core, once it listens on `port`."""
    with tempfile.TemporaryFile() as log:  # the lines of its sockets
        with _on_core(core):
            process = subprocess.Popen(command, cwd=PROJECT, env=settings, stdout=log, stderr=log)
        try:
            if not _listens(process, port):
                log.seek(0)
                raise RuntimeError(f"{command} does not listen: {log.read().decode()}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    give_up_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < give_up_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


@contextmanager
def _on_core(core: int) -> Iterator[None]:
    """Processes that are started meanwhile stay on that core, where the machine has it."""
    allowed = os.sched_getaffinity(0)
    if core in allowed:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _run(settings: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=PROJECT, env=settings, check=True, stdout=subprocess.PIPE, text=True).stdout
