"""Real workers and their real subprocesses, on PostgreSQL: killed, stopped, cancelled, several at once, cut off."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from replays.builds import build_session_replay, is_intact
from replays.models import Build, BuildState
from replays.queue import enqueue, request_cancel
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from seasons.catalogue import find_session, import_session
from seasons.models import Session, SourceKind
from seasons.records import SessionRecord
from tests.f1site.environment import PROJECT, bare_environment
from tests.replays.catalogue import catalogued_session
from tests.replays.synthetic import synthetic_session

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENCE_S = 120


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The database of this test, for other processes."""
    return urlunsplit(urlsplit(postgres_url)._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture
def start(tmp_path: Path, database_url: str, replay_storage: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a worker; what is left of it at the end is killed."""
    processes = []

    def started(*arguments: str, **settings: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "worker", *arguments],
            cwd=PROJECT,
            env=bare_environment(
                tmp_path,
                **{
                    "DATABASE_URL": database_url,
                    "REPLAY_STORAGE": str(replay_storage),
                    "FASTF1_OFFLINE": "true",
                    **settings,
                },
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def demo_build(replay_storage: Path) -> Build:
    """A build that waits, and takes seconds: the demo race."""
    record = SessionRecord(event=DEMO_EVENT, kind="race", name="Race", start=RECORDING_STARTS, utc_offset_s=0)
    import_session(record, [], source=SourceKind.DEMO.value, fastf1_version="")
    session = find_session(record)
    assert session is not None
    return enqueue(session)[0]


def quick_failure(number: int) -> Session:
    """A session that a real build gives up at once: it came from a recorded file."""
    return catalogued_session(number, source_kind=SourceKind.LIVETIMING)


def lines_until(process: subprocess.Popen, wanted: str) -> list[str]:
    """What it says up to the line with `wanted`."""
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        if wanted in line:
            return said
    raise AssertionError(f"ended without saying {wanted!r}: {said}")


def wait_until(what: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < give_up_at, "it has not happened"
        time.sleep(0.05)


def is_at_work(build: Build) -> bool:
    """Whether its subprocess has told a stage."""
    build.refresh_from_db()
    return build.state == BuildState.RUNNING and build.stage != ""


def subprocess_of(worker: subprocess.Popen) -> int:
    """The process number of the build that the worker runs."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, text=True)
    return int(listed.stdout.split()[0])


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def test_a_build_whose_worker_is_killed_is_finished_by_another(start, demo_build, replay_storage):
    killed = start()
    wait_until(lambda: is_at_work(demo_build))
    orphan = subprocess_of(killed)

    killed.kill()

    wait_until(lambda: not exists(orphan))  # it does not go on with nobody watching
    demo_build.refresh_from_db()
    assert demo_build.state == BuildState.RUNNING
    # As another machine sees it once the lease has passed.
    Build.objects.update(host="elsewhere", lease_until=timezone.now())
    other = start()
    wait_until(lambda: Build.objects.get().state == BuildState.QUEUED)
    Build.objects.update(not_before=None)
    lines_until(other, "done in")

    demo_build.refresh_from_db()
    assert (demo_build.state, demo_build.attempts, demo_build.error) == (BuildState.DONE, 2, "")
    assert (demo_build.progress, demo_build.stage) == (1.0, "done")
    assert is_intact(demo_build.replay.public_id)
    assert {path.name for path in replay_storage.iterdir()} == {demo_build.replay.public_id}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_puts_its_build_back_and_ends_well(start, demo_build, replay_storage, number):
    worker = start()
    wait_until(lambda: is_at_work(demo_build))
    child = subprocess_of(worker)

    worker.send_signal(number)
    output, _ = worker.communicate(timeout=PATIENCE_S)

    assert worker.returncode == 0
    assert output.splitlines()[-1] == "2025-demo-grand-prix-race: back in the queue"
    demo_build.refresh_from_db()
    assert (demo_build.state, demo_build.attempts, demo_build.claim_token) == (BuildState.QUEUED, 0, "")
    assert not exists(child)
    assert not list(replay_storage.rglob("*.*"))


def test_a_running_build_can_be_cancelled_and_the_worker_goes_on(start, demo_build):
    worker = start()
    wait_until(lambda: is_at_work(demo_build))
    child = subprocess_of(worker)

    assert request_cancel(demo_build)
    lines_until(worker, "2025-demo-grand-prix-race: cancelled")

    demo_build.refresh_from_db()
    assert demo_build.state == BuildState.CANCELLED
    assert not exists(child)
    enqueue(quick_failure(1))
    lines_until(worker, "2024-invented-1-grand-prix-race: failed")


def test_a_subprocess_that_is_killed_is_an_attempt(start, demo_build):
    worker = start()
    wait_until(lambda: is_at_work(demo_build))

    os.kill(subprocess_of(worker), signal.SIGKILL)
    lines_until(worker, "its process was killed by signal 9")

    demo_build.refresh_from_db()
    assert (demo_build.state, demo_build.attempts) == (BuildState.QUEUED, 1)


def test_several_workers_share_the_queue_and_begin_no_session_twice(start):
    builds = [enqueue(quick_failure(number))[0] for number in range(5)]

    workers = [start("--once") for _ in range(3)]
    said = [line for worker in workers for line in worker.communicate(timeout=PATIENCE_S)[0].splitlines()]

    begun = [line.removesuffix(": begun") for line in said if line.endswith(": begun")]
    assert sorted(begun) == sorted(build.session.key for build in builds)
    assert {worker.returncode for worker in workers} == {0}
    assert set(Build.objects.values_list("state", "attempts")) == {(BuildState.FAILED, 1)}
    assert "came from a recorded file" in Build.objects.first().error


def test_a_session_that_has_its_replay_is_done_at_once_unless_it_is_to_be_refreshed(start, replay_storage):
    replay = build_session_replay(synthetic_session(), on_stage=lambda stage: None).replay

    build, _ = enqueue(replay.session)
    lines_until(start("--once"), "done in")
    build.refresh_from_db()
    assert (build.state, build.replay, build.folder) == (BuildState.DONE, replay, "")

    enqueue(replay.session, refresh=True)
    lines_until(start("--once"), "failed: the calendar of 2025 cannot be had")  # it was asked for: there is no network
    assert is_intact(replay.public_id)


def test_a_worker_says_how_many_wait_and_ends_where_nothing_does(start):
    worker = start("--once")

    assert worker.communicate(timeout=PATIENCE_S)[0] == "0 builds wait\n"
    assert worker.returncode == 0


WAITING_ON_SQLITE = """
from replays.queue import enqueue
from tests.replays.catalogue import catalogued_session
for number in range(3):
    enqueue(catalogued_session(number, source_kind="livetiming"))
"""
STATES_ON_SQLITE = """
from replays.models import Build
print(sorted(Build.objects.values_list("state", "attempts")))
"""


def test_on_sqlite_too_no_session_is_begun_twice(start, tmp_path):
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}

    def manage(*arguments: str) -> str:
        environment = bare_environment(tmp_path, **settings)
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True).stdout

    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", WAITING_ON_SQLITE)

    workers = [start("--once", **settings) for _ in range(2)]
    said = [line for worker in workers for line in worker.communicate(timeout=PATIENCE_S)[0].splitlines()]

    begun = [line for line in said if line.endswith(": begun")]
    assert sorted(begun) == [f"2024-invented-{number}-grand-prix-race: begun" for number in range(3)]
    assert manage("shell", "-v0", "-c", STATES_ON_SQLITE) == f"{[('failed', 1)] * 3}\n"


