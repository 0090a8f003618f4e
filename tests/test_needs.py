"""Skips where the machine lacks something: a run of its own, in which Redis is never there."""

import os
import subprocess
import sys

import pytest

from tests.services import PROJECT

NO_REDIS = "redis://127.0.0.1:1/0"
USES_REDIS = "def test_uses_redis(redis_url): pass\n"
SKIPS = "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_skips(): pass\n"
ORDER = "import pytest\n@pytest.mark.slow\ndef test_slow(): pass\ndef test_fast(): pass\n"

pytestmark = pytest.mark.slow


def run(folder, source, **environment):
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-v", "-c", str(PROJECT / "pyproject.toml"), "-p", "tests.conftest"]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-p", "no:cacheprovider", str(folder / "test_it.py")],
        cwd=PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TEST_DATABASE_URL": "",
            "TEST_REDIS_URL": NO_REDIS,
            **environment,
        },
        capture_output=True,
        text=True,
    )


def test_a_test_whose_service_is_away_skips_and_the_summary_says_why(tmp_path):
    outcome = run(tmp_path, USES_REDIS)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "1 skipped" in outcome.stdout
    assert "needs Redis: " in outcome.stdout


def test_with_require_all_it_fails(tmp_path):
    outcome = run(tmp_path, USES_REDIS, REQUIRE_ALL="1")

    assert outcome.returncode == 1
    assert "needs Redis: " in outcome.stdout


def test_with_require_all_any_other_skip_fails_the_run(tmp_path):
    outcome = run(tmp_path, SKIPS, REQUIRE_ALL="1")

    assert outcome.returncode == 1
    assert "not today" in outcome.stdout
    assert "REQUIRE_ALL is set, and 1 skipped" in outcome.stdout


def test_with_require_all_only_node_may_be_away(tmp_path):
    source = "import pytest\n@pytest.mark.node\ndef test_node(): pass\n"
    outcome = run(tmp_path, source, REQUIRE_ALL="1", PATH=str(tmp_path))

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "needs Node.js" in outcome.stdout


def test_slow_tests_run_last(tmp_path):
    outcome = run(tmp_path, ORDER)

    assert outcome.stdout.index("test_fast PASSED") < outcome.stdout.index("test_slow PASSED")
