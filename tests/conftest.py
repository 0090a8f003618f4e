"""What tests need from the machine: fixtures that give it, and a skip with its reason where it is missing.

A test that uses `redis_url`, say, has the marker `redis` by that; the others write the marker. With REQUIRE_ALL=1, as
CI has it, a test that cannot run fails, and so does a run in which anything but a Node test was skipped.
"""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from core import probe
from tests.redis_server import RedisServer
from tests.services import ARCHIVE, NEEDS, POSTGRES_URL, REDIS_URL, find_chromium, why_no_node

REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in ("", "0")
OPTIONAL_NEEDS = {"node"}
MARKER_OF_FIXTURE = {
    "f1_archive": "archive",
    "fastf1_cache": "archive",
    "postgres_url": "postgres",
    "redis_url": "redis",
    "redis_server": "redis_server",
    "chromium": "browser",
}


@pytest.fixture(scope="session", autouse=True)
def heeded_interrupts() -> None:
    """Ctrl-C counts, here and in the processes that tests start, also where the run itself is a background job.

    A shell without job control starts such a job with SIGINT ignored, and Python and its children keep to that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def short_watches() -> None:
    """What health looks at in the background is not looked at for minutes after the test that asked."""
    probe.WATCHED_S = 0.0


@pytest.fixture(autouse=True)
def no_connection_of_another_test(request: pytest.FixtureRequest) -> None:
    """A test without the database would fail where the site looks after a connection that another has left open."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


@pytest.fixture(scope="session")
def f1_archive() -> Path:
    """The folder of real sessions, `<host>/<path>`."""
    return ARCHIVE


@pytest.fixture(scope="session")
def fastf1_cache(f1_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FastF1 cache folder with every session of the archive, for offline use; shared by the whole run."""
    cache = tmp_path_factory.mktemp("fastf1")
    command = [sys.executable, str(f1_archive / "fastf1_cache.py"), "--archive", str(f1_archive), "--cache", str(cache)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return cache


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return POSTGRES_URL


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis database that tests share with whatever else is in it: use keys of your own, and never flush."""
    return REDIS_URL


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, which it may kill."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser's binary."""
    path = find_chromium()
    assert path is not None
    return path


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in set(getattr(item, "fixturenames", ())) & MARKER_OF_FIXTURE.keys():
            item.add_marker(MARKER_OF_FIXTURE[fixture])
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, why_missing in NEEDS.items():
        reason = why_missing() if item.get_closest_marker(need) else None
        if reason and REQUIRE_ALL and need not in OPTIONAL_NEEDS:
            pytest.fail(reason, pytrace=False)
        if reason:
            pytest.skip(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if REQUIRE_ALL and session.exitstatus == pytest.ExitCode.OK and forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if REQUIRE_ALL and (skipped := list(forbidden_skips(config))):
        terminalreporter.write_line(f"REQUIRE_ALL is set, and {len(skipped)} skipped: the run fails", red=True)


def forbidden_skips(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports: Iterable[pytest.TestReport] = reporter.stats.get("skipped", ()) if reporter else ()
    tolerated = why_no_node()
    return [report for report in reports if not (tolerated and tolerated in str(report.longrepr))]


def pytest_collection_finish() -> None:
    """What is there by now stays until the end: thousands of tests, which no collection has to look through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)