class Gate:
    """A way to the database that can be opened."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))  # and does not listen yet: connections are refused
        self.port = self.listener.getsockname()[1]
        self.connections: list[socket.socket] = []

    def open(self) -> None:
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self.listener, *self.connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
                self.connections += [near, far]
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while True:
                for one in select.select([near, far], [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    (far if one is near else near).sendall(data)


def test_a_worker_waits_for_its_database_and_goes_on(start, database_url):
    server = urlsplit(database_url)
    gate = Gate(server.hostname, server.port or 5432)
    credentials = server.netloc.rpartition("@")[0]
    netloc = f"{credentials}@127.0.0.1:{gate.port}" if credentials else f"127.0.0.1:{gate.port}"
    try:
        worker = start(DATABASE_URL=urlunsplit(server._replace(netloc=netloc)))
        said = lines_until(worker, "waiting for it")
        assert re.fullmatch(r"The database does not work \(.+\): waiting for it", said[-1])

        enqueue(quick_failure(1))
        gate.open()

        assert lines_until(worker, "failed:")[:2] == [
            "The database works again",
            "2024-invented-1-grand-prix-race: begun",
        ]
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=PATIENCE_S)
        assert worker.returncode == 0
    finally:
        gate.close()


def test_run_build_is_not_for_people(tmp_path, database_url):
    refused = subprocess.run(
        [sys.executable, "manage.py", "run_build", "abc"],
        cwd=PROJECT,
        env=bare_environment(tmp_path, DATABASE_URL=database_url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert refused.returncode == 1
    assert refused.stderr == "CommandError: run_build is started by a worker: build_replay builds a session by hand\n"
